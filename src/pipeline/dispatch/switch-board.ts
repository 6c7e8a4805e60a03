import { performance } from 'node:perf_hooks'
import type { SwitchScope } from '../../model/vocabulary.ts'
import { type ActiveSwitch, activeSwitches } from '../../record/switches.ts'
import type { Runtime } from '../runtime.ts'

/** Since when it has been on its way, by machine time; `new`: it is only asked for now; `on-its-way`: whatever the queue held when a drain began. */
type Queued = Date | 'new' | 'on-its-way'

/**
 * Does a switch keep this from being sent? The firmest state wins.
 *
 * Draining lets go what was queued before the switch was thrown, and is a pause for everything else.
 */
export function closedBy(
  active: readonly ActiveSwitch[],
  subject: Scoped,
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

/** The switches as this process last saw them; every worker looks again each second. */
export class SwitchBoard {
  #active: readonly ActiveSwitch[] = []
  /** By the monotonic clock, which goes on while a process is frozen. */
  #asOf: number | null = null
  readonly #runtime: Pick<Runtime, 'ledger'>
  readonly #monotonic: () => number

  /** @param monotonic  milliseconds of a clock that nothing sets back or stops */
  constructor(runtime: Pick<Runtime, 'ledger'>, monotonic = () => performance.now()) {
    this.#runtime = runtime
    this.#monotonic = monotonic
  }

  /** Reads the ledger again. */
  async refresh(): Promise<void> {
    const asOf = this.#monotonic()
    this.#active = await activeSwitches(this.#runtime.ledger.db)
    this.#asOf = asOf
  }

  /**
   * Is what was last seen too old to act on: the ledger does not answer, or this process was frozen?
   *
   * False until the first look: who never looks has nobody to obey.
   */
  get outOfDate(): boolean {
    return this.#asOf !== null && this.#monotonic() - this.#asOf > OBEYED_WITHIN_MS
  }

  /** As `closedBy`, for the switches last seen. */
  closed(subject: Scoped, queued: Queued): 'stopped' | 'paused' | null {
    return closedBy(this.#active, subject, queued)
  }

  /** Is nothing new to be queued on this route: a switch of any state that covers all of it? */
  takesNothingNew(route: string, channel: string): boolean {
    return this.#active.some((s) => {
      // A stop must still reach the reminders, so that each is refused with its reason.
      if (s.state === 'stopped' || s.state === 'slowed') return false
      return coversRoute(s.scope, route, channel)
    })
  }

  /** The switch that holds all of everybody's; null: none does. */
  holdsEverything(): ActiveSwitch | null {
    return (
      this.#active.find((s) => (s.state === 'stopped' || s.state === 'paused') && Object.keys(s.scope).length === 0) ??
      null
    )
  }

  /** At which share of its route's rate may this go, in percent? 100: all of it. */
  share(subject: Scoped): number {
    return shareOf(this.#active, subject)
  }

  /** The smallest share that anything on this route may have. */
  smallestShare(route: string, channel: string): number {
    return smallestShare(this.#active, route, channel)
  }

  /** The share that everything on this route has at most. */
  shareOfRoute(route: string, channel: string): number {
    return shareOfRoute(this.#active, route, channel)
  }
}

/** What a switch's scope is held against. */
type Scoped = { [Dimension in keyof Required<SwitchScope>]: string | null }

/** A scope covers what equals it in every dimension it names; a jurisdiction covers what lies below it. */
function covers(scope: SwitchScope, subject: Scoped): boolean {
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
export const FULL = 100

/** At which share of its route's rate may this go, in percent? Of several slow switches the smallest share. */
export const shareOf = (active: readonly ActiveSwitch[], subject: Scoped): number =>
  smallest(active, (scope) => covers(scope, subject))

/** The smallest share that anything on this route may have. */
export const smallestShare = (active: readonly ActiveSwitch[], route: string, channel: string): number =>
  smallest(active, (scope) => touchesRoute(scope, route, channel))

/** The share that everything on this route has at most. */
export const shareOfRoute = (active: readonly ActiveSwitch[], route: string, channel: string): number =>
  smallest(active, (scope) => coversRoute(scope, route, channel))

const smallest = (active: readonly ActiveSwitch[], concerns: (scope: ActiveSwitch['scope']) => boolean): number =>
  Math.min(
    FULL,
    ...active.filter((one) => one.state === 'slowed' && concerns(one.scope)).map((one) => one.share ?? FULL),
  )
