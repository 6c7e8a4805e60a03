import type { AttemptKey } from '../provider.ts'

/**
 * Twilio repeats a callback only on failed connections unless the fragment asks for
 * more: five tries, on timeouts and 5xx too. The fragment is neither sent nor signed.
 */
const RETRY = '#rc=5&rp=all'

const ofAttempt = (publicUrl: string, what: string, { reminderId, attemptNo }: AttemptKey): string =>
  `${publicUrl.replace(/\/+$/, '')}/hooks/twilio/${what}/${encodeURIComponent(reminderId)}/${attemptNo}`

/** Where Twilio reports what became of a message. */
export const messageCallback = (publicUrl: string, attempt: AttemptKey): string => ofAttempt(publicUrl, 'message', attempt) + RETRY

/** Where Twilio reports how a call goes. */
export const callCallback = (publicUrl: string, attempt: AttemptKey): string => ofAttempt(publicUrl, 'call', attempt) + RETRY

/** Where Twilio fetches what to say on a call. */
export const voiceDocument = (publicUrl: string, attempt: AttemptKey): string => ofAttempt(publicUrl, 'voice', attempt)
