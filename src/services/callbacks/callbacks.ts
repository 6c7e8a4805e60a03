import { field } from '../../deliver/twilio/receipts.ts'

/** A callback as received: what its signature covers. */
export interface SignedCall {
  /** Path and query as sent, e.g. `/hooks/twilio/message/…/1?x=y`; PUBLIC_URL stands before it in the signature. */
  path: string
  /** Every field of the form, untrimmed, in order; a repeated name has several values. Empty for GET. */
  form: Record<string, string | string[]>
  /** The `X-Twilio-Signature` header; null when absent. */
  signature: string | null
}

/** `refused`: the signature does not match the provider account (403). `unknown`: no such attempt (404). */
export type CallbackAnswer =
  { kind: 'done' } | { kind: 'xml'; body: string } | { kind: 'refused' } | { kind: 'unknown' }

/** What the unsubscribe page of a token shows. */
interface UnsubscribeSubject {
  /** The recipient's, BCP 47; null when not known. */
  locale: string | null
  /** As in messages, in the recipient's locale. */
  creditorName: string
  /** True once mail to this address is suppressed. */
  done: boolean
}

/** What providers and recipients may call without an API key. */
export interface Callbacks {
  /** Status callback of an SMS. Repeated and late ones change nothing. */
  twilioMessage(call: SignedCall, reminderId: string, attemptNo: number): Promise<CallbackAnswer>
  /** Status callback of a call. */
  twilioCall(call: SignedCall, reminderId: string, attemptNo: number): Promise<CallbackAnswer>
  /** The next step of a call's script; applies a pressed key. */
  twilioVoice(call: SignedCall, reminderId: string, attemptNo: number): Promise<CallbackAnswer>
  /** An incoming SMS: an opt-out becomes a suppression, a text that is not understood a task. */
  twilioInbound(call: SignedCall): Promise<CallbackAnswer>
  /** Which subscription does this token end? Changes nothing. Null: not a valid token. */
  readUnsubscribe(token: string): Promise<UnsubscribeSubject | null>
  /** Suppresses the token's address at once (RFC 8058). False: not a valid token. */
  unsubscribe(token: string): Promise<boolean>
}

/** A field of the form or, for a GET, of the query. Null when absent or empty. */
export function callbackField(call: SignedCall, name: string): string | null {
  const query = new URLSearchParams(call.path.split('?')[1] ?? '').get(name)
  return field(call.form, name) ?? (query === '' ? null : query)
}
