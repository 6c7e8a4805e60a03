import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { configuration, printWarnings } from '../config/load.ts'
import { failureInWords, isTransient } from '../model/database-failure.ts'
import { DecorumError } from '../model/errors.ts'
import { isLoopbackHost } from '../model/loopback.ts'
import type { App, Daemon, PartHealth } from './app.ts'
import { build } from './build.ts'
import { liftCommand } from './daemons/daemons.ts'
import { EXIT, type ExitCode, reportError } from './errors.ts'

interface DaemonRun {
  daemons: readonly Daemon[]
  /** Port of `/healthz` and `/readyz`; null: none. */
  healthPort: number | null
  /** Pause everything, in every process, before a daemon starts here. */
  paused?: boolean
  /** The HTTP interface: started after the daemons, closed while they drain. On failure it closes what it opened. */
  alongside?: (app: App) => Promise<Closable>
}

interface Closable {
  close(): Promise<void>
}

/**
 * Runs until a signal; returns the exit code.
 *
 * SIGTERM or SIGINT drains: nothing new is taken, calls in progress are finished and settled. A second signal aborts: calls
 * in progress are left in doubt for the sweeper. While the ledger or the queue does not answer, starting is retried.
 */
export async function runDaemon(run: DaemonRun): Promise<ExitCode> {
  const signals = listenForSignals()
  let app: App | null = null
  let health: HealthServer | null = null
  const parts = async (): Promise<PartHealth[]> =>
    app?.health() ?? [{ part: 'start', ok: false, problem: 'is still starting' }]
  try {
    if (run.healthPort !== null) {
      health = await startHealthServer(run.healthPort, parts)
      process.stderr.write(`decorum: health on port ${health.port}\n`)
    }
    const { config, warnings } = configuration()
    printWarnings(warnings)
    const begun = await startWithRetry(
      () => build(config),
      (opened) => startAll(opened, run),
      signals.first,
    )
    if (begun === null) return EXIT.done
    const { beside } = begun.started
    const running = (app = begun.opened)
    return await drainOrAbort(
      signals,
      // The daemons at once, so that no attempt begins while HTTP waits for answers under way; then the ledger, which those need.
      async () => {
        await Promise.all([running.drain(), beside?.close()])
        await running.stop()
      },
      () => running.abort(),
    )
  } catch (error) {
    await app?.abort()
    return reportError(error)
  } finally {
    await health?.close()
    signals.stop()
  }
}

/** Pauses first, so that no daemon sends before. */
async function startAll(app: App, run: DaemonRun): Promise<{ beside: Closable | undefined }> {
  if (run.paused === true) {
    const { id, thrown } = await app.services.pauseEverything()
    process.stderr.write(
      `decorum: ${thrown ? 'starts paused' : 'starts paused: everything was paused before'}; nothing is sent until you run\n  ${liftCommand(app.config, id)}\n`,
    )
  }
  await app.start(run.daemons)
  return { beside: await run.alongside?.(app) }
}

/** Waits for the first signal, then drains; a second signal aborts the drain. */
export async function drainOrAbort(
  signals: { first: Promise<void>; second: Promise<void> },
  drain: () => Promise<void>,
  abort: () => Promise<void>,
): Promise<ExitCode> {
  await signals.first
  const aborted = signals.second.then(async () => {
    await abort()
    return EXIT.aborted
  })
  return Promise.race([drain().then(() => EXIT.done), aborted])
}

interface Signals {
  first: Promise<void>
  second: Promise<void>
  stop(): void
}

function listenForSignals(): Signals {
  let [onFirst, onSecond] = [(): void => {}, (): void => {}]
  const first = new Promise<void>((resolve) => {
    onFirst = resolve
  })
  const second = new Promise<void>((resolve) => {
    onSecond = resolve
  })
  let seen = 0
  const onSignal = (): void => {
    seen += 1
    if (seen === 1) onFirst()
    else onSecond()
  }
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal)
  return { first, second, stop: () => process.off('SIGTERM', onSignal).off('SIGINT', onSignal) }
}

