/**
 * A failure caused by the state of the database and not by the data.
 *
 * - `conflict`: serialization failure or deadlock with another transaction
 * - `lock_timeout`: another session held a lock for longer than the wait allowed
 * - `statement_timeout`: the statement was cancelled because it took too long
 * - `unreachable`: the connection was lost, or none could be opened
 */
export type DatabaseFailure = 'conflict' | 'lock_timeout' | 'statement_timeout' | 'unreachable'

/** PostgreSQL's SQLSTATEs and Node's network error codes. Any other code is a fault of the data or a defect. */
const BY_CODE: Readonly<Record<string, DatabaseFailure>> = {
  40001: 'conflict',
  '40P01': 'conflict',
  '55P03': 'lock_timeout',
  57014: 'statement_timeout',
  // The server ends the session, is starting, or has no free connection.
  '25P03': 'unreachable',
  '57P01': 'unreachable',
  '57P02': 'unreachable',
  '57P03': 'unreachable',
  '57P05': 'unreachable',
  53300: 'unreachable',
  ECONNREFUSED: 'unreachable',
  ECONNRESET: 'unreachable',
  ECONNABORTED: 'unreachable',
  EPIPE: 'unreachable',
  ETIMEDOUT: 'unreachable',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
}

/** SQLSTATE class 08: every connection exception. */
const CONNECTION_EXCEPTION = /^08\w{3}$/

/** Messages of pg, without a code, for a connection that ended or could not be opened. */
const CONNECTION_ENDED =
  /^(?:connection terminated|terminating connection|client (?:has encountered a connection error|was closed)|timeout exceeded when trying to connect|timeout expired|cannot use a pool after)/i

/** Node's error code in a message, for libraries that drop `code`. */
const CODE_IN_WORDS = /\b(?:ECONN[A-Z]+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)\b/

/**
 * Which state of the database made this fail?
 *
 * The only list of such errors: retries, HTTP 503 and queue outages all use it.
 *
 * @returns  null when a retry would fail again: a fault of the data, or a defect
 */
export function databaseFailure(error: unknown): DatabaseFailure | null {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  if (typeof code === 'string')
    return (
      (Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined) ??
      (CONNECTION_EXCEPTION.test(code) ? 'unreachable' : null)
    )
  // A connection that was refused at several addresses.
  if (error instanceof AggregateError && error.errors.length > 0) return databaseFailure(error.errors[0])
  return typeof message === 'string' && (CONNECTION_ENDED.test(message) || CODE_IN_WORDS.test(message))
    ? 'unreachable'
    : null
}

/** Can the transaction succeed if it is retried? A statement timeout would recur, so it cannot. */
export function isTransient(error: unknown): boolean {
  const failure = databaseFailure(error)
  return failure !== null && failure !== 'statement_timeout'
}

/** Was the connection lost, or could none be opened? */
export const isUnreachable = (error: unknown): boolean => databaseFailure(error) === 'unreachable'

/** What an operator can do about a SQLSTATE, or about its class (two characters). */
const CURES_BY_STATE: Readonly<Record<string, string>> = {
  '3D000': 'Create the database that DATABASE_URL names.',
  28: 'Check user and password in DATABASE_URL, and what pg_hba.conf admits.',
  25006: 'DATABASE_URL names a standby or a session that may only read; name the primary.',
  42501:
    'The role of DATABASE_URL lacks a right: run `decorum roles`, or `decorum migrate` as the owner of the tables.',
  '42P01': 'The ledger lacks a table of this build: run `decorum migrate`.',
  42703: 'The ledger lacks a column of this build: run `decorum migrate`.',
  '08': 'Is PostgreSQL up, and does DATABASE_URL name it?',
  53: 'PostgreSQL lacks connections, memory or disk; its own log says which.',
  54: 'PostgreSQL reached a limit of its own; its log says which.',
  57: 'PostgreSQL ended the session, or is starting or stopping; try again.',
  58: 'PostgreSQL’s own files or system failed; its log says where.',
  XX: 'PostgreSQL found an internal fault or damaged data; its log says where. Check the disk before anything is written.',
}

/**
 * How is a failure of the database told to people?
 *
 * In the words of the SQLSTATE, never in PostgreSQL's own: its messages and details quote values of rows.
 *
 * @returns  null when PostgreSQL did not answer this: its clients, Node and the network have their own errors
 */
export function databaseRefusal(error: unknown): { state: string; message: string; cure: string | null } | null {
  const state = sqlStateOf(error)
  if (state === null) return null
  return {
    state,
    message: `PostgreSQL refused with SQLSTATE ${state}`,
    cure: CURES_BY_STATE[state] ?? CURES_BY_STATE[state.slice(0, 2)] ?? null,
  }
}

/** One line about any failure; a refused connection to several addresses comes as an AggregateError without a message. */
export function failureInWords(error: unknown): string {
  const refusal = databaseRefusal(error)
  if (refusal !== null) return refusal.message
  if (error instanceof AggregateError && error.message === '')
    return [...new Set(error.errors.map(failureInWords))].join('; ')
  if (!(error instanceof Error)) return String(error)
  const { code } = error as { code?: unknown }
  return typeof code !== 'string' || error.message.includes(code) ? error.message : `${error.message} (${code})`
}

/** A SQLSTATE has a digit, which Node's five-letter codes (EPIPE) have not. */
const SQLSTATE = /^(?=.*\d)[0-9A-Z]{5}$/

/** Of this error, of what caused it, or of the first of several. */
function sqlStateOf(error: unknown, depth = 0): string | null {
  if (typeof error !== 'object' || error === null || depth > 8) return null
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown }
  if (typeof code === 'string' && SQLSTATE.test(code)) return code
  for (const inner of [cause, ...(Array.isArray(errors) ? errors : [])]) {
    const state = sqlStateOf(inner, depth + 1)
    if (state !== null) return state
  }
  return null
}
