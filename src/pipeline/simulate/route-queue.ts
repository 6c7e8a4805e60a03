import type { Instant } from '../../model/instant.ts'

/** Messages that fall due together with one deadline. */
export interface DueTogether {
  /** Seconds since 1970. */
  second: number
  /** Seconds since 1970; Infinity: none. */
  deadline: number
  messages: number
  units: number
}

/** What a queue comes to that drains at a steady rate. */
export interface Drained {
  peak: { units: number; at: Instant } | null
  busiestHourPerSecond: number
  longestWaitSeconds: number
  /** In units. */
  longestQueue: number
  /** Messages. */
  tooLate: number
}

/**
 * How does a route get through what falls due, at so many units a second?
 *
 * In the order of falling due; of what falls due together, the earliest deadline first. What would come
 * too late takes up no time: it would be decided again, and put off.
 */
export function drain(due: readonly DueTogether[], unitsPerSecond: number): Drained {
  const bySecond = new Map<number, number>()
  const byHour = new Map<number, number>()
  const drained: Drained = { peak: null, busiestHourPerSecond: 0, longestWaitSeconds: 0, longestQueue: 0, tooLate: 0 }
  let freeAt = -Infinity
  for (const { second, deadline, messages, units } of [...due].sort((a, b) => a.second - b.second || a.deadline - b.deadline)) {
    const here = (bySecond.get(second) ?? 0) + units
    bySecond.set(second, here)
    if (drained.peak === null || here > drained.peak.units) drained.peak = { units: here, at: second * 1000 }
    const hour = Math.floor(second / 3600)
    byHour.set(hour, (byHour.get(hour) ?? 0) + units)
    const begins = Math.max(second, freeAt)
    const inTime = Math.min(units, Math.max(0, Math.floor((deadline - begins) * unitsPerSecond)))
    drained.tooLate += messages - Math.floor(messages * (units === 0 ? 1 : inTime / units))
    if (inTime === 0) continue
    freeAt = begins + inTime / unitsPerSecond
    drained.longestWaitSeconds = Math.max(drained.longestWaitSeconds, freeAt - second)
    drained.longestQueue = Math.max(drained.longestQueue, (freeAt - second) * unitsPerSecond)
  }
  drained.busiestHourPerSecond = Math.max(0, ...[...byHour.values()].map((units) => units / 3600))
  drained.longestWaitSeconds = Math.round(drained.longestWaitSeconds)
  drained.longestQueue = Math.round(drained.longestQueue)
  return drained
}
