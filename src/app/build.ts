import { createSecretKey } from 'node:crypto'
import { hostname } from 'node:os'
import { type Logger, pino } from 'pino'
import type { Config } from '../config/config.ts'
import type { Provider } from '../deliver/provider.ts'
import type { RateGate } from '../deliver/rate-gate.ts'
import { DecorumError } from '../model/errors.ts'
import { failureForLog, type Log } from '../model/log-events.ts'
import type { Route } from '../model/route.ts'
import type { Clock } from '../model/time.ts'
import { type DispatchContext, DISPATCH_LIMITS, type DispatchLimits } from '../pipeline/dispatch/dispatch-context.ts'
import { SwitchBoard } from '../pipeline/dispatch/switch-board.ts'
import type { Runtime } from '../pipeline/runtime.ts'
import { bullmqDoorbell } from '../queue/bullmq-doorbell.ts'
import type { Doorbell } from '../queue/doorbell.ts'
import { registerWriter } from '../record/chain/writer.ts'
import { type Ledger, openLedger } from '../record/ledger.ts'
import { checkSchema, migrate } from '../record/migrate.ts'
import { type KeyRing, loadOrCreateKeys, parseKeyRing } from '../record/vault/key-ring.ts'
import { recogniseKeys } from '../record/ring-keys.ts'
import { unsubscribeUrl } from '../services/callbacks/unsubscribe.ts'
import { PolicyFiles } from '../services/packs-in-force.ts'
import { services } from '../services/services.ts'
import type { App } from './app.ts'
import { ClockGuard, SteadyClock } from './clock.ts'
import { RunningDaemons } from './daemons/daemons.ts'
import { openRoutes } from './open-routes.ts'
import { PlannerBell } from './planner-bell.ts'
import { ProcessRegister } from './process-register.ts'

/** What tests, the demonstration and benchmarks replace. */
export interface Overrides {
  ledger?: Ledger
  clock?: Clock
  log?: Logger
  doorbell?: Doorbell
  gates?: (route: Route) => RateGate
  /** Null: as configured. */
  providers?: (route: Route) => Provider | null
  limits?: Partial<DispatchLimits>
  /** By which switches that were read grow old, in milliseconds. */
  monotonic?: () => number
}

/**
 * Wires one process: ledger, vault, clock, policies, routes, queue, services.
 *
 * Opens the ledger and migrates it to this build's schema (safe from several processes at once); starts no daemon. The
 * queue is opened by the first daemon that needs it.
 *
 * @throws DECORUM_LEDGER_UNAVAILABLE, DECORUM_SCHEMA_NEWER, DECORUM_SCHEMA_FOREIGN, DECORUM_DATA_DIR_LOCKED, DECORUM_CONFIG;
 *         DECORUM_KEY_MISSING or DECORUM_KEY_MISMATCH when the keys are not the ledger's
 */
