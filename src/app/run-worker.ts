import { parseArgs } from 'node:util'
import { DecorumError } from '../model/errors.ts'
import type { Daemon } from './app.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { reportError } from './report-error.ts'
import { portOf, runDaemon } from './run-daemon.ts'

/** A file in `workers/`: which daemons it is, and what they are for. */
export interface Worker {
  name: string
  daemons: readonly Daemon[]
  purpose: string
}

/** Reads the flags, runs until a signal, answers with the exit code; never throws. */
export async function runWorker(worker: Worker, argv: readonly string[] = process.argv.slice(2)): Promise<ExitCode> {
  try {
    const flags = readFlags(worker, argv)
    return flags === 'help' ? EXIT.done : await runDaemon({ daemons: worker.daemons, ...flags })
  } catch (error) {
    return reportError(error)
  }
}

function readFlags(worker: Worker, argv: readonly string[]): 'help' | { healthPort: number | null; paused: boolean } {
  const { values } = parsed(argv)
  if (values.help !== true) return { healthPort: portOf(values['health-port'], '--health-port'), paused: values.paused ?? false }
  process.stdout.write(helpOf(worker))
  return 'help'
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: { 'health-port': { type: 'string' }, paused: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } })
  } catch (cause) {
    throw new DecorumError('DECORUM_BAD_INPUT', cause instanceof Error ? cause.message : 'bad flags', { cause, hint: 'Run it with --help.' })
  }
}

const helpOf = ({ name, purpose }: Worker): string => `${purpose}

Usage: node dist/workers/${name}.js [--health-port PORT] [--paused]

  --health-port PORT  answer /healthz and /readyz there (0: any free port)
  --paused            send nothing until told: pauses everything, in every process
  -h, --help          this text

SIGTERM or SIGINT drains; a second signal aborts.
Exit codes: 0 drained, 2 bad flags, 57 newer schema, 69 unavailable, 78 bad configuration, 130 aborted.
Configuration: config/ and the environment; config/README.md lists the variables.
`
