import type { Instant } from '../model/instant.ts'
import type { SkipReason } from './person-plan.ts'
import type { HoldToPlan, StopToPlan } from './person-to-plan.ts'

export const activeHolds = (holds: readonly HoldToPlan[], now: Instant): HoldToPlan[] =>
  holds.filter((hold) => hold.from <= now && (hold.until === null || hold.until > now))

/** When do all of these end? Null: one of them is open. */
export const endOf = (holds: readonly HoldToPlan[]): Instant | null =>
  holds.reduce<Instant | null>((end, hold) => (end === null || hold.until === null ? null : Math.max(end, hold.until)), 0)

/** The hold that a rung due in this time met; null when none. */
export const holdWithin = (holds: readonly HoldToPlan[], from: Instant, to: Instant): HoldToPlan | null =>
  holds.find((hold) => hold.from < to && (hold.until === null || hold.until > from)) ?? null

/** The stop of the whole person that a rung due in this time met; null when none. */
export const stopWithin = (stops: readonly StopToPlan[], from: Instant, to: Instant): StopToPlan | null =>
  stops.find((stop) => stop.from < to && (stop.until === null || stop.until > from)) ?? null

/** Under which reason is a rung recorded that this hold kept back for good? */
export function reasonOf(hold: HoldToPlan): SkipReason {
  if (hold.kind === 'promise') return 'promise_open'
  return hold.kind === 'payment-pending' ? 'payment_in_flight' : 'on_hold'
}
