import type { Instant } from '../../model/instant.ts'
import type { RuleOf } from '../../model/pack-rule.ts'
import type { Case } from '../case.ts'
import { countsAs, sharesKey } from '../counting.ts'
import { allows, NEVER, objects, type Answer } from '../rule.ts'
import { eventsOf } from './events.ts'

/** Something owed within so many days after the first contact or an event; once overdue, nothing more goes out (S20). */
export function compileDuty(rule: RuleOf<'duty'>): (facts: Case, at: Instant, answer: Answer) => void {
  const { after, owes } = rule
  const began = (facts: Case, account: string): Instant => {
    let first = NEVER
    if (after === 'first-contact') {
      for (const contact of facts.facts.contacts) {
        if (contact.direction === 'outbound' && countsAs(contact, 'reached') && sharesKey(contact, 'account', account, null)) first = Math.min(first, contact.at)
      }
    } else for (const event of eventsOf(facts, after, account) ?? []) first = Math.min(first, event.at)
    return first
  }
  return (facts, at, answer) => {
    let deadline = NEVER
    for (const account of facts.facts.accounts) {
      const done = eventsOf(facts, owes, account.id)
      if (done === null) return allows(answer)
      if (done.some((event) => event.at <= at)) continue
      const start = began(facts, account.id)
      if (start === NEVER) continue
      // The earliest zone's end of the last day: a duty is never read later than it may be due.
      deadline = Math.min(deadline, Math.min(...facts.zones.map((zone) => zone.startOfDay(zone.dayAt(start) + rule.withinDays + 1))))
    }
    if (at >= deadline) objects(answer, 'precondition_missing')
    else allows(answer, deadline)
  }
}
