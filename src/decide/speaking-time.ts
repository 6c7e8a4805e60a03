import type { Condition } from '../model/pack-parts.ts'
import { DAY, dayNumber, type Instant, NEVER } from '../model/time.ts'
import { type EvaluationContext, dayBeginsEverywhere, dayBeginsSomewhere, daysPastDueIn } from './evaluation-context.ts'

/** No local day begins or ends further than this from the same day in UTC. */
const FAR = 26 * 3_600_000

/** Does the rule speak at this instant, and until when is that so (at least)? */
export interface SpeakingTime {
  speaks: boolean
  until: Instant
}

export type AskSpeakingTime = (c: EvaluationContext, at: Instant, time: SpeakingTime) => void

/**
 * When does a rule speak, by its dates and by days past due?
 *
 * A date begins with the first candidate zone and ends with the last: while any zone
 * the person may be in has the date, the rule holds.
 *
 * @returns  null when the rule speaks at all times
 */
export function compileSpeakingTime(
  conditions: readonly {
    from?: string | undefined
    until?: string | null | undefined
    daysPastDue?: Condition['daysPastDue']
  }[],
): AskSpeakingTime | null {
  const parts: AskSpeakingTime[] = []
  for (const { from, until, daysPastDue } of conditions) {
    if (from !== undefined) parts.push(fromDate(dayNumber(from) as number))
    if (until !== undefined && until !== null) parts.push(untilDate(dayNumber(until) as number))
    if (daysPastDue !== undefined) parts.push(whilePastDue(daysPastDue.min ?? -Infinity, daysPastDue.max ?? Infinity))
  }
  if (parts.length === 0) return null
  const one: SpeakingTime = { speaks: true, until: NEVER }
  return (c, at, time) => {
    time.speaks = true
    time.until = NEVER
    for (const part of parts) {
      part(c, at, one)
      if (one.speaks === time.speaks) time.until = Math.min(time.until, one.until)
      else if (!one.speaks) {
        time.speaks = false
        time.until = one.until
      }
    }
  }
}

const fromDate =
  (day: number): AskSpeakingTime =>
  (c, at, time) => {
    const begins = at > day * DAY + FAR ? -Infinity : dayBeginsSomewhere(c, day)
    time.speaks = at >= begins
    time.until = time.speaks ? NEVER : begins
  }

const untilDate =
  (day: number): AskSpeakingTime =>
  (c, at, time) => {
    // Far from the end a lower bound will do: the rule is asked again there.
    const ends = at < (day - 2) * DAY ? (day - 2) * DAY : dayBeginsEverywhere(c, day)
    time.speaks = at < ends
    time.until = time.speaks ? ends : NEVER
  }

/** In range in any account and any zone. */
const whilePastDue =
  (min: number, max: number): AskSpeakingTime =>
  (c, at, time) => {
    time.speaks = false
    let [entry, exit] = [NEVER, NEVER]
    for (const zone of c.zones) {
      const today = zone.dayAt(at)
      for (let account = 0; account < c.facts.accounts.length; account++) {
        const days = daysPastDueIn(c, account, zone, today)
        if (days === null) continue
        if (days < min) entry = Math.min(entry, zone.startOfDay(today + min - days))
        else if (days <= max) {
          time.speaks = true
          if (max !== Infinity) exit = Math.min(exit, zone.startOfDay(today + max - days + 1))
        }
      }
    }
    time.until = time.speaks ? exit : entry
  }
