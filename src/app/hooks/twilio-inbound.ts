import { field } from '../../deliver/twilio/receipts.ts'
import type { Shell } from '../../pipeline/shell.ts'
import { takeReply } from '../../pipeline/take-reply.ts'
import type { HookAnswer, Hooks } from '../services/hooks.ts'
import { routeOfNumber, signedBy } from './twilio-account.ts'

/** Twilio has answered stop words and the like itself; we say nothing more. */
const SILENCE: HookAnswer = { kind: 'xml', body: '<?xml version="1.0" encoding="UTF-8"?><Response/>' }

const UNDERSTOOD = { STOP: 'stop', START: 'start', HELP: 'help' } as const

/** What people write back, as Twilio delivers it: `takeReply` says what becomes of it. */
export function twilioInbound(shell: Shell): Pick<Hooks, 'twilioInbound'> {
  return {
    async twilioInbound(call) {
      const signer = signedBy(shell.config, call, null)
      if (signer === null) return { kind: 'refused' }
      const route = routeOfNumber(shell.config, signer, call)
      const type = field(call.form, 'OptOutType')?.toUpperCase() ?? ''
      await takeReply(shell, {
        route: route.id, channel: 'sms', creditors: route.serves.creditors ?? [...shell.config.creditors.keys()],
        from: field(call.form, 'From') ?? '', reference: field(call.form, 'MessageSid') ?? field(call.form, 'SmsSid'), text: field(call.form, 'Body') ?? '',
        understood: type in UNDERSTOOD ? UNDERSTOOD[type as keyof typeof UNDERSTOOD] : null, source: 'twilio-inbound',
      })
      return SILENCE
    },
  }
}
