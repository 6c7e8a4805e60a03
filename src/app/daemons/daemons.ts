import type { Config } from '../../config/config.ts'
import type { Channel } from '../../model/vocabulary.ts'
import { checkZoneData } from '../../model/zones/zone-data.ts'
import { calendarAlarms } from '../../pipeline/audit/due-for-review.ts'
import { BulkReadingAlarm } from '../../pipeline/access-log.ts'
import type { DispatchContext } from '../../pipeline/dispatch/dispatch-context.ts'
import { RestoredErasures } from '../../pipeline/erase.ts'
import type { SwitchBoard } from '../../pipeline/dispatch/switch-board.ts'
import type { EndpointNotifier } from '../../pipeline/notify.ts'
import { ChainSealer } from '../../pipeline/chain.ts'
import { MonthlyPartitions } from '../../pipeline/retention.ts'
import type { Runtime } from '../../pipeline/runtime.ts'
import type { Doorbell } from '../../queue/doorbell.ts'
import { requireSchema } from '../../record/migrate.ts'
import { calendarWords } from '../../report/audit.ts'
import type { PolicyFiles } from '../../services/packs-in-force.ts'
import type { Daemon, PartHealth } from '../app.ts'
import type { ClockGuard } from '../clock.ts'
import { loop, type Loop } from '../loop.ts'
import type { OpenRoute, OpenRoutes } from '../open-routes.ts'
import type { PlannerBell } from '../planner-bell.ts'
import type { ProcessRegister } from '../process-register.ts'
import {
  type DispatchWorker,
  notifyingPass,
  openNotifiers,
  planningPass,
  refusingContext,
  startDispatching,
  sweepingPass,
} from './passes.ts'

/** Intervals in milliseconds of machine time. */
const EVERY_MS = { planner: 200, sweeper: 1_000, sealer: 1_000, notifier: 500, watch: 1_000 }

interface DaemonParts {
  runtime: Runtime
  plannerBell: PlannerBell
  switches: SwitchBoard
  guard: ClockGuard
  policies: PolicyFiles
  register: ProcessRegister
  routes: OpenRoutes
  context: Omit<DispatchContext, 'route' | 'provider' | 'testProvider' | 'gate'>
  openDoorbell: () => Doorbell
}

const CHANNEL_OF: Partial<Record<Daemon, Channel>> = { email: 'email', sms: 'sms', phone: 'phone' }

/** The daemons of one process. */
export class RunningDaemons {
  readonly #parts: DaemonParts
  readonly #workers: DispatchWorker[] = []
  readonly #loops = new Map<string, Loop>()
  readonly #months: MonthlyPartitions
  readonly #sealer: ChainSealer
  readonly #restored: RestoredErasures
  readonly #bulkReading: BulkReadingAlarm
  #doorbell: Doorbell | null = null
  #notifiers: readonly EndpointNotifier[] | null = null
  #stopped = false
  #stopping: Promise<void> | null = null
  readonly #started: Daemon[] = []

  constructor(parts: DaemonParts) {
    this.#parts = parts
    this.#months = new MonthlyPartitions(parts.runtime)
    this.#sealer = new ChainSealer(parts.runtime)
    this.#restored = new RestoredErasures(parts.runtime)
    this.#bulkReading = new BulkReadingAlarm(parts.runtime)
  }

