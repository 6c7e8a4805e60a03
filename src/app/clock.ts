import { performance } from 'node:perf_hooks'
import type { Clock, Instant } from '../model/time.ts'
import type { Runtime } from '../pipeline/runtime.ts'
import { raiseClockMark } from '../record/lapses.ts'

/** Wall time that differs by more than this from another clock is not trusted. */
const TOLERANCE_MS = 2_000

/**
 * Business time from the wall clock, while that agrees with the monotonic clock.
 *
 * A wall clock that was stepped must not date a suppression into next week, where it would have no effect until then.
 * While the two disagree, time continues from the offset at which both were last known to be right; `ClockGuard` checks
 * that every second against the ledger's host.
 */
export class SteadyClock implements Clock {
  readonly virtual = false
  /** Wall minus monotonic when they last were known to be right, in milliseconds. */
  #offset: number

  constructor(offset = Date.now() - performance.now()) {
    this.#offset = offset
  }

  now(): Instant {
    return this.stepped() ? Math.round(performance.now() + this.#offset) : Date.now()
  }

  /** Does wall time disagree with the monotonic clock? */
  stepped(): boolean {
    return Math.abs(Date.now() - performance.now() - this.#offset) > TOLERANCE_MS
  }

  /** Sets the offset known to be right: wall minus monotonic, in milliseconds. */
  trust(offset: number): void {
    this.#offset = offset
  }
}

/** Business time that moves only when told to: for the demonstration and for tests. */
export class SteppedClock implements Clock {
  readonly virtual = true
  #now: Instant

  constructor(start: Instant) {
    this.#now = start
  }

  now(): Instant {
    return this.#now
  }

  /** @throws RangeError when `instant` is in the past: business time never goes backwards */
  stepTo(instant: Instant): void {
    if (instant < this.#now) throw new RangeError('a stepped clock cannot go backwards')
    this.#now = instant
  }
}

/**
 * Can business time be trusted now?
 *
 * A wall clock that was stepped opens closed windows and empties rolling caps. Nothing is sent while wall time disagrees
 * with the monotonic clock or the database's host, or lies behind the latest business time that any process has recorded,
 * also across a restart; sending resumes at the first check that finds them in agreement. A virtual clock is stepped on
 * purpose and always certain.
 */
export class ClockGuard {
  readonly #runtime: Runtime
  readonly #steady: SteadyClock
  #problem: string | null

  constructor(runtime: Runtime) {
    this.#runtime = runtime
    this.#steady = runtime.clock instanceof SteadyClock ? runtime.clock : new SteadyClock()
    this.#problem = runtime.clock.virtual ? null : 'has not been compared with the ledger yet'
  }

  /** Null when certain; otherwise what disagrees. Cheap: called before every reservation. */
  problem(): string | null {
    if (this.#runtime.clock.virtual) return null
    if (this.#problem === null && this.#steady.stepped()) {
      this.#problem = 'was stepped: wall time and the monotonic clock disagree'
    }
    return this.#problem
  }

  readonly certain = (): boolean => this.problem() === null

  /** The same for a process without the periodic check: checks when not certain. */
  readonly certainNow = async (): Promise<boolean> => {
    if (!this.certain()) await this.check()
    return this.certain()
  }

  /** Compares with the database's host and the ledger's high-water mark, and raises the mark. */
  async check(): Promise<void> {
    if (this.#runtime.clock.virtual) return
    const before = this.problem()
    const asked = performance.now()
    const now = Date.now()
    // A clock that may be wrong must not raise the mark for all processes.
    const { highWater, databaseNow } = await raiseClockMark(
      this.#runtime.ledger.db,
      new Date(before === null ? now : 0),
    )
    const offDatabase = Math.abs(databaseNow.getTime() - now)
    if (offDatabase > TOLERANCE_MS + (performance.now() - asked)) {
      this.#problem = `is ${Math.round(offDatabase / 1000)} s off the ledger's clock`
      // Whichever clock is right, all processes then agree.
      this.#steady.trust(databaseNow.getTime() - performance.now())
    } else if (highWater.getTime() - now > TOLERANCE_MS) {
      this.#problem = `is behind the latest time recorded in the ledger, ${highWater.toISOString()}`
    } else {
      this.#problem = null
      this.#steady.trust(now - asked)
    }
    if (before === this.#problem) return
    const { log } = this.#runtime
    if (this.#problem === null) log.info({ event: 'clock.trusted' }, 'clock agrees with the ledger; sending is allowed')
    else
      log.error({ event: 'clock.distrusted', clock: this.#problem }, 'clock disagrees; nothing is sent until it agrees')
  }
}
