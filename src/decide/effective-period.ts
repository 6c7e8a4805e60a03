import type { Condition } from '../model/pack-parts.ts'
import { DAY, dayNumber, HOUR, type Instant, NEVER } from '../model/time.ts'
import { type EvaluationContext, dayBeginsEverywhere, dayBeginsSomewhere, daysPastDueIn } from './evaluation-context.ts'

/** Surely further than any local day begins from the same day in UTC: 14 hours, and 12 to spare. */
const MAX_OFFSET = 26 * HOUR

/** Does the rule apply at this instant, and until when is that so (at least)? */
export interface EffectivePeriod {
  applies: boolean
  until: Instant
}

export type AskEffectivePeriod = (c: EvaluationContext, at: Instant, time: EffectivePeriod) => void

/**
 * When does a rule apply, by its dates and by days past due?
 *
 * A date begins with the first candidate zone and ends with the last: while any zone
 * the recipient may be in has the date, the rule holds.
 *
 * @returns  null when the rule always applies
 */
export function compileEffectivePeriod(
  conditions: readonly {
    from?: string | undefined
    until?: string | null | undefined
    daysPastDue?: Condition['daysPastDue']
  }[],
): AskEffectivePeriod | null {
  const parts: AskEffectivePeriod[] = []
  for (const { from, until, daysPastDue } of conditions) {
    if (from !== undefined) parts.push(fromDate(dayNumber(from) as number))
    if (until !== undefined && until !== null) parts.push(untilDate(dayNumber(until) as number))
    if (daysPastDue !== undefined) parts.push(whilePastDue(daysPastDue.min ?? -Infinity, daysPastDue.max ?? Infinity))
  }
  if (parts.length === 0) return null
  const one: EffectivePeriod = { applies: true, until: NEVER }
  return (c, at, time) => {
    time.applies = true
    time.until = NEVER
    for (const part of parts) {
      part(c, at, one)
      if (one.applies === time.applies) time.until = Math.min(time.until, one.until)
      else if (!one.applies) {
        time.applies = false
        time.until = one.until
      }
    }
  }
}

const fromDate =
  (day: number): AskEffectivePeriod =>
  (c, at, time) => {
    const begins = at > day * DAY + MAX_OFFSET ? -Infinity : dayBeginsSomewhere(c, day)
    time.applies = at >= begins
    time.until = time.applies ? NEVER : begins
  }

const untilDate =
  (day: number): AskEffectivePeriod =>
  (c, at, time) => {
    // Far from the end a lower bound suffices: the rule is asked again then.
    const ends = at < (day - 2) * DAY ? (day - 2) * DAY : dayBeginsEverywhere(c, day)
    time.applies = at < ends
    time.until = time.applies ? ends : NEVER
  }

/** Applies while any account is in range in any zone. */
const whilePastDue =
  (min: number, max: number): AskEffectivePeriod =>
  (c, at, time) => {
    time.applies = false
    let [entry, exit] = [NEVER, NEVER]
    for (const zone of c.zones) {
      const today = zone.dayAt(at)
      for (let account = 0; account < c.facts.accounts.length; account++) {
        const days = daysPastDueIn(c, account, zone, today)
        if (days === null) continue
        if (days < min) entry = Math.min(entry, zone.startOfDay(today + min - days))
        else if (days <= max) {
          time.applies = true
          if (max !== Infinity) exit = Math.min(exit, zone.startOfDay(today + max - days + 1))
        }
      }
    }
    time.until = time.applies ? exit : entry
  }
