import { DecorumError } from '../model/errors.ts'
import type { App, Daemon, PartHealth } from './app.ts'
import { build } from './build.ts'
import { configuration, printWarnings } from './configuration.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { startHealthServer, type HealthServer } from './health-server.ts'
import { howToLift } from './how-to-lift.ts'
import { reportError } from './report-error.ts'
import { startPatiently } from './start-patiently.ts'

/** One long-running process. */
export interface DaemonRun {
  daemons: readonly Daemon[]
  /** Where `/healthz` and `/readyz` are answered; null: nowhere. */
  healthPort: number | null
  /** Pause everything, in every process, before anything starts here. */
  paused?: boolean
  /** Started once the daemons run, and closed before they drain: the HTTP interface. What fails has closed what it opened. */
  alongside?: (app: App) => Promise<Beside>
}

interface Beside {
  close(): Promise<void>
}

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
    const begun = await startPatiently(() => build(config), (opened) => startAll(opened, run), signals.first)
    if (begun === null) return EXIT.done
    const { beside } = begun.started
    const running = app = begun.opened
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
async function startAll(app: App, run: DaemonRun): Promise<{ beside: Beside | undefined }> {
  if (run.paused === true) {
    const { id, thrown } = await app.services.pauseEverything()
    process.stderr.write(`decorum: ${thrown ? 'starts paused' : 'starts paused: everything was paused before'}; nothing is sent until you run\n  ${howToLift(app.config, id)}\n`)
  }
  await app.start(run.daemons)
  return { beside: await run.alongside?.(app) }
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
