import type { Config } from '../../config/config.ts'
import { voiceDocument } from '../../deliver/twilio/client.ts'
import { field, isFromTwilio, readCallReceipt, readMessageReceipt } from '../../deliver/twilio/receipts.ts'
import { readVoiceStep, voiceTurn, fallbackScript } from '../../deliver/twilio/voice-script.ts'
import { type Receipt, WORDS_UNAVAILABLE } from '../../model/delivery.ts'
import type { Route } from '../../model/route.ts'
import { countCallWithoutWords } from '../../pipeline/counters.ts'
import { applyReceipt } from '../../pipeline/receipts.ts'
import { FROM_PROVIDER, type Runtime } from '../../pipeline/runtime.ts'
import { installedVoicemail, sentMessage } from '../../pipeline/sent-message.ts'
import { applyReply } from '../../pipeline/replies.ts'
import { applyVoiceKey } from '../../pipeline/voice-keys.ts'
import { sentWords } from '../../record/history.ts'
import { attemptRoute } from '../../record/receipts.ts'
import { callbackField, type CallbackAnswer, type Callbacks, type SignedCall } from './callbacks.ts'

/** Status callbacks. They arrive in any order, late and repeatedly; `applyReceipt` is idempotent. */
export function twilioReceiptCallbacks(runtime: Runtime): Pick<Callbacks, 'twilioMessage' | 'twilioCall'> {
  async function take(
    call: SignedCall,
    reminderId: string,
    attemptNo: number,
    read: (form: SignedCall['form']) => Receipt | null,
  ): Promise<CallbackAnswer> {
    const signers = signersOf(runtime.config, call)
    if (signers.length === 0) return { kind: 'refused' }
    const attempt = await attemptRoute(runtime.ledger.db, reminderId, attemptNo)
    if (attempt === null) return { kind: 'unknown' }
    if (!hasSigned(signers, attempt.route)) return { kind: 'refused' }
    const receipt = read(call.form)
    if (receipt === null) {
      runtime.log.warn(
        { event: 'callback.not_understood', reminder: reminderId, attempt: attemptNo },
        'signed callback not understood',
      )
      return { kind: 'done' }
    }
    if (attempt.provider_ref !== null && attempt.provider_ref !== receipt.reference) {
      runtime.log.error(
        { event: 'receipt.mismatched', reminder: reminderId, attempt: attemptNo },
        'receipt has another provider reference than the acceptance',
      )
    }
    await applyReceipt(runtime, {
      reminderId,
      attemptNo,
      word: receipt.word,
      saidAt: saidAt(call.form),
      providerRef: receipt.reference,
      dedupe: [receipt.reference, receipt.providerStatus, receipt.sequence ?? '', receipt.word.code ?? ''].join(':'),
    })
    return { kind: 'done' }
  }

  return {
    twilioMessage: (call, reminderId, attemptNo) => take(call, reminderId, attemptNo, readMessageReceipt),
    twilioCall: (call, reminderId, attemptNo) => take(call, reminderId, attemptNo, readCallReceipt),
  }
}

/** Callbacks of calls carry a timestamp (RFC 2822), those of messages none. */
function saidAt(form: SignedCall['form']): number | null {
  const at = Date.parse(field(form, 'Timestamp') ?? '')
  return Number.isNaN(at) ? null : at
}

/**
 * What is said during a call, and what does a pressed key do?
 *
 * When the words of the attempt cannot be rendered again, the call says the voicemail text or an apology, and the
 * attempt is recorded as failed, whichever status the provider reports.
 */
