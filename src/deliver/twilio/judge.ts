import type { CallOutcome, RejectionClass } from '../../model/outcome.ts'
import { TWILIO_CODES } from './error-codes.ts'
import { TransportFault } from './transport.ts'

/** Twilio answered, and not with a resource. Holds no header and no body: they may quote the recipient. */
export class TwilioRefusal extends Error {
  override readonly name = 'TwilioRefusal'
  readonly status: number
  /** Twilio's own code; null when the body had none. */
  readonly code: string | null
  readonly retryAfterMs: number | null

  constructor(status: number, code: string | null, retryAfterMs: number | null) {
    super(`Twilio answered ${status}${code === null ? '' : ` with code ${code}`}`)
    this.status = status
    this.code = code
    this.retryAfterMs = retryAfterMs
  }
}

/** 2xx, but nothing that can be read as a resource: the message may well have been taken. */
export class UnclearReply extends Error {
  override readonly name = 'UnclearReply'
}

/**
 * What did a failed request to create a message or a call come to?
 *
 * `rejected` only where it is proved: no connection, or an answer of 4xx. Twilio's POSTs
 * have no idempotency key, and a 5xx may come after the message was queued
 * (twilio.com/docs/api/errors/20500), so everything else is `unknown`.
 */
export function judgeFailure(error: unknown): CallOutcome {
  if (error instanceof TransportFault) {
    return error.begun
      ? { kind: 'unknown', code: error.code, detail: 'the request left and no complete answer came' }
      : { kind: 'rejected', class: 'retriable', code: error.code, detail: 'no connection to Twilio could be made' }
  }
  if (error instanceof TwilioRefusal) return judgeRefusal(error)
  if (error instanceof UnclearReply) return { kind: 'unknown', code: 'UNCLEAR_REPLY', detail: 'Twilio answered 2xx without a resource' }
  // The SDK failed on an answer that it could not take apart; by then the request had left.
  return { kind: 'unknown', code: 'SDK', detail: 'the answer could not be read' }
}

function judgeRefusal({ status, code, retryAfterMs }: TwilioRefusal): CallOutcome {
  const shown = code ?? `HTTP_${status}`
  const reject = (cls: RejectionClass, detail: string): CallOutcome =>
    ({ kind: 'rejected', class: cls, code: shown, detail, ...(retryAfterMs === null ? {} : { retryAfterMs }) })

  if (status === 429) return reject('throttled', 'too many requests; not processed')
  if (status >= 400 && status < 500) {
    const known = code === null ? undefined : TWILIO_CODES.get(code)
    if (known !== undefined && known.class !== null) return reject(known.class, known.meaning)
    if (status === 401 || status === 403) return reject('configuration', 'Twilio does not accept these credentials')
    if (status === 404) return reject('configuration', 'wrong account SID or base URL')
  }
  return { kind: 'unknown', code: shown, detail: `Twilio answered ${status}; what became of the request is not known` }
}
