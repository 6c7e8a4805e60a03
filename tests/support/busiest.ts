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
  let sum = 0
  let oldest = 0
  for (const call of sorted) {
    sum += call.weight
    while (call.at - earliest(sorted[oldest] as Seen) >= 1_000) sum -= (sorted[oldest++] as Seen).weight
    busiest = Math.max(busiest, sum)
  }
  return busiest
}

const earliest = ({ at, since = at }: Seen): number => since

/** How many of these were going on at one instant, at most? What has no end goes on for ever. */
export function mostAtOnce(spans: readonly { from: number; until: number | null }[]): number {
  // Of what happens at one instant the ends come first: a line that is free again may be taken.
  const steps = spans
    .flatMap(({ from, until }) => [{ at: from, by: 1 }, ...(until === null ? [] : [{ at: until, by: -1 }])])
    .sort((a, b) => a.at - b.at || a.by - b.by)
  let now = 0
  return steps.reduce((most, { by }) => Math.max(most, (now += by)), 0)
}
