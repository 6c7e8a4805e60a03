import { SLOT_TOLERANCE_MS, type GateRate } from './rate-gate.ts'

/** One call's place among those booked together, in microseconds from the first free instant. */
export interface PlannedSlot {
  /** When it may begin. */
  startMicros: number
  /** When the route is free again after it. */
  endMicros: number
}

/**
 * How fast may slots follow each other, in units a second?
 *
 * Calls lie in [slot, slot + J]. The weights of all calls but the last in any second are
 * less than r × (1 + J), so with r = (N − w + 1) ÷ (1 + J) they and a last one of at most
 * w come to no more than N. Below w units a second, messages simply go one at a time;
 * below one a second, one in 1 ÷ N seconds.
 */
export function innerRate({ perSecond, largestWeight }: GateRate): number {
  const units = perSecond < 1 ? perSecond : Math.max(Math.floor(perSecond) - largestWeight + 1, 1)
  return units / (1 + SLOT_TOLERANCE_MS / 1000)
}

/** The same route at this share of its rate, in percent. */
export const atShare = (rate: GateRate, share: number): GateRate => ({ ...rate, perSecond: (rate.perSecond * share) / 100 })

/**
 * Where do calls of these weights lie, if the route is free at 0?
 *
 * A call heavier than expected pays its surplus beforehand as well, which keeps it
 * within the rate of the seconds on both its sides.
 *
 * @param shares  of the rate, in percent, for each call; absent: all of it
 */
export function planSlots(weights: readonly number[], rate: GateRate, shares: readonly number[] = []): PlannedSlot[] {
  let free = 0
  return weights.map((weight, index) => {
    const microsPerUnit = 1_000_000 / innerRate(atShare(rate, shares[index] ?? 100))
    const startMicros = free + Math.max(0, weight - rate.largestWeight) * microsPerUnit
    free = startMicros + weight * microsPerUnit
    return { startMicros: Math.round(startMicros), endMicros: Math.round(free) }
  })
}

/**
 * What must a gate assume that has lost its memory, in microseconds from now?
 *
 * Slots may have been handed out up to `aheadMicros` from now, and the last of them
 * may have been for a largest message: until then the route counts as full.
 */
export const coldMicros = (rate: GateRate, aheadMicros: number): number =>
  aheadMicros + Math.round((Math.max(1, rate.largestWeight) * 1_000_000) / innerRate(rate))
