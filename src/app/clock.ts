import type { Clock } from '../model/clock.ts'
import type { Instant } from '../model/instant.ts'

/** Business time as the machine's wall clock tells it. */
export const systemClock: Clock = { now: () => Date.now(), virtual: false }

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
    if (instant < this.#now) throw new RangeError('a stepped clock does not run back')
    this.#now = instant
  }
}
