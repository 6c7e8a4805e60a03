import { field } from '../../deliver/twilio/receipts.ts'

/** A callback as it came over the wire: what its signature covers. */
export interface SignedCall {
  /** Path and query as sent, e.g. `/hooks/twilio/message/…/1?x=y`; PUBLIC_URL stands before it in the signature. */
  path: string
  /** Every field of the form, untrimmed, in order; a repeated name has several values. Empty for GET. */
  form: Record<string, string | string[]>
  /** The `X-Twilio-Signature` header; null when absent. */
  signature: string | null
}

/** `refused`: the signature is not this provider account's (403). `unknown`: no such attempt (404). */
export type CallbackAnswer =
  { kind: 'done' } | { kind: 'xml'; body: string } | { kind: 'refused' } | { kind: 'unknown' }

/** What a token in `/u/{token}` leads to. */
interface UnsubscribeSubject {
  /** BCP 47, of the recipient; null when not known. */
  locale: string | null
  /** The sender as messages name it, in the recipient's locale. */
  creditorName: string
  /** True once mail to this address is suppressed. */
  done: boolean
}

/** What providers and recipients tell us without an API key. */
export interface Callbacks {
  /** A status callback of an SMS. Repeats and late ones change nothing. */
  twilioMessage(call: SignedCall, reminderId: string, attemptNo: number): Promise<CallbackAnswer>
  /** A status callback of a call. */
  twilioCall(call: SignedCall, reminderId: string, attemptNo: number): Promise<CallbackAnswer>
  /** The next step of a call's script, and what a pressed key means. */
  twilioVoice(call: SignedCall, reminderId: string, attemptNo: number): Promise<CallbackAnswer>
  /** An SMS from outside: a wish to stop becomes a suppression, what is not understood a task. */
  twilioInbound(call: SignedCall): Promise<CallbackAnswer>
  /** Whose mail does this token stop? Changes nothing. Null: not a token of ours. */
  readUnsubscribe(token: string): Promise<UnsubscribeSubject | null>
  /** Stops mail to the token's address at once (RFC 8058). False: not a token of ours. */
  unsubscribe(token: string): Promise<boolean>
}

/** A field of a callback: of the form, or of the address when it was a GET. Null when absent or empty. */
export function callbackField(call: SignedCall, name: string): string | null {
  const query = new URLSearchParams(call.path.split('?')[1] ?? '').get(name)
  return field(call.form, name) ?? (query === '' ? null : query)
}