export function twilioVoiceCallback(runtime: Runtime): Pick<Callbacks, 'twilioVoice'> {
  return {
    async twilioVoice(call, reminderId, attemptNo) {
      const signers = signersOf(runtime.config, call)
      if (signers.length === 0) return { kind: 'refused' }
      const sent = await sentWords(runtime.ledger.db, FROM_PROVIDER, reminderId, attemptNo)
      if (sent === null) return { kind: 'unknown' }
      if (!hasSigned(signers, sent.route)) return { kind: 'refused' }
      const again = await sentMessage(runtime, sent)
      const step = readVoiceStep(callbackField(call, 'step'))
      if (again.state !== 'kept' || again.message.channel !== 'phone') {
        runtime.log.error(
          { event: 'call.words_unavailable', reminder: reminderId, attempt: attemptNo, state: again.state },
          'words of a call unavailable: voicemail text said instead, attempt recorded as failed',
        )
        countCallWithoutWords()
        await applyReceipt(runtime, {
          reminderId,
          attemptNo,
          word: WORDS_UNAVAILABLE,
          dedupe: 'words unavailable',
          saidAt: null,
        })
        return { kind: 'xml', body: fallbackScript(installedVoicemail(runtime, sent), sent.locale, step) }
      }
      const turn = voiceTurn(again.message, {
        step,
        digits: callbackField(call, 'Digits'),
        answeredBy: callbackField(call, 'AnsweredBy'),
        // Not null: without a public URL no signature matches.
        actionUrl: voiceDocument(runtime.config.publicUrl as string, { reminderId, attemptNo }),
      })
      if (turn.meaning !== null && turn.meaning !== 'repeat')
        await applyVoiceKey(runtime, { reminderId, attemptNo, meaning: turn.meaning })
      return { kind: 'xml', body: turn.twiml }
    },
  }
}

/** Twilio answers opt-out keywords itself. */
const NO_REPLY: CallbackAnswer = { kind: 'xml', body: '<?xml version="1.0" encoding="UTF-8"?><Response/>' }

const UNDERSTOOD = { STOP: 'stop', START: 'start', HELP: 'help' } as const

/** Incoming SMS, handled by `applyReply`. */
export function twilioInboundCallback(runtime: Runtime): Pick<Callbacks, 'twilioInbound'> {
  return {
    async twilioInbound(call) {
      const [signer] = signersOf(runtime.config, call)
      if (signer === undefined) return { kind: 'refused' }
      const route = routeOfNumber(runtime.config, signer, call)
      const type = field(call.form, 'OptOutType')?.toUpperCase() ?? ''
      await applyReply(runtime, {
        route: route.id,
        channel: 'sms',
        creditors: route.serves.creditors ?? [...runtime.config.creditors.keys()],
        from: field(call.form, 'From') ?? '',
        reference: field(call.form, 'MessageSid') ?? field(call.form, 'SmsSid'),
        text: field(call.form, 'Body') ?? '',
        understood: type in UNDERSTOOD ? UNDERSTOOD[type as keyof typeof UNDERSTOOD] : null,
        source: 'twilio-inbound',
      })
      return NO_REPLY
    },
  }
}

type TwilioRoute = Extract<Route, { provider: 'twilio' }>

const isTwilio = (route: Route): route is TwilioRoute => route.provider === 'twilio'

/**
 * With which routes' auth token was this callback signed? Asked before the ledger is, so that what nobody signed costs it nothing.
 */
function signersOf({ routes, publicUrl }: Pick<Config, 'routes' | 'publicUrl'>, call: SignedCall): TwilioRoute[] {
  if (publicUrl === null) return []
  const valid = new Map<string, boolean>()
  return routes.filter(isTwilio).filter(({ settings: { authToken } }) => {
    const known = valid.get(authToken)
    if (known !== undefined) return known
    const signed = isFromTwilio(authToken, publicUrl, call.path, call.signature ?? undefined, call.form)
    valid.set(authToken, signed)
    return signed
  })
}

/** An account must not speak of another's attempts. */
const hasSigned = (signers: readonly TwilioRoute[], route: string): boolean => signers.some(({ id }) => id === route)

/** The route of the number or messaging service that received the SMS; otherwise the account's first SMS route. */
function routeOfNumber(config: Pick<Config, 'routes'>, signer: TwilioRoute, call: SignedCall): TwilioRoute {
  const to = field(call.form, 'To')
  const service = field(call.form, 'MessagingServiceSid')
  const ofAccount = config.routes
    .filter(isTwilio)
    .filter((route) => route.settings.accountSid === signer.settings.accountSid && route.channel === 'sms')
  return (
    ofAccount.find(
      (route) => route.from === to || (service !== null && route.settings.messagingServiceSid === service),
    ) ??
    ofAccount[0] ??
    signer
  )
}
