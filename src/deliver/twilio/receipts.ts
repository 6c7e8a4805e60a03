import { validateRequest } from 'twilio/lib/webhooks/webhooks.js'
import type { DeliveryReport, Receipt } from '../../model/delivery.ts'
import { TWILIO_CODES } from './error-codes.ts'

const word = (state: DeliveryReport['state'], final: boolean, code: string | null = null): DeliveryReport => ({
  state,
  final,
  code,
  class: code === null ? null : (TWILIO_CODES.get(code)?.class ?? null),
})

/**
 * The delivery report that a message's status means.
 *
 * `sent` is not final: the carrier accepted it, and many carriers never report more.
 *
 * @param status     MessageStatus of a callback, or `status` of the resource
 * @param errorCode  Twilio's code for `failed` and `undelivered`; null when there is none
 * @returns          null for a status that no message of ours has
 */
export function messageReport(status: string, errorCode: string | null): DeliveryReport | null {
  switch (status) {
    case 'accepted':
    case 'scheduled':
    case 'queued':
    case 'sending':
      return word('in-flight', false)
    case 'sent':
      return word('sent', false)
    case 'delivered':
    case 'read':
    case 'partially_delivered':
      return word('delivered', true)
    case 'canceled':
      return word('not-sent', true)
    case 'failed':
      return word(surelyNotSent(errorCode) ? 'not-sent' : 'failed', true, errorCode)
    case 'undelivered':
      return word('failed', true, errorCode)
    default:
      return null
  }
}

/**
 * The delivery report that a call's status means.
 *
 * `completed` covers conversations and voicemails. Only a detected machine makes it a voicemail; detection is right in 85 to
 * 90 of 100, so `unknown` and a missing result count as a conversation, the strictest case. A cancelled call may have rung.
 *
 * @param answeredBy  the answering machine detection; null when it did not run
 */
export function callReport(status: string, answeredBy: string | null, errorCode: string | null): DeliveryReport | null {
  switch (status) {
    case 'queued':
    case 'initiated':
    case 'ringing':
    case 'in-progress':
      return word('in-flight', false)
    case 'completed':
      return word(isMachine(answeredBy) ? 'voicemail' : 'conversation', true)
    case 'busy':
    case 'no-answer':
    case 'canceled':
      return word('no-answer', true, errorCode)
    case 'failed':
      return word(surelyNotSent(errorCode) ? 'not-sent' : 'failed', true, errorCode)
    default:
      return null
  }
}

/** Did a machine answer? `unknown` counts as no machine, since it may be a human. */
export const isMachine = (answeredBy: string | null): boolean =>
  answeredBy !== null && (answeredBy.startsWith('machine_') || answeredBy === 'fax')

const surelyNotSent = (code: string | null): boolean => code !== null && TWILIO_CODES.get(code)?.notSent === true

/** Which receipt is this callback for a message? Null when the form is not one. */
export function readMessageReceipt(form: Form): Receipt | null {
  const reference = field(form, 'MessageSid') ?? field(form, 'SmsSid')
  const status = field(form, 'MessageStatus') ?? field(form, 'SmsStatus')
  if (reference === null || status === null) return null
  const said = messageReport(status, codeOf(form))
  return said === null ? null : { reference, word: said, sequence: null, providerStatus: status }
}

/** Which receipt is this callback for a call? Null when the form is not one. */
export function readCallReceipt(form: Form): Receipt | null {
  const reference = field(form, 'CallSid')
  const status = field(form, 'CallStatus')
  if (reference === null || status === null) return null
  const said = callReport(status, field(form, 'AnsweredBy'), codeOf(form))
  const sequence = field(form, 'SequenceNumber')
  return said === null
    ? null
    : {
        reference,
        word: said,
        sequence: sequence !== null && /^\d{1,6}$/.test(sequence) ? Number(sequence) : null,
        providerStatus: status,
      }
}

/** Twilio's code; for a call that has none, the telephone network's own answer, as `SIP_404`. */
function codeOf(form: Form): string | null {
  const code = field(form, 'ErrorCode')
  if (code !== null && /^[1-9]\d{0,5}$/.test(code)) return code
  const sip = field(form, 'SipResponseCode')
  return sip !== null && /^[3-6]\d\d$/.test(sip) ? `SIP_${sip}` : null
}

/** The first value of a form field; empty counts as absent. */
export function field(form: Form, name: string): string | null {
  const value = Object.hasOwn(form, name) ? form[name] : undefined
  const one = Array.isArray(value) ? value[0] : value
  return one === undefined || one === '' ? null : one
}

/** A form as posted: repeated names as arrays, nothing trimmed or left out. */
type Form = Record<string, string | string[]>

/**
 * Did Twilio, holding our auth token, make this request?
 *
 * The signed URL is built from the configured PUBLIC_URL, because callers control Host and X-Forwarded-* headers. A
 * signature has no time in it and a captured request verifies for ever, so handling it twice must be safe.
 *
 * @param publicUrl  as configured, with or without a trailing slash
 * @param path       path and query exactly as requested, e.g. `/hooks/twilio/message/…/1`
 * @param signature  the X-Twilio-Signature header
 * @returns          false for anything malformed; never throws
 */
export function isFromTwilio(
  authToken: string,
  publicUrl: string,
  path: string,
  signature: string | undefined,
  form: Form,
): boolean {
  if (signature === undefined || signature === '' || authToken === '' || !path.startsWith('/')) return false
  try {
    return validateRequest(authToken, signature, publicUrl.replace(/\/+$/, '') + path, form)
  } catch {
    return false
  }
}