export async function build(config: Config, overrides: Overrides = {}): Promise<App> {
  const log = overrides.log ?? pino({ name: 'decorum', level: process.env.LOG_LEVEL ?? 'info' }, pino.destination(2))
  const worker = `${hostname()}:${process.pid}`
  const { ledger, vault } =
    overrides.ledger === undefined
      ? await openChecked(config, worker, log)
      : { ledger: overrides.ledger, vault: await recogniseKeys(overrides.ledger, keyRing(config)) }
  const plannerBell = new PlannerBell(ledger, log)
  await registerWriter(ledger.db, ledger.writer, vault)
  const runtime: Runtime = {
    config,
    ledger,
    vault,
    clock: overrides.clock ?? new SteadyClock(),
    log,
    ringPlanner: plannerBell.ring,
  }
  const switches = new SwitchBoard(runtime, overrides.monotonic)
  const guard = new ClockGuard(runtime)
  const policies = new PolicyFiles(config, log)
  const routes = openRoutes(runtime, overrides)
  refuseVirtualClock(runtime, routes.all)
  const context: Omit<DispatchContext, 'route' | 'provider' | 'testProvider' | 'gate'> = {
    get packs() {
      return policies.packs
    },
    switches,
    worker,
    clockCertain: guard.certain,
    optOutUrl: (addressId) => unsubscribeUrl(config.publicUrl, runtime.vault, addressId),
    limits: {
      ...DISPATCH_LIMITS,
      leaseMs: config.limits.leaseSeconds * 1000,
      callMs: config.limits.callSeconds * 1000,
      ...overrides.limits,
    },
  }
  const openDoorbell = () =>
    overrides.doorbell ??
    bullmqDoorbell(
      config.redisUrl === null
        ? { ledgerPool: ledger.pool }
        : { redisUrl: config.redisUrl, shards: config.queue.shards },
      {
        onError: (problem) =>
          log.error(
            { event: 'queue.unreachable', error: problem },
            `queue does not answer: is ${config.redisUrl === null ? 'PostgreSQL up, and does DATABASE_URL' : 'Redis up, and does REDIS_URL'} name it? Reminders wait in the ledger until it does`,
          ),
        onRecovered: () => log.info({ event: 'queue.recovered' }, 'queue answers again'),
      },
    )
  const running = new RunningDaemons({
    runtime,
    plannerBell,
    switches,
    guard,
    policies,
    register: new ProcessRegister(runtime, worker),
    routes,
    context,
    openDoorbell,
  })
  const close = async () => {
    plannerBell.close()
    await routes.close()
    if (overrides.ledger === undefined) await ledger.close()
  }
  let ended: Promise<void> | null = null
  const asked = services(runtime, {
    get packs() {
      return policies.packs
    },
    clockCertain: guard.certainNow,
  })
  return {
    config,
    runtime,
    logger: log,
    policies,
    services: asked,
    start: (daemons) => running.start(daemons),
    drain: () => running.stop(),
    stop: () => (ended ??= running.stop().then(asked.settled).then(close)),
    abort: () => (ended ??= running.abort().then(close)),
    health: () => running.health(),
    idle: () => running.idle(),
    pass: (daemon) => running.pass(daemon),
  }
}

async function openChecked(config: Config, worker: string, log: Log): Promise<Pick<Runtime, 'ledger' | 'vault'>> {
  const ring = keyRing(config)
  const source = config.databaseUrl === null ? { dataDir: config.dataDir } : { databaseUrl: config.databaseUrl }
  const ledger = await openLedger(source, {
    applicationName: `decorum ${worker}`,
    poolSize: config.limits.poolSize,
    onError: (error) =>
      log.warn(
        { event: 'ledger.connection_lost', ...failureForLog(error) },
        'connection to the ledger lost; the pool replaces it',
      ),
  })
  try {
    const problem = await ledger.check()
    if (problem !== null) throw new DecorumError('DECORUM_LEDGER_UNAVAILABLE', `the ledger does not answer: ${problem}`)
    const schema = await checkSchema(ledger)
    if (schema.state !== 'ok') {
      const applied = await migrate(ledger)
      if (applied.length > 0)
        log.info({ event: 'ledger.migrated', migrations: applied }, 'ledger migrated to the schema of this build')
    }
    return { ledger, vault: await recogniseKeys(ledger, ring) }
  } catch (error) {
    await ledger.close()
    throw error
  }
}

function keyRing(config: Config): KeyRing {
  const keys = config.keys?.map(({ id, secret }) => ({ id, key: createSecretKey(Buffer.from(secret)) }))
  const [first, ...rest] = keys ?? []
  if (first !== undefined) return [first, ...rest]
  if (config.production && config.databaseUrl !== null) {
    throw new DecorumError('DECORUM_CONFIG', 'DECORUM_KEYS is not set', {
      hint: 'Set it to the same keys for every process: id:base64 of 32 bytes, e.g. "k1:$(openssl rand -base64 32)". Losing them loses every name and address.',
    })
  }
  return parseKeyRing(loadOrCreateKeys(config.dataDir))
}

/** A stepped clock can open any contact window, so it is refused beside a provider that reaches recipients. */
function refuseVirtualClock(
  runtime: Runtime,
  routes: readonly { route: Route; provider: { harmless: boolean } }[],
): void {
  const real = routes.find((open) => !open.provider.harmless)
  if (runtime.clock.virtual && real !== undefined) {
    throw new DecorumError(
      'DECORUM_VIRTUAL_CLOCK',
      `route ${real.route.id} has a real provider, and business time is stepped`,
    )
  }
}
