import type { Instant } from '../model/time.ts'

/** A waiting reminder, or several alike that stand together in their route's queue. */
export interface InLine {
  count: number
  /** May go at the earliest. */
  from: Instant
  /** How much of the route's time each takes, in milliseconds. */
  takesMs: number
  /** First instant at which a rule would object; null: none foreseen. */
  closesAt: Instant | null
  expiresAt: Instant
}

/** What becomes of them, if nothing changes. The three counts add up to theirs. */
interface Fate {
  goes: number
  /** Their window closes before their turn comes: they are put off. */
  missesWindow: number
  /** Their deadline comes before their turn. */
  expires: number
  /** When the last that goes begins; null when none goes. */
  lastAt: Instant | null
}

/**
 * When does a route's queue run empty, and who does not make it?
 *
 * A route takes one after the other, in the order of falling due. Whoever's turn comes too late
 * takes up none of its time: dispatch decides it again and puts it off.
 *
 * @param line  in any order; of those that may go from one instant on, the first given goes first
 * @returns     one fate for each of `line`, in its order
 */
export function forecastQueue(line: readonly InLine[], now: Instant): Fate[] {
  const fates: Fate[] = []
  let free = now
  for (const index of inTurn(line)) {
    const { count, from, takesMs, closesAt, expiresAt } = line[index] as InLine
    const begin = Math.max(free, from)
    const edge = Math.min(closesAt ?? Number.POSITIVE_INFINITY, expiresAt)
    const goes = beginBefore(edge, begin, takesMs, count)
    const late = count - goes
    const expired = expiresAt <= (closesAt ?? Number.POSITIVE_INFINITY)
    fates[index] = {
      goes,
      missesWindow: expired ? 0 : late,
      expires: expired ? late : 0,
      lastAt: goes === 0 ? null : begin + (goes - 1) * takesMs,
    }
    if (goes > 0) free = begin + goes * takesMs
  }
  return fates
}

const inTurn = (line: readonly InLine[]): number[] =>
  line.map((_, index) => index).sort((a, b) => (line[a] as InLine).from - (line[b] as InLine).from || a - b)

/** Of `count` that begin at `begin` and then every `takesMs`: how many begin before `edge`? */
function beginBefore(edge: Instant, begin: Instant, takesMs: number, count: number): number {
  if (begin >= edge) return 0
  return takesMs === 0 ? count : Math.min(count, Math.ceil((edge - begin) / takesMs))
}
