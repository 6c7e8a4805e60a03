import { databaseFailure, databaseRefusal } from '../model/database-failure.ts'
import { DecorumError, type ErrorCode, type Fault } from '../model/errors.ts'

/** A failure as `--json` prints it. */
interface Failure {
  code: string
  message: string
  hint: string
  faults: readonly Fault[]
}

const REPORT_IT = 'This is a fault of Decorum. Run it again with DECORUM_DEBUG=1 and report what it prints.'

/** How is this error reported to a user? Without its stack trace, which `DECORUM_DEBUG=1` adds. */
function failureOf(error: unknown): { failure: Failure; exitCode: ExitCode } {
  if (error instanceof DecorumError) {
    return {
      failure: { code: error.code, message: error.message, hint: error.hint, faults: error.faults },
      exitCode: exitCodeOf(error.code),
    }
  }
  const refusal = databaseRefusal(error)
  if (refusal !== null) {
    const code = databaseFailure(error) === null ? 'DECORUM_INTERNAL' : 'DECORUM_LEDGER_UNAVAILABLE'
    const hint = refusal.cure ?? REPORT_IT
    return { failure: { code, message: refusal.message, hint, faults: [] }, exitCode: exitCodeOf(code) }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { failure: { code: 'DECORUM_INTERNAL', message, hint: REPORT_IT, faults: [] }, exitCode: EXIT.failed }
}

/**
 * Prints what happened, where, and what to do; returns the exit code.
 *
 * @param json  also prints the failure as one JSON document on stdout, where the answer would have been
 */
export function reportError(error: unknown, json = false): ExitCode {
  const { failure, exitCode } = failureOf(error)
  if (json) process.stdout.write(`${JSON.stringify({ error: failure }, null, 2)}\n`)
  const lines = [`decorum: ${failure.message}`, ...failure.faults.map(faultLine), `  → ${failure.hint}`]
  process.stderr.write(`${lines.join('\n')}\n`)
  if (process.env['DECORUM_DEBUG'] !== undefined && error instanceof Error) process.stderr.write(`${traceOf(error)}\n`)
  return exitCode
}

/** Where it happened; above it what happened, unless PostgreSQL says so, who quotes values of rows. */
function traceOf(error: Error): string {
  const { stack = '' } = error
  if (databaseRefusal(error) === null) return stack
  return stack
    .split('\n')
    .filter((line) => /^\s+at .*:\d+:\d+\)?$/.test(line))
    .join('\n')
}

const faultLine = ({ path, problem, cure }: Fault): string =>
  `  ${path === '' ? 'the whole' : path}: ${problem}${cure === undefined ? '' : `. ${cure}`}`

/**
 * Exit codes. Public: workers/README.md lists them, and service managers act on them. 57 is graphile/worker's custom; 69 and 78 are sysexits(3) EX_UNAVAILABLE and EX_CONFIG.
 */
export const EXIT = {
  done: 0,
  failed: 1,
  badInput: 2,
  /** The ledger was migrated by a newer build: do not restart this one. */
  schemaNewer: 57,
  /** The ledger, the queue or the data directory is unavailable: restarting later may help. */
  unavailable: 69,
  /** The configuration is wrong: restarting does not help. */
  badConfig: 78,
  /** A second signal ended it before it had drained. */
  aborted: 130,
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

const BY_ERROR: Partial<Record<ErrorCode, ExitCode>> = {
  DECORUM_BAD_INPUT: EXIT.badInput,
  DECORUM_MALFORMED_JSON: EXIT.badInput,
  DECORUM_BODY_TOO_LARGE: EXIT.badInput,
  DECORUM_SCHEMA_NEWER: EXIT.schemaNewer,
  DECORUM_SCHEMA_FOREIGN: EXIT.badConfig,
  DECORUM_SCHEMA_OLDER: EXIT.badConfig,
  DECORUM_LEDGER_UNAVAILABLE: EXIT.unavailable,
  DECORUM_QUEUE_UNAVAILABLE: EXIT.unavailable,
  DECORUM_DATA_DIR_LOCKED: EXIT.unavailable,
  DECORUM_CONFIG: EXIT.badConfig,
  DECORUM_KEY_MISSING: EXIT.badConfig,
  DECORUM_KEY_MISMATCH: EXIT.badConfig,
  DECORUM_VIRTUAL_CLOCK: EXIT.badConfig,
}

const exitCodeOf = (code: ErrorCode): ExitCode => BY_ERROR[code] ?? EXIT.failed