  /** Starts these daemons, and with the first of them the periodic check of switches, clock and packs. */
  async start(daemons: readonly Daemon[]): Promise<void> {
    const { runtime } = this.#parts
    await requireSchema(runtime.ledger)
    this.#started.push(...daemons)
    await this.#watch()
    if (!this.#loops.has('watch'))
      this.#loops.set(
        'watch',
        loop('watch', EVERY_MS.watch, runtime.log, () => this.#watch()),
      )
    for (const daemon of daemons) {
      const channel = CHANNEL_OF[daemon]
      if (channel !== undefined) {
        this.#workers.push(
          await startDispatching(runtime, channel, this.#parts.routes.all, this.#bell(), (open) => this.#context(open)),
        )
      } else if (daemon === 'notifier') {
        for (const notifier of this.#liveNotifiers()) {
          this.#loops.set(
            `notifier ${notifier.id}`,
            loop(`notifier ${notifier.id}`, EVERY_MS.notifier, runtime.log, () => notifier.pass()),
          )
        }
      } else {
        const passes = loop(daemon, daemon === 'planner' ? EVERY_MS.planner : EVERY_MS.sweeper, runtime.log, () =>
          daemon === 'sweeper' ? this.#sweep() : this.pass(daemon),
        )
        this.#loops.set(daemon, passes)
        // Apart from the sweep, so that neither keeps the other from its work.
        if (daemon === 'sweeper')
          this.#loops.set(
            'sealer',
            loop('sealer', EVERY_MS.sealer, runtime.log, () => this.#sealer.pass()),
          )
        if (daemon === 'planner') this.#parts.plannerBell.listen(() => passes.nudge())
      }
    }
    runtime.log.info({ event: 'daemons.started', daemons }, 'daemons started')
  }

