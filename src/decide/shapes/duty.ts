import type { Instant } from '../../model/instant.ts'
import type { RuleOf } from '../../model/pack-rule.ts'
import { daysPastDueOn, type Case } from '../case.ts'
import { countsAs, sharesKey } from '../counting.ts'
import { allows, NEVER, objects, type Answer } from '../rule.ts'
import type { ZoneTable } from '../zone-table.ts'
import { eventsOf } from './events.ts'

/**
 * Something owed within so many days after the first contact, the due date or an event; once overdue, nothing more goes
 * out (S20).
 *
 * The first contact is the first in which something was conveyed, whoever began it: one of ours that reached the
 * person, or a call of theirs that was talked through. A message of theirs alone conveys nothing to them.
 */
export function compileDuty(rule: RuleOf<'duty'>): (facts: Case, at: Instant, answer: Answer) => void {
  const { after, owes } = rule
  const days = rule.withinDays ?? (rule.withinBusinessDays as number)
  const lastDay = rule.withinDays === undefined ? (day: number) => businessDaysAfter(day, days) : (day: number) => day + days

  const began = (facts: Case, account: string): Instant => {
    let first = NEVER
    if (after === 'first-contact') {
      for (const contact of facts.facts.contacts) {
        const conveyed = countsAs(contact, contact.direction === 'outbound' ? 'reached' : 'conversation')
        if (conveyed && sharesKey(contact, 'account', account, null)) first = Math.min(first, contact.at)
      }
    } else if (after !== 'due-date') for (const event of eventsOf(facts, after, account) ?? []) first = Math.min(first, event.at)
    return first
  }

  /** The local day from which it is counted; null when it has not begun. */
  const firstDay = (facts: Case, account: number, id: string, zone: ZoneTable, at: Instant): number | null => {
    if (after === 'due-date') {
      const today = zone.dayAt(at)
      const overdue = daysPastDueOn(facts, account, zone, today)
      return overdue === null ? null : today - overdue
    }
    const start = began(facts, id)
    return start === NEVER ? null : zone.dayAt(start)
  }

  return (facts, at, answer) => {
    let deadline = NEVER
    for (const [i, { id }] of facts.facts.accounts.entries()) {
      const done = eventsOf(facts, owes, id)
      if (done === null) return allows(answer)
      if (done.some((event) => event.at <= at)) continue
      for (const zone of facts.zones) {
        const day = firstDay(facts, i, id, zone, at)
        // The earliest zone's end of the last day: a duty is never read later than it may be due.
        if (day !== null) deadline = Math.min(deadline, zone.startOfDay(lastDay(day) + 1))
      }
    }
    if (at >= deadline) objects(answer, 'precondition_missing')
    else allows(answer, deadline)
  }
}

/** So many days from Monday to Friday after this one, itself not counted. */
function businessDaysAfter(day: number, count: number): number {
  let last = day
  for (let passed = 0; passed < count;) {
    last++
    // Day 0, 1 January 1970, was a Thursday.
    if ((((last + 3) % 7) + 7) % 7 < 5) passed++
  }
  return last
}
