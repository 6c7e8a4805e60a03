import { performance } from 'node:perf_hooks'
import type { SwitchScope } from '../../model/vocabulary.ts'
import { type ActiveSwitch, activeSwitches } from '../../record/switches.ts'
import type { Runtime } from '../runtime.ts'

/** Since when it has been queued, by machine time; `new`: not queued yet; `on-its-way`: queued before any drain began. */
type Queued = Date | 'new' | 'on-its-way'

/**
 * Does a switch keep this from being sent? The firmest state wins.
 *
 * `draining` lets through what was queued before the switch was thrown, and pauses everything else.
 */
export function closedBy(
  active: readonly ActiveSwitch[],
  subject: SwitchSubject,
  queued: Queued,
): 'stopped' | 'paused' | null {
  let closed: 'paused' | null = null
  for (const { scope, state, thrownAt } of active) {
    if (state === 'slowed' || !covers(scope, subject)) continue
    if (state === 'stopped') return 'stopped'
    if (state === 'paused' || queued === 'new' || (queued !== 'on-its-way' && queued > thrownAt)) closed = 'paused'
  }
  return closed
}

/** Every worker obeys a switch within this time. */
const OBEYED_WITHIN_MS = 2_000

/** The switches as this process last read them; every worker reads them again each second. */
export class SwitchBoard {
  #active: readonly ActiveSwitch[] = []
  /** When they were read, by the monotonic clock, which goes on while a process is frozen. */
  #asOf: number | null = null
  readonly #runtime: Pick<Runtime, 'ledger'>
  readonly #monotonic: () => number

  /** @param monotonic  milliseconds of a clock that is never set back or stopped */
  constructor(runtime: Pick<Runtime, 'ledger'>, monotonic = () => performance.now()) {
    this.#runtime = runtime
    this.#monotonic = monotonic
  }

  /** Reads the switches from the ledger. */
  async refresh(): Promise<void> {
    const asOf = this.#monotonic()
    this.#active = await activeSwitches(this.#runtime.ledger.db)
    this.#asOf = asOf
  }

  /**
   * Are the switches too old to act on, because the ledger does not answer or this process was frozen?
   *
   * False before the first refresh, so a process that never reads switches is not blocked.
   */
  get outOfDate(): boolean {
    return this.#asOf !== null && this.#monotonic() - this.#asOf > OBEYED_WITHIN_MS
  }

  /** As `closedBy`, for the switches last read. */
  closed(subject: SwitchSubject, queued: Queued): 'stopped' | 'paused' | null {
    return closedBy(this.#active, subject, queued)
  }

  /** Does a pausing or draining switch that covers the whole route keep new reminders from being queued? */
  blocksQueueing(route: string, channel: string): boolean {
    return this.#active.some((s) => {
      // Under `stopped` reminders are still queued, so that each is refused with its reason.
      if (s.state === 'stopped' || s.state === 'slowed') return false
      return coversRoute(s.scope, route, channel)
    })
  }

  /** The switch that stops or pauses everything; null: none does. */
  globalSwitch(): ActiveSwitch | null {
    return (
      this.#active.find((s) => (s.state === 'stopped' || s.state === 'paused') && Object.keys(s.scope).length === 0) ??
      null
    )
  }

  /** At which share of its route's rate may this go, in percent? 100: all of it. */
  share(subject: SwitchSubject): number {
    return shareOf(this.#active, subject)
  }

  /** The smallest share that anything on this route may have. */
  smallestShare(route: string, channel: string): number {
    return smallestShare(this.#active, route, channel)
  }

  /** The largest share that everything on this route may have. */
  shareOfRoute(route: string, channel: string): number {
    return shareOfRoute(this.#active, route, channel)
  }
}

/** What a switch's scope is matched against. */
type SwitchSubject = { [Dimension in keyof Required<SwitchScope>]: string | null }

/** A scope covers what equals it in every dimension it names; a jurisdiction covers what lies below it. */
function covers(scope: SwitchScope, subject: SwitchSubject): boolean {
  return Object.entries(scope).every(([dimension, wanted]) => {
    const actual = subject[dimension as keyof SwitchScope]
    if (actual === null) return false
    return dimension === 'jurisdiction' ? actual === wanted || actual.startsWith(`${wanted}-`) : actual === wanted
  })
}

/** May something on this route be covered? */
const touchesRoute = ({ route: r, channel: c }: SwitchScope, route: string, channel: string): boolean =>
  (r === undefined || r === route) && (c === undefined || c === channel)

/** Is everything on this route covered? */
function coversRoute(scope: SwitchScope, route: string, channel: string): boolean {
  const { route: _route, channel: _channel, ...rest } = scope
  return Object.keys(rest).length === 0 && touchesRoute(scope, route, channel)
}

/** All of the route's rate, in percent. */
export const FULL_RATE = 100

/** At which share of its route's rate may this go, in percent? Of several slowing switches the smallest share. */
export const shareOf = (active: readonly ActiveSwitch[], subject: SwitchSubject): number =>
  smallest(active, (scope) => covers(scope, subject))

/** The smallest share that anything on this route may have. */
export const smallestShare = (active: readonly ActiveSwitch[], route: string, channel: string): number =>
  smallest(active, (scope) => touchesRoute(scope, route, channel))

/** The largest share that everything on this route may have. */
export const shareOfRoute = (active: readonly ActiveSwitch[], route: string, channel: string): number =>
  smallest(active, (scope) => coversRoute(scope, route, channel))

const smallest = (active: readonly ActiveSwitch[], concerns: (scope: ActiveSwitch['scope']) => boolean): number =>
  Math.min(
    FULL_RATE,
    ...active.filter((one) => one.state === 'slowed' && concerns(one.scope)).map((one) => one.share ?? FULL_RATE),
  )