  /** One pass of a daemon that works in passes; true when there is more to do at once. */
  async pass(daemon: Daemon): Promise<boolean> {
    const { runtime, switches, guard, routes, context } = this.#parts
    switch (daemon) {
      case 'planner':
        // Under a stepped clock, planning would skip steps as stale and queue what is not due.
        if (!(await guard.certainNow())) return false
        return planningPass(
          runtime,
          this.#bell(),
          switches,
          routes.all.map((open) => open.route),
          refusingContext(context),
        )
      case 'sweeper': {
        const more = await this.#sweep()
        return (await this.#sealer.pass()) || more
      }
      case 'notifier':
        return notifyingPass(this.#liveNotifiers())
      default:
        return false
    }
  }

  async #sweep(): Promise<boolean> {
    const { runtime, guard, routes } = this.#parts
    const certain = await guard.certainNow()
    if (certain) await this.#months.pass()
    await this.#bulkReading.pass()
    const more = await this.#restored.pass()
    return (await sweepingPass(runtime, this.#bell(), routes, certain)) || more
  }

  async idle(): Promise<void> {
    for (const worker of this.#workers) await worker.idle()
  }

  /** Takes nothing new; finishes and settles calls in progress. */
  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop())
  }

  async #stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    // Together: a pass that takes long must not keep the workers sending.
    await Promise.all([
      ...[...this.#loops.values()].map((l) => l.stop()),
      ...this.#workers.map((worker) => worker.stop()),
    ])
    await this.#closeChannels()
    await this.#sealer.close()
    await this.#doorbell?.close()
    await this.#parts.register.withdraw()
  }

  async abort(): Promise<void> {
    this.#stopped = true
    const loops = [...this.#loops.values()].map((l) => l.stop())
    await Promise.all([this.#closeChannels(), ...this.#workers.map((worker) => worker.abort())])
    await Promise.race([Promise.all(loops), new Promise((resolve) => setTimeout(resolve, 1_000).unref())])
    await this.#doorbell?.close()
  }

  async health(): Promise<PartHealth[]> {
    const { runtime, guard, policies, register, routes } = this.#parts
    const part = (name: string, problem: string | null): PartHealth => ({ part: name, ok: problem === null, problem })
    const loops = [...this.#loops].map(([name, l]) => part(name, l.problem))
    const resting = routes.all
      .filter((open) => open.breaker.state === 'open')
      .map((open) => elsewhere(`route ${open.route.id}`, 'rests after repeated failures; the log names them'))
    return [
      part('ledger', unanswered(await runtime.ledger.check())),
      ...(this.#doorbell === null ? [] : [part('queue', unanswered(await this.#doorbell.check()))]),
      ...(this.#loops.has('watch') ? [part('clock', guard.problem())] : []),
      part('policies', policies.problem),
      ...(register.keyProblem === null ? [] : [part('keys', register.keyProblem)]),
      ...(await this.#warnings()),
      ...loops,
      ...resting,
      ...(this.#notifiers ?? [])
        .filter((notifier) => notifier.problem !== null)
        .map((notifier) => elsewhere(`webhook ${notifier.id}`, notifier.problem ?? '')),
    ]
  }

  /** What an operator should look at, though everything works. */
  async #warnings(): Promise<PartHealth[]> {
    const { runtime, switches, policies, register } = this.#parts
    const words = await register.warning()
    const held = switches.globalSwitch()
    const calendars = calendarAlarms(policies.packs, runtime.clock.now()).map(calendarWords)
    const zones = checkZoneData(
      policies.packs.map(({ pack }) => pack),
      runtime.clock.now(),
    )
    return [
      // A warning only: reminders that need newer zone data are held, and a process out of service would receive no opt-outs.
      {
        part: 'time zone data',
        ok: true,
        problem: null,
        version: zones.version,
        ...(zones.faults.length === 0 ? {} : { warning: zones.faults.join(' ') }),
      },
      ...(held === null
        ? []
        : [
            {
              part: 'switches',
              ok: true,
              problem: null,
              warning: `everything is ${held.state} since ${held.thrownAt.toISOString()}; nothing is sent until you run: ${liftCommand(runtime.config, held.id)}`,
            },
          ]),
      ...(calendars.length === 0 ? [] : [{ part: 'calendars', ok: true, problem: null, warning: calendars.join(' ') }]),
      ...(words === null ? [] : [{ part: 'words', ok: true, problem: null, warning: words }]),
    ]
  }

  /** Every second, so that switches take effect within two and a stepped clock is noticed. */
  async #watch(): Promise<boolean> {
    this.#parts.policies.refreshIfStale(performance.now())
    await this.#parts.switches.refresh()
    await this.#parts.guard.check()
    await this.#parts.register.refresh(this.#started, performance.now())
    return false
  }

  #liveNotifiers(): readonly EndpointNotifier[] {
    return (this.#notifiers ??= openNotifiers(this.#parts.runtime))
  }

  /** Requests to endpoints are aborted; their notices are sent again later. */
  async #closeChannels(): Promise<void> {
    await Promise.all((this.#notifiers ?? []).map((notifier) => notifier.close()))
  }

  #bell(): Doorbell {
    return (this.#doorbell ??= this.#parts.openDoorbell())
  }

  #context(open: OpenRoute): DispatchContext {
    const { context } = this.#parts
    // A getter: packs may be edited while the dispatcher runs.
    return {
      ...context,
      get packs() {
        return context.packs
      },
      route: open.route,
      provider: open.provider,
      testProvider: open.testProvider,
      gate: open.gate,
    }
  }
}

/** What is wrong at somebody else's: a process that can do all of its own is taken out of service for none of it. */
const elsewhere = (part: string, warning: string): PartHealth => ({ part, ok: true, problem: null, warning })

/** A server's own message may name users, hosts and values, and is for the log. */
const unanswered = (problem: string | null): string | null =>
  problem === null ? null : 'does not answer; `decorum doctor` says why'

/**
 * Which command lifts this switch?
 *
 * An embedded ledger is owned by the running process, so that process is asked over HTTP.
 */
export function liftCommand(config: Pick<Config, 'databaseUrl' | 'publicUrl' | 'host' | 'port'>, id: string): string {
  if (config.databaseUrl !== null) return `decorum switch lift ${id} --reason "…"`
  const host = ['0.0.0.0', '::'].includes(config.host) ? '127.0.0.1' : config.host
  const api = config.publicUrl ?? `http://${host.includes(':') ? `[${host}]` : host}:${config.port}`
  return `curl -X POST ${api.replace(/\/$/, '')}/v1/switches/${id}:lift -H 'Authorization: Bearer <key>' -H 'Content-Type: application/json' -d '{"reason":"…"}'`
}
