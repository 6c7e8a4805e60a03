import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import { pino } from 'pino'
import type { Config } from '../../config/config.ts'
import { loadConfig } from '../../config/load.ts'
import { DAY, type Instant } from '../../model/instant.ts'
import { type LocalDate } from '../../model/local-date.ts'
import type { Route } from '../../model/route.ts'
import type { Actor } from '../../pipeline/shell.ts'
import { bullmqDoorbell } from '../../queue/bullmq-doorbell.ts'
import { forgetTheDisk } from '../../record/demo/forget-the-disk.ts'
import { openLedger } from '../../record/ledger.ts'
import { migrate } from '../../record/migrate.ts'
import type { DemoAccount } from '../../report/demo/demo-account.ts'
import type { App } from '../app.ts'
import { build } from '../build.ts'
import { SteppedClock } from '../clock.ts'
import { mistakes } from '../config-mistakes.ts'
import { rootDirectory } from '../root-directory.ts'
import { coreFiles, sendCoreFile } from './core-file.ts'
import { countedDoorbell, type CountedDoorbell } from './counted-doorbell.ts'
import { giveAccount } from './give-account.ts'
import { openGate } from './open-gate.ts'
import { play } from './play.ts'
import { importPortfolio } from './portfolio.ts'
import { repeatableCapture } from './repeatable-capture.ts'
import { readScenario, type Scenario } from './scenario.ts'
import { settleDown } from './stepping.ts'

/** The account of a run for a terminal; commands see the app and nothing behind it. */
export { demoText } from '../../report/demo/demo-text.ts'

/** What to play, and where. */
export interface DemoRun {
  /** First day, by UTC. */
  firstDay: LocalDate
  days: number
  /** The same seed brings the same receipts. */
  seed: number
  /** Keep the ledger in this directory; null: in a temporary one, removed afterwards. */
  keepIn: string | null
  /** Called after each step of the clock. */
  onStep?: (at: Instant, begun: { from: Instant; to: Instant }) => void
}

const ACTOR: Actor = { name: 'demo', creditor: null, live: true }

/** Where its unsubscribe links would lead; nothing is fetched from there. */
const PUBLIC_URL = 'https://reminders.example'

/**
 * Plays the invented portfolio through the real pipeline under a stepped clock.
 *
 * Needs no service and no credential, and takes nothing from the environment: the ledger is
 * embedded in a directory of its own, and every route captures.
 *
 * @throws DECORUM_CONFIG, DECORUM_DATA_DIR_LOCKED
 */
export async function runDemo(run: DemoRun): Promise<DemoAccount> {
  const started = performance.now()
  const scenario = readScenario(rootDirectory(), run.firstDay)
  const dataDir = run.keepIn === null ? mkdtempSync(join(tmpdir(), 'decorum-demo-')) : resolve(run.keepIn)
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
    await forgetTheDisk(ledger.db)
    await migrate(ledger)
    const doorbell = countedDoorbell(bullmqDoorbell({ ledgerPool: ledger.pool }))
    const log = pino({ name: 'decorum', level: 'error' }, pino.destination(2))
    const app: App = await build(config, {
      ledger, clock, log, doorbell, gates: openGate, providers: (route) => repeatableCapture(route.channel, run.seed, () => app.shell),
    })
    try {
      await app.start(['email', 'sms', 'phone'])
      const steps = await stepThrough(app, clock, doorbell, scenario, { from, to, onStep: run.onStep })
      return { steps, account: await giveAccount(app, ACTOR, scenario, { from, to, seed: run.seed }) }
    } finally {
      await app.stop()
    }
  } finally {
    await ledger.close()
  }
}

/** Everything that happens from outside, in order, and all that the daemons do in between. */
async function stepThrough(
  app: App, clock: SteppedClock, doorbell: CountedDoorbell, scenario: Scenario, { from, to, onStep }: { from: Instant; to: Instant; onStep: DemoRun['onStep'] },
): Promise<number> {
  const accounts = await importPortfolio(app.services, ACTOR, scenario.portfolio)
  const fresh = () => accounts.filter(({ id }) => !scenario.coreFile.leavesOut.includes(id))
  const files = coreFiles(app.config.creditors.values(), scenario.coreFile.time, from, to)
  const happenings = scenario.happenings.filter(({ at }) => at >= from && at < to)
  for (let steps = 1; ; steps++) {
    const now = clock.now()
    while (files[0] !== undefined && files[0].at <= now) await sendCoreFile(app.services, ACTOR, files.shift() as (typeof files)[number], fresh())
    while (happenings[0] !== undefined && happenings[0].at <= now) {
      const happening = happenings.shift() as (typeof happenings)[number]
      await play(app.services, ACTOR, happening)
      if (happening.kind === 'account' && !accounts.some(({ id }) => id === happening.body.id)) {
        accounts.push({ id: happening.body.id, creditor: happening.body.creditor as string })
      }
    }
    const foreseen = await settleDown(app, doorbell)
    onStep?.(now, { from, to })
    const next = Math.min(files[0]?.at ?? to, happenings[0]?.at ?? to, foreseen ?? to)
    if (next >= to) return steps
    clock.stepTo(next)
  }
}

/** The shipped configuration, blind to the environment, with the routes of the scenario. */
function demoConfig(dataDir: string, scenario: Scenario, seed: number): Config {
  const loaded = loadConfig({ root: rootDirectory(), env: { DECORUM_DATA_DIR: dataDir, PUBLIC_URL } })
  if (!loaded.ok) throw mistakes('the configuration', loaded.problems)
  const routes = loaded.config.routes.map((route): Route => ({
    ...route, serves: { ...route.serves, ...scenario.routes[route.id]?.serves }, settings: { seed },
  } as Route))
  return { ...loaded.config, routes }
}
