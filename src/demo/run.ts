import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import { pino } from 'pino'
import type { App } from '../app/app.ts'
import { build } from '../app/build.ts'
import { SteppedClock } from '../app/clock.ts'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { configError } from '../config/problems.ts'
import { rootDirectory } from '../config/root-directory.ts'
import { DecorumError } from '../model/errors.ts'
import type { Route } from '../model/route.ts'
import { DAY, type Instant, type LocalDate } from '../model/time.ts'
import type { Actor } from '../pipeline/runtime.ts'
import { bullmqDoorbell } from '../queue/bullmq-doorbell.ts'
import { disableSynchronousCommit } from '../record/demo.ts'
import { openLedger } from '../record/ledger.ts'
import { migrate } from '../record/migrate.ts'
import { collectDemoReport } from './account.ts'
import {
  completeOpenTasks,
  dailyRounds,
  importPortfolio,
  play,
  readScenario,
  type Round,
  type Scenario,
  sendCoreFile,
} from './scenario.ts'
import { countedDoorbell, type CountedDoorbell, repeatableCapture, settleDown, unlimitedRateGate } from './stepping.ts'
import type { DemoAccount } from './text.ts'

export { demoText } from './text.ts'

/** What to play, and where. */
export interface DemoRun {
  /** First day, by UTC. */
  firstDay: LocalDate
  days: number
  /** The same seed gives the same receipts. */
  seed: number
  /** Keep the ledger in this directory; null: in a temporary one, removed afterwards. */
  keepIn: string | null
  /** Called after each step of the clock. */
  onStep?: (at: Instant, begun: { from: Instant; to: Instant }) => void
}

const ACTOR: Actor = { name: 'demo', creditor: null, live: true }

/** The base of unsubscribe links; nothing is requested from there. */
const PUBLIC_URL = 'https://reminders.example'

/**
 * Plays the invented portfolio through the real pipeline under a stepped clock.
 *
 * Needs no service and no credential and reads no environment variable: the ledger is embedded in a directory of its own,
 * and every route captures.
 *
 * @throws DECORUM_CONFIG; DECORUM_BAD_INPUT when `keepIn` is not empty
 */
export async function runDemo(run: DemoRun): Promise<DemoAccount> {
  const started = performance.now()
  const scenario = readScenario(rootDirectory(), run.firstDay)
  const dataDir = run.keepIn === null ? mkdtempSync(join(tmpdir(), 'decorum-demo-')) : emptyDirectory(run.keepIn)
  try {
    const played = await playIn(dataDir, scenario, run)
    const seconds = Math.round((performance.now() - started) / 100) / 10
    return { ...played.account, effort: { steps: played.steps, seconds }, keptIn: run.keepIn === null ? null : dataDir }
  } finally {
    if (run.keepIn === null) rmSync(dataDir, { recursive: true, force: true })
  }
}

async function playIn(dataDir: string, scenario: Scenario, run: DemoRun) {
  const from = Date.parse(`${run.firstDay}T00:00:00Z`)
  const to = from + run.days * DAY
  const config = demoConfig(dataDir, scenario, run.seed)
  const clock = new SteppedClock(from)
  const ledger = await openLedger({ dataDir }, { applicationName: 'decorum demo', poolSize: config.limits.poolSize })
  try {
    await disableSynchronousCommit(ledger.db)
    await migrate(ledger)
    const doorbell = countedDoorbell(bullmqDoorbell({ ledgerPool: ledger.pool }))
    const log = pino({ name: 'decorum', level: 'error' }, pino.destination(2))
    const app: App = await build(config, {
      ledger,
      clock,
      log,
      doorbell,
      gates: unlimitedRateGate,
      providers: (route) => repeatableCapture(route.channel, run.seed, () => app.runtime),
    })
    try {
      await app.start(['email', 'sms', 'phone'])
      const steps = await stepThrough(app, clock, doorbell, scenario, { from, to, onStep: run.onStep })
      return { steps, account: await collectDemoReport(app, ACTOR, scenario, { from, to, seed: run.seed }) }
    } finally {
      await app.stop()
    }
  } finally {
    await ledger.close()
  }
}

/** Plays the outside events in order, with all that the daemons do in between; returns the number of steps. */
async function stepThrough(
  app: App,
  clock: SteppedClock,
  doorbell: CountedDoorbell,
  scenario: Scenario,
  { from, to, onStep }: { from: Instant; to: Instant; onStep: DemoRun['onStep'] },
): Promise<number> {
  const outside = await outsideEvents(app, scenario, from, to)
  for (let steps = 1; ; steps++) {
    const now = clock.now()
    while ((outside[0]?.at ?? to) <= now) await outside.shift()?.happen()
    const foreseen = await settleDown(app, doorbell)
    onStep?.(now, { from, to })
    const next = Math.min(outside[0]?.at ?? to, foreseen ?? to)
    if (next >= to) return steps
    clock.stepTo(next)
  }
}

/** Imports the portfolio; returns its outside events: daily files, agents' outcomes and the scenario's happenings. */
async function outsideEvents(
  { config, services, runtime }: App,
  scenario: Scenario,
  from: Instant,
  to: Instant,
): Promise<{ at: Instant; happen: () => Promise<void> }[]> {
  const accounts = await importPortfolio(runtime, ACTOR, scenario.portfolio)
  const { coreFile, people: agents } = scenario
  const creditors = [...config.creditors.values()]
  let worked = 0
  const nextOutcome = () => agents.outcomes[worked++ % agents.outcomes.length] as (typeof agents.outcomes)[number]
  const files = dailyRounds(creditors, coreFile.time, from, to).map((file: Round) => ({
    at: file.at,
    happen: () =>
      sendCoreFile(
        services,
        ACTOR,
        file,
        accounts.filter(({ id }) => !coreFile.leavesOut.includes(id)),
      ),
  }))
  const afternoons = dailyRounds(
    creditors.filter(({ id }) => agents.creditors.includes(id)),
    agents.time,
    from,
    to,
  ).map((round) => ({
    at: round.at,
    happen: () => completeOpenTasks(services, ACTOR, round, nextOutcome),
  }))
  const happenings = scenario.happenings
    .filter(({ at }) => at >= from && at < to)
    .map((happening) => ({
      at: happening.at,
      happen: async () => {
        await play(services, ACTOR, happening)
        if (happening.kind !== 'account') return
        const { id, creditor } = happening.body
        if (creditor !== undefined && !accounts.some((account) => account.id === id)) accounts.push({ id, creditor })
      },
    }))
  return [...files, ...afternoons, ...happenings].sort((a, b) => a.at - b.at)
}

/** A run needs an empty ledger: on that of another run it would remind twice. */
function emptyDirectory(path: string): string {
  const directory = resolve(path)
  if (existsSync(directory) && readdirSync(directory).length > 0) {
    throw new DecorumError('DECORUM_BAD_INPUT', '--keep names a directory that is not empty', {
      hint: 'Name a new one.',
    })
  }
  return directory
}

/** The shipped configuration without the environment, with the routes of the scenario. */
function demoConfig(dataDir: string, scenario: Scenario, seed: number): Config {
  const loaded = loadConfig({ root: rootDirectory(), env: { DECORUM_DATA_DIR: dataDir, PUBLIC_URL } })
  if (!loaded.ok) throw configError('the configuration', loaded.problems)
  const routes = loaded.config.routes.map(
    (route): Route =>
      ({
        ...route,
        serves: { ...route.serves, ...scenario.routes[route.id]?.serves },
        settings: { seed },
      }) as Route,
  )
  return { ...loaded.config, routes }
}
