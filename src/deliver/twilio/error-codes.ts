import type { CallOutcome, RejectionClass } from '../../model/delivery.ts'
import { TransportFault } from '../http-transport.ts'

/**
 * What Twilio's error codes mean to us.
 *
 * Twilio says that codes change (on 2024-07-10 it split 21211, 21212, 21606 and 21614),
 * so a code that is not listed is unknown and never permanent.
 */
interface TwilioCode {
  /** Null: Twilio itself does not know what became of the message. */
  class: RejectionClass | null
  meaning: string
  /** Seen in a callback, it proves that nothing left Twilio. */
  notSent?: true
  /** The error dictionary of 2023-05, or the code's page under twilio.com/docs/api/errors. */
  source: 'dictionary' | 'page'
}

const dictionary = (cls: RejectionClass | null, meaning: string, more: Partial<TwilioCode> = {}): TwilioCode => ({
  class: cls,
  meaning,
  source: 'dictionary',
  ...more,
})
const page = (cls: RejectionClass | null, meaning: string, more: Partial<TwilioCode> = {}): TwilioCode => ({
  class: cls,
  meaning,
  source: 'page',
  ...more,
})

export const TWILIO_CODES: ReadonlyMap<string, TwilioCode> = new Map(
  Object.entries({
    // The account, its rights and its limits
    10001: dictionary('configuration', 'account not active'),
    10004: dictionary('throttled', 'too many simultaneous calls', { notSent: true }),
    20003: dictionary('configuration', 'authentication failed or permission missing'),
    20005: dictionary('configuration', 'account not active'),
    20008: dictionary('configuration', 'test credentials on a live resource'),
    20404: dictionary('configuration', 'resource not found: wrong account SID or path'),
    20422: dictionary('configuration', 'invalid parameter'),
    20429: dictionary('throttled', 'too many requests; never processed'),
    20500: dictionary(null, 'server error; may have been sent'),
    20503: dictionary(null, 'service unavailable; may have been sent'),

    // The request: numbers and parameters
    21201: dictionary('configuration', 'no To'),
    21202: dictionary('address', 'premium number'),
    21205: dictionary('configuration', 'invalid Url'),
    21206: dictionary('configuration', 'invalid SendDigits'),
    21208: dictionary('configuration', 'invalid Timeout'),
    21210: dictionary('configuration', 'From not verified for voice'),
    21211: dictionary('address', 'invalid To'),
    21212: dictionary('configuration', 'invalid From'),
    21213: dictionary('configuration', 'no From'),
    21214: dictionary('address', 'To cannot be reached'),
    21215: dictionary('configuration', 'country not enabled for voice'),
    21216: dictionary('address', "To is on the provider's block list"),
    21217: dictionary('address', 'To is not a valid number'),
    21219: dictionary('configuration', 'To not verified (trial account)'),
    21234: dictionary('configuration', 'invalid machine detection value'),
    21265: page('address', 'To is a short code'),
    21266: page('configuration', 'To and From are the same'),
    21408: dictionary('configuration', 'country not enabled for SMS'),
    21601: dictionary('configuration', 'From cannot send SMS'),
    21602: dictionary('content', 'empty body'),
    21603: dictionary('configuration', 'no From and no Messaging Service'),
    21604: dictionary('configuration', 'no To'),
    21606: dictionary('configuration', 'From does not belong to this account'),
    21608: dictionary('configuration', 'To not verified (trial account)'),
    21609: dictionary('configuration', 'invalid StatusCallback'),
    21610: dictionary('opted-out', 'the recipient replied STOP'),
    21611: dictionary('throttled', 'ten hours are queued on this From already'),
    21612: dictionary('configuration', 'To cannot be reached from this From'),
    21614: dictionary('address', 'To is not a mobile number'),
    21617: dictionary('content', 'body longer than 1600 characters'),
    21618: dictionary('content', 'content filtered by all carriers'),
    21619: dictionary('content', 'empty body'),
    21624: dictionary('configuration', 'invalid ValidityPeriod'),
    21635: page('address', 'To is a landline'),
    21654: dictionary('content', 'variables without a content template'),
    21655: dictionary('content', 'invalid content template'),
    21656: dictionary('content', 'invalid content variables'),
    21657: dictionary('configuration', 'sender ID invalid'),
    21659: dictionary('configuration', 'From is not usable in this country'),
    21701: dictionary('configuration', 'Messaging Service missing'),
    21702: dictionary('configuration', 'Messaging Service unavailable'),
    21703: dictionary('configuration', 'Messaging Service has no number'),
    21704: dictionary('configuration', 'Messaging Service has no number for this recipient'),
    21705: dictionary('configuration', 'Messaging Service invalid'),
    21709: dictionary('configuration', 'sender ID not allowed'),
    21730: page('retriable', 'maintenance'),
    22005: page('throttled', 'call queue longer than 24 hours', { notSent: true }),

    // Delivery of messages
    30001: dictionary('throttled', 'queue overflow', { notSent: true }),
    30002: dictionary('configuration', 'account suspended', { notSent: true }),
    30003: dictionary('retriable', 'handset unreachable'),
    30004: dictionary('opted-out', 'blocked by the recipient or carrier'),
    30005: dictionary('address', 'unknown or gone number'),
    30006: dictionary('address', 'landline or unreachable carrier'),
    30007: dictionary('content', 'filtered by the provider or carrier'),
    30008: dictionary(null, 'unknown error'),
    30010: dictionary('configuration', 'price above the limit (obsolete)'),
    30017: dictionary('retriable', 'carrier congestion'),
    30018: dictionary('configuration', 'sender ID needs registration'),
    30020: dictionary('retriable', 'internal failure'),
    30021: dictionary('retriable', 'internal failure'),
    30022: dictionary('throttled', 'A2P rate limit'),
    30023: dictionary('throttled', 'A2P daily limit'),
    30024: dictionary('configuration', 'sender ID not provisioned'),
    30027: dictionary('throttled', 'carrier daily limit'),
    30032: dictionary('configuration', 'toll-free number not verified'),
    30033: dictionary('configuration', 'A2P campaign suspended'),
    30034: dictionary('configuration', 'number not registered'),
    30035: dictionary('configuration', 'number still being configured'),
    30036: page('retriable', 'validity period ran out', { notSent: true }),
    30042: page('configuration', 'sender ID blocked as generic'),
    30044: page('configuration', 'message too long for a trial account'),
    30045: page('configuration', 'validity period out of range'),
    30123: dictionary('configuration', 'callback address missing for link shortening'),
    30410: dictionary(null, 'carrier did not answer; not retried, to avoid a duplicate'),
    30450: page('retriable', 'blocked for some minutes as SMS pumping'),
    30453: page('retriable', 'blocked for some hours as SMS pumping'),
    30500: page(null, 'internal error on this message'),
    35114: page('configuration', 'SendAt out of range'),
    35115: page('configuration', 'SendAt out of range'),
    35117: page('configuration', 'SendAt needs a Messaging Service'),
    35125: page('throttled', 'too many scheduled messages'),
    90007: page('configuration', 'invalid ValidityPeriod'),

    // Calls and the documents that they fetch from us
    11200: dictionary('configuration', 'our call document could not be fetched'),
    11205: dictionary('configuration', 'our call document could not be fetched'),
    11750: dictionary('configuration', 'our call document is too large'),
    12100: dictionary('configuration', 'our call document is not valid'),
    12200: dictionary('configuration', 'our call document is not valid'),
    12300: dictionary('configuration', 'our call document has the wrong content type'),
    13224: dictionary('retriable', 'number not valid or no route to it'),
    13225: dictionary('address', "number is on the provider's block list"),
    13227: dictionary('configuration', 'country not enabled for voice'),
    13520: dictionary('content', 'nothing to say'),
    13521: dictionary('content', 'too much to say'),
    15002: dictionary('throttled', 'call waited too long in the queue', { notSent: true }),
    32016: dictionary('retriable', 'the line did not answer the request to dial'),
    32017: dictionary('configuration', 'carrier blocked our caller ID'),
    32018: dictionary('content', 'inline call document longer than 4000 characters'),
  } satisfies Record<number, TwilioCode>),
)

