import { stopWordsOf } from '../../decide/opt-out.ts'
import { field } from '../../deliver/twilio/receipts.ts'
import { parsePhone } from '../../intake/address-fields.ts'
import { asksToStop } from '../../model/stop-words.ts'
import type { Shell } from '../../pipeline/shell.ts'
import { recipientsByAddressHash } from '../../record/reading/recipient-rows.ts'
import type { Accepting } from '../services/accepting.ts'
import type { HookAnswer, Hooks } from '../services/hooks.ts'
import { routeOfNumber, signedBy, type TwilioRoute } from './twilio-account.ts'

/** Twilio has answered a stop word itself; we say nothing more. */
const SILENCE: HookAnswer = { kind: 'xml', body: '<?xml version="1.0" encoding="UTF-8"?><Response/>' }

/**
 * What people write back.
 *
 * A stop word stops the number at every creditor for whom the route writes, known or not: Twilio
 * blocks the pair by itself, and our record must say the same. Anything else is recorded as an
 * inbound contact of whoever has the number; its text is not kept.
 */
export function twilioInbound(shell: Shell, accepting: Pick<Accepting, 'addSuppression' | 'addContact'>): Pick<Hooks, 'twilioInbound'> {
  return {
    async twilioInbound(call) {
      const signer = signedBy(shell.config, call, null)
      if (signer === null) return { kind: 'refused' }
      const route = routeOfNumber(shell.config, signer, call)
      const from = parsePhone(field(call.form, 'From') ?? '', null)
      const reference = field(call.form, 'MessageSid') ?? field(call.form, 'SmsSid')
      // Short codes and alphanumeric senders are not people.
      if (!from.ok || reference === null) return SILENCE
      if (field(call.form, 'OptOutType') === 'STOP' || asksToStop(field(call.form, 'Body') ?? '', stopWordsOf(shell.config.packs))) await stop(from.value, route)
      else await record(from.value, reference, route)
      return SILENCE
    },
  }

  async function stop(number: string, route: TwilioRoute): Promise<void> {
    for (const creditor of creditorsOf(route)) {
      await accepting.addSuppression(actorOf(route), {
        creditor, scope: 'address', value: number, reason: 'opt-out', source: 'twilio-inbound', channel: null,
      })
    }
  }

  async function record(number: string, reference: string, route: TwilioRoute): Promise<void> {
    const hashes = shell.vault.addressHashes('sms', number).map(({ hash }) => hash)
    const people = await recipientsByAddressHash(shell.ledger.db, null, hashes)
    const creditors = new Set(creditorsOf(route))
    for (const person of people.filter((one) => creditors.has(one.creditor))) {
      await accepting.addContact(actorOf(route), {
        id: `${reference}.${person.id}`, creditor: person.creditor, recipientId: person.external_id, accountIds: [], at: shell.clock.now(),
        channel: 'sms', direction: 'inbound', mode: 'automated', outcome: 'delivered', by: 'recipient', address: number,
      })
    }
  }

  function creditorsOf(route: TwilioRoute): string[] {
    return route.serves.creditors ?? [...shell.config.creditors.keys()]
  }
}

const actorOf = (route: TwilioRoute) => ({ name: `provider:${route.id}`, creditor: null, live: true })
