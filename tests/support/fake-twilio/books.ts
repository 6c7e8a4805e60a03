import { randomBytes } from 'node:crypto'
import { lookedLast } from '../keeps-time.ts'

/** How one send goes wrong. Each is used up once, in the order programmed. */
export interface TwilioFault {
  kind:
    /** Refuse before anything is recorded. */
    | 'refuse'
    /** 429 with Retry-After, never recorded. */
    | 'throttle'
    /** Record, then close the connection without an answer. */
    | 'accept-then-drop'
    /** Record, then never answer. */
    | 'hang'
    /** Never answer and never record. */
    | 'hang-before'
    /** Record, then answer 500 in Twilio's JSON. */
    | 'error-500'
    /** Record, then answer 503 as a proxy's HTML page. */
    | 'error-503-html'
    /** Record, then answer 201 with something that is not JSON. */
    | 'not-json'
    /** Record, then answer 302. */
    | 'redirect'
    /** Record, then send half of the body and close. */
    | 'cut-body'
    /** Record, then send the body a few bytes at a time, over most of a second. */
    | 'slow-drip'
    /** Accept normally, then report that it failed. */
    | 'report-failure'
  /** `refuse`: status and Twilio code; `report-failure`: code. */
  status?: number
  code?: number
  retryAfterSeconds?: number
}

/** What a person at the other end does. */
export interface Listener {
  /** AnsweredBy, or how the call ends without anybody answering. */
  answer: 'human' | 'machine_end_beep' | 'unknown' | 'no-answer' | 'busy'
  /** Keys pressed at each question, in order; '' for none. */
  digits: string[]
}

export interface Row {
  sid: string
  kind: 'message' | 'call'
  to: string
  from: string | null
  messagingServiceSid: string | null
  body: string
  twiml: string | null
  url: string | null
  statusCallback: string | null
  statusCallbackEvents: string[]
  validityPeriod: number
  status: string
  errorCode: number | null
  answeredBy: string | null
  dateCreated: number
  dateSent: number | null
  /** performance.timeOrigin + now, in ms: when the request had been read. For rates. */
  arrivedAt: number
  /** It came no earlier: see `lookedLast`. */
  arrivedSince: number
  /** A call: by the same clock, when its line was free again, before anybody was told; null until then. */
  endedAt: number | null
  /** Texts that a person or machine heard, in order. */
  heard: string[]
  meant: string[]
}

/** The fake's own account of what reached people, apart from its API. */
export class Books {
  readonly rows: Row[] = []
  readonly faults: TwilioFault[] = []
  readonly listeners = new Map<string, Listener>()
  readonly optedOut = new Set<string>()
  /** Every POST that came, recorded or not. */
  requests = 0

  add(row: Omit<Row, 'sid' | 'dateCreated' | 'arrivedAt' | 'arrivedSince' | 'endedAt' | 'heard' | 'meant'>): Row {
    const full: Row = {
      ...row,
      sid: (row.kind === 'message' ? 'SM' : 'CA') + randomBytes(16).toString('hex'),
      // Twilio dates in whole seconds.
      dateCreated: Math.floor(Date.now() / 1000) * 1000,
      arrivedAt: performance.timeOrigin + performance.now(),
      arrivedSince: lookedLast(),
      endedAt: null,
      heard: [],
      meant: [],
    }
    this.rows.push(full)
    return full
  }

  find(sid: string): Row | undefined {
    return this.rows.find((row) => row.sid === sid)
  }

  reset(): void {
    this.rows.length = 0
    this.faults.length = 0
    this.listeners.clear()
    this.optedOut.clear()
    this.requests = 0
  }
}

const rfc2822 = (at: number | null): string | null =>
  at === null ? null : new Date(at).toUTCString().replace('GMT', '+0000')

/** The row as Twilio's API shows it: numbers as strings, dates in RFC 2822. */
export function asResource(row: Row, accountSid: string): Record<string, unknown> {
  const shared = {
    sid: row.sid,
    account_sid: accountSid,
    api_version: '2010-04-01',
    to: row.to,
    from: row.from,
    status: row.status,
    date_created: rfc2822(row.dateCreated),
    date_updated: rfc2822(row.dateCreated),
    price: null,
    price_unit: 'USD',
    direction: 'outbound-api',
  }
  if (row.kind === 'call') {
    return {
      ...shared,
      parent_call_sid: null,
      to_formatted: row.to,
      from_formatted: row.from,
      phone_number_sid: null,
      start_time: rfc2822(row.dateSent),
      end_time: null,
      duration: null,
      answered_by: row.answeredBy,
      forwarded_from: null,
      group_sid: null,
      caller_name: null,
      queue_time: '0',
      trunk_sid: null,
      annotation: null,
      subresource_uris: {},
      uri: `/2010-04-01/Accounts/${accountSid}/Calls/${row.sid}.json`,
    }
  }
  return {
    ...shared,
    body: row.body,
    num_segments: row.messagingServiceSid === null ? '1' : '0',
    num_media: '0',
    date_sent: rfc2822(row.dateSent),
    error_code: row.errorCode,
    error_message: null,
    messaging_service_sid: row.messagingServiceSid,
    subresource_uris: {},
    uri: `/2010-04-01/Accounts/${accountSid}/Messages/${row.sid}.json`,
  }
}
