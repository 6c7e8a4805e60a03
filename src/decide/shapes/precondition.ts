import type { Calendar } from '../../model/calendars/calendar.ts'
import type { EventFacts } from '../../model/facts.ts'
import type { RuleOf } from '../../model/pack-rule.ts'
import { type Instant, NEVER, isWeekend } from '../../model/time.ts'
import { type EvaluationContext, daysPastDueIn } from '../evaluation-context.ts'
import { dated, eventOf } from '../explanation-facts.ts'
import { allows, type Answer, type Ask, objects, type Shape } from '../rule.ts'
import { daysAfter } from './pacing.ts'

/** No message before an event has happened and the wait after it is over (S13); with `eachSpell`, an event since the account last fell due. */
export function compilePrecondition(
  rule: RuleOf<'precondition'>,
  calendar: Calendar | null,
): (c: EvaluationContext, at: Instant, answer: Answer) => void {
  const { requires, daysPastDue } = rule
  if (requires === undefined) return notBeforeDaysPastDue(daysPastDue as number)
  const endOfWait = (c: EvaluationContext, happened: Instant): Instant | 'calendar_unknown' => {
    if (rule.waitBusinessDays !== undefined) {
      const end = businessDaysAfter(c, happened, rule.waitBusinessDays.days, calendar)
      // The day after the last business day is the first of the days that follow.
      return end === 'calendar_unknown' || rule.waitDays === undefined ? end : daysAfter(c, end, rule.waitDays)
    }
    return rule.waitDays === undefined ? happened : daysAfter(c, happened, rule.waitDays)
  }
  return (c, at, answer) => {
    let until = at
    for (const [i, account] of c.facts.accounts.entries()) {
      const events = eventsOf(c, requires, account.id)
      if (events === null) return allows(answer)
      const since = rule.eachSpell === true ? overdueSince(c, i, at) : -Infinity
      let first = NEVER
      for (const event of events) {
        if (event.at < since) continue
        const end = endOfWait(c, event.at)
        if (end === 'calendar_unknown') return objects(answer, 'calendar_unknown')
        first = Math.min(first, end)
      }
      until = Math.max(until, first)
    }
    if (until > at) objects(answer, 'precondition_missing', until)
    else allows(answer)
  }
}

/** The first instant of the day on which the account fell due, in the zone where it comes first; -∞ when no due date is known. */
function overdueSince(c: EvaluationContext, account: number, at: Instant): Instant {
  let first = Infinity
  for (const zone of c.zones) {
    const today = zone.dayAt(at)
    const days = daysPastDueIn(c, account, zone, today)
    if (days === null) return -Infinity
    first = Math.min(first, zone.startOfDay(today - days))
  }
  return first
}

const notBeforeDaysPastDue =
  (days: number) =>
  (c: EvaluationContext, at: Instant, answer: Answer): void => {
    let until = at
    for (const zone of c.zones) {
      const today = zone.dayAt(at)
      for (let account = 0; account < c.facts.accounts.length; account++) {
        const now = daysPastDueIn(c, account, zone, today)
        if (now !== null && now < days) until = Math.max(until, zone.startOfDay(today + days - now))
      }
    }
    if (until > at) objects(answer, 'precondition_missing', until)
    else allows(answer)
  }

function businessDaysAfter(
  c: EvaluationContext,
  happened: Instant,
  count: number,
  calendar: Calendar | null,
): Instant | 'calendar_unknown' {
  let latest = -Infinity
  for (const zone of c.zones) {
    let day = zone.dayAt(happened)
    for (let passed = 0; passed < count;) {
      day++
      const status = calendar === null ? 'unknown' : calendar(day)
      if (status === 'unknown') return 'calendar_unknown'
      if (status === 'workday' || (status === 'ordinary' && !isWeekend(day))) passed++
    }
    latest = Math.max(latest, zone.startOfDay(day + 1))
  }
  return latest
}

/** Which events a rule looks for. */
interface WantedEvent {
  readonly event: string
  readonly kind?: string | undefined
}

/** Is it such an event, about this account or the whole recipient? */
const isWanted = (event: EventFacts, wanted: WantedEvent, account: string): boolean =>
  event.type === wanted.event &&
  (wanted.kind === undefined || event.kind === wanted.kind) &&
  (event.account === null || event.account === account)

/** The wanted events of one account, or null when no history is stated. */
export const eventsOf = (c: EvaluationContext, wanted: WantedEvent, account: string): EventFacts[] | null =>
  c.facts.events === null ? null : c.facts.events.filter((event) => isWanted(event, wanted, account))

/** A precondition with its explanation: the event required and those found, or the days past due from which it allows. */
export const explainedPrecondition = (rule: RuleOf<'precondition'>, ask: Ask): Shape => ({
  ask,
  detail: (c, at) => {
    const { requires } = rule
    const since =
      rule.eachSpell === true ? dated(Math.max(...c.facts.accounts.map((_, i) => overdueSince(c, i, at)))) : null
    return {
      kind: 'events',
      wants: requires ?? null,
      waitDays: rule.waitDays ?? null,
      waitBusinessDays: rule.waitBusinessDays?.days ?? null,
      withinDays: null,
      daysPastDue: rule.daysPastDue ?? null,
      ...(since === null ? {} : { since }),
      found:
        requires === undefined
          ? []
          : [...new Set(c.facts.accounts.flatMap(({ id }) => eventsOf(c, requires, id) ?? []))].map(eventOf),
      deadline: null,
    }
  },
})
