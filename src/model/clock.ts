import type { Instant } from './instant.ts'

/**
 * Where business time comes from: due, windows, caps, deadlines, every `at` in the ledger.
 *
 * Machine time (leases, rate slots, timeouts) never comes from here: a demonstration
 * may step this clock by hours while a lease still lasts its real seconds.
 */
export interface Clock {
  now(): Instant
  /** True when `now()` is stepped by hand; a virtual clock is refused with real providers. */
  readonly virtual: boolean
}
