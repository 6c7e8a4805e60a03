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
