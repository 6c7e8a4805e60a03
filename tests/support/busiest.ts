/** One call as the provider saw it. */
export interface Seen {
  /** Milliseconds of any one clock. */
  at: number
  /** It came no earlier than this, and no later than `at`; absent: at that instant. */
  since?: number
  /** Units of the rate: SMS segments, otherwise 1. */
  weight: number
}

/** The most units that surely came within any one second, wherever it begins. */
export function busiestSecond(calls: readonly Seen[]): number {
  const sorted = [...calls].sort((a, b) => a.at - b.at)
  let busiest = 0
  for (const [last, { at: end }] of sorted.entries()) {
    let sum = 0
    for (let i = last; i >= 0 && end - (sorted[i] as Seen).at < 1_000; i--) {
      const call = sorted[i] as Seen
      if (end - earliest(call) < 1_000) sum += call.weight
    }
    busiest = Math.max(busiest, sum)
  }
  return busiest
}

const earliest = ({ at, since = at }: Seen): number => since

/** A time in which one process stood still. */
export interface Stall {
  stalledFrom: number
  stalledTo: number
}

/**
 * The same calls, none counted as later than its sender may have begun it: what was let go right before its
 * process stood still reaches the wire when the process goes on. All in the same milliseconds.
 *
 * @param toWireMs  how long a call takes from there to the provider at most
 */
export const asBegun = <C extends Seen>(calls: readonly C[], stalls: readonly Stall[], toWireMs: number): C[] =>
  calls.map((call) => {
    const since = stalls
      .filter(({ stalledFrom, stalledTo }) => stalledFrom < call.at && call.at < stalledTo + toWireMs)
      .reduce((first, { stalledFrom }) => Math.min(first, stalledFrom), earliest(call))
    return { ...call, since }
  })

/** How many of these were going on at one instant, at most? What has no end goes on for ever. */
export function mostAtOnce(spans: readonly { from: number; until: number | null }[]): number {
  // Of what happens at one instant the ends come first: a line that is free again may be taken.
  const steps = spans
    .flatMap(({ from, until }) => [{ at: from, by: 1 }, ...(until === null ? [] : [{ at: until, by: -1 }])])
    .sort((a, b) => a.at - b.at || a.by - b.by)
  let now = 0
  return steps.reduce((most, { by }) => Math.max(most, (now += by)), 0)
}
