/**
 * What kind of failure is this, when it is the database's state and not the data's?
 *
 * - `conflict`: another transaction got in the way (serialization, deadlock)
 * - `lock_timeout`: somebody held a lock for longer than we wait
 * - `statement_timeout`: the statement was cancelled because it took too long
 * - `unreachable`: the connection is lost, or none is to be had now
 */
export type DatabaseFailure = 'conflict' | 'lock_timeout' | 'statement_timeout' | 'unreachable'

/** PostgreSQL's SQLSTATEs, and Node's codes of a network that does not carry. Whatever is not here is the data's or ours. */
const BY_CODE: Readonly<Record<string, DatabaseFailure>> = {
  40001: 'conflict',
  '40P01': 'conflict',
  '55P03': 'lock_timeout',
  57014: 'statement_timeout',
  // The server ends the session, starts, or has no room for another.
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

/** SQLSTATE class 08, connection exceptions, whole. */
const CONNECTION_EXCEPTION = /^08\w{3}$/

/** What pg says, without a code, of a connection that ended under it or that it could not get. */
const CONNECTION_ENDED =
  /^(?:connection terminated|terminating connection|client (?:has encountered a connection error|was closed)|timeout exceeded when trying to connect|timeout expired|cannot use a pool after)/i

/** Node's own code, where a library kept the words of the error and not its code. */
const CODE_IN_WORDS = /\b(?:ECONN[A-Z]+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)\b/

/**
 * Which state of the database made this fail?
 *
 * The only list of such errors: what is tried again, what HTTP answers 503 to, and what begins an
 * outage of the queue all ask here.
 *
 * @returns  null when the same would fail again: the data's fault, or a defect
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

/** Will the same transaction work if it is simply tried again? One that took too long would take as long again. */
export function isTransient(error: unknown): boolean {
  const failure = databaseFailure(error)
  return failure !== null && failure !== 'statement_timeout'
}

/** Is the connection lost, or none to be had? */
export const isUnreachable = (error: unknown): boolean => databaseFailure(error) === 'unreachable'