/**
 * Which port does this option name? Null when it was not given.
 *
 * @throws DECORUM_BAD_INPUT
 */
export function portOf(text: string | undefined, option: string): number | null {
  if (text === undefined) return null
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new DecorumError('DECORUM_BAD_INPUT', `${option} is not a port`, {
    hint: 'Give a whole number from 0 to 65535.',
  })
}

/** A file in `workers/`. */
interface Worker {
  name: string
  daemons: readonly Daemon[]
  purpose: string
}

/** Reads the flags and runs until a signal; returns the exit code and never throws. */
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
  if (values.help !== true)
    return { healthPort: portOf(values['health-port'], '--health-port'), paused: values.paused ?? false }
  process.stdout.write(helpOf(worker))
  return 'help'
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        'health-port': { type: 'string' },
        paused: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (cause) {
    throw new DecorumError('DECORUM_BAD_INPUT', cause instanceof Error ? cause.message : 'bad flags', {
      cause,
      hint: 'Run it with --help.',
    })
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

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 30_000

interface Opened {
  abort(): Promise<void>
}

/**
 * Opens and starts something that needs servers, retrying with exponential backoff until they answer.
 *
 * Not cockatiel's `retry`: that completes a wait which has begun, and a process must stop at once, not after 30 s.
 *
 * @param start  after a failure in it `open` is called anew; whatever else it started, it has to close itself
 * @returns      null when the signal came first
 * @throws       any failure that is not transient
 */
export async function startWithRetry<Thing extends Opened, Started>(
  open: () => Promise<Thing>,
  start: (opened: Thing) => Promise<Started>,
  signal: Promise<void>,
  firstWaitMs = FIRST_WAIT_MS,
): Promise<{ opened: Thing; started: Started } | null> {
  for (let wait = firstWaitMs; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    let opened: Thing | null = null
    try {
      opened = await open()
      return { opened, started: await start(opened) }
    } catch (error) {
      await opened?.abort()
      const transient = transientFailure(error)
      if (transient === null) throw error
      reportError(transient)
      process.stderr.write(`  trying again in ${wait / 1_000} s\n`)
    }
    const asked = await Promise.race([signal.then(() => true), sleep(wait, false)])
    if (asked) return null
  }
}

/** The failure to report and wait for; null when it is not transient. A lost connection comes as PostgreSQL's own error. */
function transientFailure(error: unknown): DecorumError | null {
  if (error instanceof DecorumError) return error.disposition === 'retry' ? error : null
  if (!isTransient(error)) return null
  return new DecorumError('DECORUM_LEDGER_UNAVAILABLE', `the ledger does not answer: ${failureInWords(error)}`, {
    cause: error,
  })
}

/** `/healthz` (the process is up) and `/readyz` (its parts work) for daemons without the HTTP interface. */
interface HealthServer {
  /** The port in use, also when 0 was asked for. */
  port: number
  close(): Promise<void>
}

/**
 * Starts listening on every interface, as container probes need.
 *
 * @param health  called for each `/readyz`; 200 when every part is ok, 503 otherwise. Must hold no secrets.
 * @throws        DECORUM_CONFIG when the port is taken
 */
async function startHealthServer(port: number, health: () => Promise<PartHealth[]>): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    if (request.url === '/healthz') answer(200, { status: 'ok' })
    else if (request.url === '/readyz') {
      health().then(
        (parts) => {
          const ready = parts.every((p) => p.ok)
          // Which part does not work is told on this machine alone: probes need no more than whether all do.
          answer(ready ? 200 : 503, isLoopbackHost(request.socket.remoteAddress ?? '') ? { ready, parts } : { ready })
        },
        () => answer(503, { ready: false }),
      )
    } else answer(404, { code: 'DECORUM_NOT_FOUND' })
  })
  server.listen(port)
  await once(server, 'listening').catch((cause: unknown) => {
    throw new DecorumError('DECORUM_CONFIG', `port ${port} cannot be listened on`, {
      cause,
      hint: 'Is another process using it? Give --health-port a free one, or 0.',
    })
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
