import { performance } from 'node:perf_hooks'
import type { Clock } from '../model/clock.ts'
import type { Instant } from '../model/instant.ts'

/** Wall time further off than this from a second opinion is not trusted. */
export const TOLERANCE_MS = 2_000

/**
 * Business time as the wall clock tells it, for as long as it can be believed.
 *
 * A wall clock that was stepped must not date a stop into next week, where it would stop nothing
 * until then: while it disagrees with the monotonic clock, time goes on from when both were last
 * known to be right. The guard says when that was; it asks the ledger's host every second.
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

  /** From now on this is known to be right: wall minus monotonic, in milliseconds. */
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

  /** Moves on to `instant`. Throws RangeError when that lies behind: business time never runs back. */
  stepTo(instant: Instant): void {
    if (instant < this.#now) throw new RangeError('a stepped clock cannot go backwards')
    this.#now = instant
  }
}