/** Twilio answered without a resource. Holds no header and no body: they may quote the recipient. */
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

/** 2xx without a readable resource: the message may have been accepted. */
export class UnclearReply extends Error {
  override readonly name = 'UnclearReply'
}

/**
 * The outcome of a failed request to create a message or a call.
 *
 * `rejected` only where proved: no connection, or an answer of 4xx. Twilio's POSTs
 * have no idempotency key, and a 5xx may come after the message was queued
 * (twilio.com/docs/api/errors/20500), so everything else is `unknown`.
 */
export function classifyFailure(error: unknown): CallOutcome {
  if (error instanceof TransportFault) {
    return error.begun
      ? { kind: 'unknown', code: error.code, detail: 'the request left and no complete answer came' }
      : { kind: 'rejected', class: 'retriable', code: error.code, detail: 'no connection to Twilio could be made' }
  }
  if (error instanceof TwilioRefusal) return classifyRefusal(error)
  if (error instanceof UnclearReply)
    return { kind: 'unknown', code: 'UNCLEAR_REPLY', detail: 'Twilio answered 2xx without a resource' }
  // The SDK could not parse the answer; by then the request had been sent.
  return { kind: 'unknown', code: 'SDK', detail: 'the answer could not be read' }
}

function classifyRefusal({ status, code, retryAfterMs }: TwilioRefusal): CallOutcome {
  const shown = code ?? `HTTP_${status}`
  const reject = (cls: RejectionClass, detail: string): CallOutcome => ({
    kind: 'rejected',
    class: cls,
    code: shown,
    detail,
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  })

  if (status === 429) return reject('throttled', 'too many requests; not processed')
  if (status >= 400 && status < 500) {
    const known = code === null ? undefined : TWILIO_CODES.get(code)
    if (known !== undefined && known.class !== null) return reject(known.class, known.meaning)
    if (status === 401 || status === 403) return reject('configuration', 'Twilio does not accept these credentials')
    if (status === 404) return reject('configuration', 'wrong account SID or base URL')
  }
  return { kind: 'unknown', code: shown, detail: `Twilio answered ${status}; what became of the request is not known` }
}
