import type { Calendar } from '../../model/calendars/calendar.ts'
import type { Instant } from '../../model/instant.ts'
import type { RuleOf } from '../../model/pack-rule.ts'
import { daysPastDueOn, type Case } from '../case.ts'
import { allows, NEVER, objects, type Answer } from '../rule.ts'
import { eventsOf } from './events.ts'
import { daysAfter } from './spacing.ts'

/** Nothing before something has happened and the wait after it is over (S13). */
export function compilePrecondition(rule: RuleOf<'precondition'>, calendar: Calendar | null): (facts: Case, at: Instant, answer: Answer) => void {
  const { requires, daysPastDue } = rule
  if (requires === undefined) return notBeforeDaysPastDue(daysPastDue as number)
  const endOfWait = (facts: Case, happened: Instant): Instant | 'calendar_unknown' => {
    if (rule.waitBusinessDays !== undefined) return businessDaysAfter(facts, happened, rule.waitBusinessDays.days, calendar)
    return rule.waitDays === undefined ? happened : daysAfter(facts, happened, rule.waitDays)
  }
  return (facts, at, answer) => {
    let until = at
    for (const account of facts.facts.accounts) {
      const events = eventsOf(facts, requires, account.id)
      if (events === null) return allows(answer)
      let first = NEVER
      for (const event of events) {
        const end = endOfWait(facts, event.at)
        if (end === 'calendar_unknown') return objects(answer, 'calendar_unknown')
        first = Math.min(first, end)
      }
      until = Math.max(until, first)
    }
    if (until > at) objects(answer, 'precondition_missing', until)
    else allows(answer)
  }
}

const notBeforeDaysPastDue = (days: number) => (facts: Case, at: Instant, answer: Answer): void => {
  let until = at
  for (const zone of facts.zones) {
    const today = zone.dayAt(at)
    for (let account = 0; account < facts.facts.accounts.length; account++) {
      const now = daysPastDueOn(facts, account, zone, today)
      if (now !== null && now < days) until = Math.max(until, zone.startOfDay(today + days - now))
    }
  }
  if (until > at) objects(answer, 'precondition_missing', until)
  else allows(answer)
}

function businessDaysAfter(facts: Case, happened: Instant, count: number, calendar: Calendar | null): Instant | 'calendar_unknown' {
  let latest = -Infinity
  for (const zone of facts.zones) {
    let day = zone.dayAt(happened)
    for (let passed = 0; passed < count;) {
      day++
      const status = calendar === null ? 'unknown' : calendar(day)
      if (status === 'unknown') return 'calendar_unknown'
      const weekend = (((day + 3) % 7) + 7) % 7 >= 5
      if (status === 'workday' || (status === 'ordinary' && !weekend)) passed++
    }
    latest = Math.max(latest, zone.startOfDay(day + 1))
  }
  return latest
}
