import type { Instant } from '../../model/instant.ts'
import type { RuleOf } from '../../model/pack-rule.ts'
import type { Case } from '../case.ts'
import { allows, NEVER, type Answer } from '../rule.ts'
import { askSpans, type Span } from '../spans.ts'
import { eventsOf } from './events.ts'
import { daysAfter } from './spacing.ts'

/** A pause that law attaches to an event or a hold: a fixed length, a tail, or until something ends it (S14). */
export function compilePause(rule: RuleOf<'pause'>): (facts: Case, at: Instant, answer: Answer) => void {
  const { on, endedBy } = rule
  const endOf = (facts: Case, from: Instant, known: Instant | null): Instant => {
    const stated = known === null ? NEVER : rule.tailDays === undefined ? known : daysAfter(facts, known, rule.tailDays)
    const counted = rule.days === undefined ? NEVER : daysAfter(facts, from, rule.days)
    // A law's own length holds even where the record ends the hold sooner; without one the record's end (and tail) is all there is.
    if (rule.days === undefined) return stated
    return known !== null && rule.tailDays !== undefined ? Math.max(stated, counted) : counted
  }
  return (facts, at, answer) => {
    if (rule.lets?.includes(facts.facts.reminder.kind) === true) return allows(answer)
    const spans: Span[] = []
    for (const account of facts.facts.accounts) {
      if ('hold' in on) {
        for (const hold of facts.facts.holds) {
          if (hold.kind === on.hold && (hold.account === null || hold.account === account.id)) spans.push({ from: hold.from, until: endOf(facts, hold.from, hold.until) })
        }
        continue
      }
      const endings = endedBy === undefined ? [] : (eventsOf(facts, endedBy, account.id) ?? [])
      for (const event of eventsOf(facts, on, account.id) ?? []) {
        const ended = endings.filter((ending) => ending.at >= event.at).reduce<Instant | null>((first, ending) => (first === null || ending.at < first ? ending.at : first), null)
        spans.push({ from: event.at, until: ended ?? endOf(facts, event.at, null) })
      }
    }
    askSpans(spans, 'on_hold', at, answer)
  }
}
