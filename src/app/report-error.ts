import { DecorumError, type Fault } from '../model/errors.ts'
import { EXIT, exitCodeOf, type ExitCode } from './exit-codes.ts'

/** A failure as `--json` prints it. */
export interface Failure {
  code: string
  message: string
  hint: string
  faults: readonly Fault[]
}

/** What can a person be told about whatever was thrown? Never a stack trace: `DECORUM_DEBUG=1` adds it. */
export function failureOf(error: unknown): { failure: Failure; exitCode: ExitCode } {
  if (error instanceof DecorumError) {
    return { failure: { code: error.code, message: error.message, hint: error.hint, faults: error.faults }, exitCode: exitCodeOf(error.code) }
  }
  const message = error instanceof Error ? error.message : String(error)
  const hint = 'This is a fault of Decorum. Run it again with DECORUM_DEBUG=1 and report what it prints.'
  return { failure: { code: 'DECORUM_INTERNAL', message, hint, faults: [] }, exitCode: EXIT.failed }
}

/**
 * Prints what happened, where, and what to do; answers with the exit code.
 *
 * @param json  also prints the failure as one JSON document on stdout, where the answer would have been
 */
export function reportError(error: unknown, json = false): ExitCode {
  const { failure, exitCode } = failureOf(error)
  if (json) process.stdout.write(`${JSON.stringify({ error: failure }, null, 2)}\n`)
  const lines = [`decorum: ${failure.message}`, ...failure.faults.map(faultLine), `  → ${failure.hint}`]
  process.stderr.write(`${lines.join('\n')}\n`)
  if (process.env['DECORUM_DEBUG'] !== undefined && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`)
  return exitCode
}

const faultLine = ({ path, problem, cure }: Fault): string => `  ${path === '' ? 'the whole' : path}: ${problem}${cure === undefined ? '' : `. ${cure}`}`
