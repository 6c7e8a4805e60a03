/**
 * Every error Decorum can report, in one place.
 *
 * The pipeline branches on `disposition` alone: `retry` may pass by itself, `give_up` never will, `fix_config` needs an
 * operator. `status` is the HTTP status where the error can reach an API client.
 */
export const ERRORS = {
  DECORUM_BAD_INPUT: { disposition: 'give_up', status: 400, hint: 'Correct the named fields and send it again.' },
  DECORUM_MALFORMED_JSON: { disposition: 'give_up', status: 400, hint: 'Send one JSON document in UTF-8.' },
  DECORUM_BODY_TOO_LARGE: {
    disposition: 'give_up',
    status: 413,
    hint: 'Send less at once; for many accounts use POST /v1/accounts:import, which streams.',
  },
  DECORUM_UNSUPPORTED_MEDIA_TYPE: {
    disposition: 'give_up',
    status: 415,
    hint: 'Send application/json; imports take application/x-ndjson.',
  },
  DECORUM_METHOD_NOT_ALLOWED: {
    disposition: 'give_up',
    status: 405,
    hint: 'Use one of the methods in the Allow header.',
  },
  DECORUM_UNAUTHORIZED: {
    disposition: 'give_up',
    status: 401,
    hint: 'Send a valid key as `Authorization: Bearer <key>`.',
  },
  DECORUM_FORBIDDEN: { disposition: 'give_up', status: 403, hint: 'Use a key that has the named scope and creditor.' },
  DECORUM_NOT_FOUND: { disposition: 'give_up', status: 404, hint: 'Check the id and the creditor of the key.' },
  DECORUM_CONFLICT: {
    disposition: 'give_up',
    status: 409,
    hint: 'The same id or key was used before with another body; use a new one.',
  },
  DECORUM_STATE_CONFLICT: { disposition: 'give_up', status: 409, hint: 'Read the resource again; it has moved on.' },
  DECORUM_REQUEST_TIMEOUT: {
    disposition: 'retry',
    status: 408,
    hint: 'Send all of it at once; for many accounts use POST /v1/accounts:import, which may take its time.',
  },
  DECORUM_HEADERS_TOO_LARGE: {
    disposition: 'give_up',
    status: 431,
    hint: 'Send shorter headers and a shorter address: 16 KiB together.',
  },
  DECORUM_RATE_LIMITED: { disposition: 'retry', status: 429, hint: 'Wait as long as Retry-After says.' },
  DECORUM_INTERNAL: {
    disposition: 'retry',
    status: 500,
    hint: 'Try again; if it stays, look up the request id in the log.',
  },
  DECORUM_OVERLOADED: {
    disposition: 'retry',
    status: 503,
    hint: 'Wait as long as Retry-After says, and send the same again. For many accounts use POST /v1/accounts:import.',
  },
  DECORUM_LEDGER_UNAVAILABLE: {
    disposition: 'retry',
    status: 503,
    hint: 'Is PostgreSQL up, and does DATABASE_URL name it? Nothing accepted is lost.',
  },
  DECORUM_QUEUE_UNAVAILABLE: {
    disposition: 'retry',
    status: 503,
    hint: 'Is Redis up, and does REDIS_URL name it? Reminders wait in the ledger meanwhile.',
  },
  DECORUM_CONFIG: { disposition: 'fix_config', status: 500, hint: 'Correct the named line and run `decorum check`.' },
  DECORUM_SCHEMA_NEWER: {
    disposition: 'fix_config',
    status: 503,
    hint: 'This build is older than the ledger; run a build at least as new, or point it at another database.',
  },
  DECORUM_SCHEMA_FOREIGN: {
    disposition: 'fix_config',
    status: 503,
    hint: 'A build that was never released made this ledger; point this one at another database or data directory.',
  },
  DECORUM_SCHEMA_OLDER: { disposition: 'fix_config', status: 503, hint: 'Run `decorum migrate`.' },
  DECORUM_DATA_DIR_LOCKED: {
    disposition: 'fix_config',
    status: 503,
    hint: 'Stop the other process that uses this data directory, or set DATABASE_URL so that several can share a ledger.',
  },
  DECORUM_KEY_MISSING: {
    disposition: 'fix_config',
    status: 503,
    hint: 'DECORUM_KEYS lacks the key that wrapped this data; add it back.',
  },
  DECORUM_KEY_MISMATCH: {
    disposition: 'fix_config',
    status: 503,
    hint: 'Give every process the DECORUM_KEYS that this ledger was written with, newer keys first.',
  },
  DECORUM_ERASED: { disposition: 'give_up', status: 410, hint: 'The person was erased; hashes and reasons remain.' },
  DECORUM_TEMPLATE: {
    disposition: 'fix_config',
    status: 422,
    hint: 'Run `decorum templates lint`; the template and the missing fact are named in the message.',
  },
  DECORUM_VIRTUAL_CLOCK: {
    disposition: 'fix_config',
    status: 500,
    hint: 'A stepped clock works with the capture provider only.',
  },
} as const satisfies Record<string, { disposition: Disposition; status: number; hint: string }>

type Disposition = 'retry' | 'give_up' | 'fix_config'
export type ErrorCode = keyof typeof ERRORS

/** One fault in an input: where it is, what is wrong, and the cure. */
export interface Fault {
  /** JSON pointer or dotted path, e.g. `recipient.addresses[0].value`; a line number for files. */
  path: string
  problem: string
  cure?: string
}

/** The parsed input, or every fault in it. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; faults: Fault[] }

/**
 * An error with a stable code, a message fit for users and logs, and a hint.
 * Messages never hold names, addresses or message text.
 */
export class DecorumError extends Error {
  readonly code: ErrorCode
  readonly faults: readonly Fault[]
  readonly hint: string
  override readonly name = 'DecorumError'

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: string; faults?: readonly Fault[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.faults = options.faults ?? []
    this.hint = options.hint ?? ERRORS[code].hint
  }

  get disposition(): Disposition {
    return ERRORS[this.code].disposition
  }

  get status(): number {
    return ERRORS[this.code].status
  }
}
