import { setTimeout as sleep } from 'node:timers/promises'
import { DecorumError } from '../model/errors.ts'
import { isTransient } from '../pipeline/halving.ts'
import type { App, Daemon, PartHealth } from './app.ts'
import { build } from './build.ts'
import { configuration, printWarnings } from './configuration.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { startHealthServer, type HealthServer } from './health-server.ts'
import { howToLift } from './how-to-lift.ts'
import { reportError } from './report-error.ts'

/** One long-running process. */
export interface DaemonRun {
  daemons: readonly Daemon[]
  /** Where `/healthz` and `/readyz` are answered; null: nowhere. */
  healthPort: number | null
  /** Pause everything, in every process, before anything starts here. */
  paused?: boolean
  /** Started once the daemons run, and closed before they drain: the HTTP interface. */
  alongside?: (app: App) => Promise<{ close(): Promise<void> }>
}

const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 30_000

/**
 * Runs until a signal, and answers with the exit code.
 *
 * SIGTERM or SIGINT drains: nothing new is taken, what is in hand is finished and settled. A
 * second signal aborts: what is on the wire is left in doubt for the sweep. A ledger or
 * queue that does not answer is tried again, with longer and longer waits, until it does.
 */
export async function runDaemon(run: DaemonRun): Promise<ExitCode> {
  const signals = listenForSignals()
  let app: App | null = null
  let health: HealthServer | null = null
  const parts = async (): Promise<PartHealth[]> => app?.health() ?? [{ part: 'start', ok: false, problem: 'is still starting' }]
  try {
    if (run.healthPort !== null) {
      health = await startHealthServer(run.healthPort, parts)
      process.stderr.write(`decorum: health on port ${health.port}\n`)
    }
    const { config, warnings } = configuration()
    printWarnings(warnings)
    app = await startPatiently(() => build(config), (opened) => startDaemons(opened, run), signals.first)
    if (app === null) return EXIT.done
    const beside = await run.alongside?.(app)
    const running = app
    return await drainOrAbort(signals, async () => {
      await beside?.close()
      await running.stop()
    }, () => running.abort())
  } catch (error) {
    await app?.abort()
    return reportError(error)
  } finally {
    await health?.close()
    signals.stop()
  }
}

/** What is paused is paused before the first daemon can send. */
async function startDaemons(app: App, run: DaemonRun): Promise<void> {
  if (run.paused === true) {
    const { id, thrown } = await app.services.pauseEverything()
    process.stderr.write(`decorum: ${thrown ? 'starts paused' : 'starts paused: everything was paused before'}; nothing is sent until you run\n  ${howToLift(app.config, id)}\n`)
  }
  await app.start(run.daemons)
}

/** Waits for the first signal, then drains; a second signal cuts the drain short. */
export async function drainOrAbort(signals: { first: Promise<void>; second: Promise<void> }, drain: () => Promise<void>, abort: () => Promise<void>): Promise<ExitCode> {
  await signals.first
  const aborted = signals.second.then(async () => {
    await abort()
    return EXIT.aborted
  })
  return Promise.race([drain().then(() => EXIT.done), aborted])
}

/** What can pass by itself; null: nothing that waiting would cure. A ledger that goes away while a process starts says so in PostgreSQL's words. */
function passing(error: unknown): DecorumError | null {
  if (error instanceof DecorumError) return error.disposition === 'retry' ? error : null
  if (!isTransient(error)) return null
  return new DecorumError('DECORUM_LEDGER_UNAVAILABLE', `the ledger does not answer: ${(error as Error).message}`, { cause: error })
}

/** Null when a signal came before everything answered. */
async function startPatiently(open: () => Promise<App>, start: (app: App) => Promise<void>, signal: Promise<void>): Promise<App | null> {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    let app: App | null = null
    try {
      app = await open()
      await start(app)
      return app
    } catch (error) {
      await app?.abort()
      const soon = passing(error)
      if (soon === null) throw error
      reportError(soon)
      process.stderr.write(`  trying again in ${wait / 1000} s\n`)
    }
    const asked = await Promise.race([signal.then(() => true), sleep(wait, false)])
    if (asked) return null
  }
}

interface Signals {
  first: Promise<void>
  second: Promise<void>
  stop(): void
}

function listenForSignals(): Signals {
  let [onFirst, onSecond] = [(): void => {}, (): void => {}]
  const first = new Promise<void>((resolve) => { onFirst = resolve })
  const second = new Promise<void>((resolve) => { onSecond = resolve })
  let seen = 0
  const heard = (): void => {
    seen += 1
    if (seen === 1) onFirst()
    else onSecond()
  }
  process.on('SIGTERM', heard).on('SIGINT', heard)
  return { first, second, stop: () => process.off('SIGTERM', heard).off('SIGINT', heard) }
}

/**
 * Which port do these words of a command line name? Null when none was given.
 *
 * @throws DECORUM_BAD_INPUT
 */
export function portOf(text: string | undefined, option: string): number | null {
  if (text === undefined) return null
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new DecorumError('DECORUM_BAD_INPUT', `${option} is not a port`, { hint: 'Give a whole number from 0 to 65535.' })
}
