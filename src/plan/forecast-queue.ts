import type { Instant } from '../model/time.ts'

/** A waiting reminder, or several alike next to each other in their route's queue. */
export interface QueuedReminders {
  count: number
  /** Earliest instant to go. */
  from: Instant
  /** The route's time for each, in milliseconds. */
  takesMs: number
  /** First instant at which a rule would object; null: none foreseen. */
  closesAt: Instant | null
  expiresAt: Instant
}

/** The outcome for them if nothing changes. The three counts add up to their `count`. */
interface QueueForecast {
  goes: number
  /** Their window closes before their turn comes: they are deferred. */
  missesWindow: number
  /** Their deadline comes before their turn. */
  expires: number
  /** When the last to go begins; null when none goes. */
  lastAt: Instant | null
}

/**
 * When does a route's queue run empty, and which reminders miss their window or deadline?
 *
 * A route takes one after the other, in the order of falling due. A reminder whose turn comes too
 * late uses none of the route's time: dispatch decides it again and defers it.
 *
 * @param line  in any order; of those that may go from the same instant on, the first given goes first
 * @returns     one forecast for each of `line`, in its order
 */
export function forecastQueue(line: readonly QueuedReminders[], now: Instant): QueueForecast[] {
  const forecasts: QueueForecast[] = []
  let free = now
  for (const index of inTurn(line)) {
    const { count, from, takesMs, closesAt, expiresAt } = line[index] as QueuedReminders
    const begin = Math.max(free, from)
    const edge = Math.min(closesAt ?? Number.POSITIVE_INFINITY, expiresAt)
    const goes = beginBefore(edge, begin, takesMs, count)
    const late = count - goes
    const expired = expiresAt <= (closesAt ?? Number.POSITIVE_INFINITY)
    forecasts[index] = {
      goes,
      missesWindow: expired ? 0 : late,
      expires: expired ? late : 0,
      lastAt: goes === 0 ? null : begin + (goes - 1) * takesMs,
    }
    if (goes > 0) free = begin + goes * takesMs
  }
  return forecasts
}

const inTurn = (line: readonly QueuedReminders[]): number[] =>
  line
    .map((_, index) => index)
    .sort((a, b) => (line[a] as QueuedReminders).from - (line[b] as QueuedReminders).from || a - b)

/** Of `count` that begin at `begin` and then every `takesMs`: how many begin before `edge`? */
function beginBefore(edge: Instant, begin: Instant, takesMs: number, count: number): number {
  if (begin >= edge) return 0
  return takesMs === 0 ? count : Math.min(count, Math.ceil((edge - begin) / takesMs))
}
