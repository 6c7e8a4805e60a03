import type { Instant } from '../../model/instant.ts'
import type { RuleOf } from '../../model/pack-rule.ts'
import type { Case } from '../case.ts'
import { eventOf, holdOf } from '../dated.ts'
import { allows, NEVER, type Detail, type Shape } from '../rule.ts'
import { askSpans, type Span } from '../spans.ts'
import { eventsOf } from './events.ts'
import { daysAfter } from './spacing.ts'

/** A pause that law attaches to an event or a hold: a fixed length, a tail, or until something ends it (S14). */
export function compilePause(rule: RuleOf<'pause'>): Shape {
  const { on, endedBy } = rule
  /** A recorded end, with its tail, ends the pause; without one it lasts the law's own length, or until somebody ends it. */
  const endOf = (facts: Case, from: Instant, recorded: Instant | null): Instant => {
    if (recorded !== null) return rule.tailDays === undefined ? recorded : daysAfter(facts, recorded, rule.tailDays)
    return rule.days === undefined ? NEVER : daysAfter(facts, from, rule.days)
  }
  const detail: Detail = (facts) => {
    const accounts = facts.facts.accounts.map(({ id }) => id)
    if ('hold' in on) return { kind: 'holds', found: facts.facts.holds.filter((hold) => hold.kind === on.hold && (hold.account === null || accounts.includes(hold.account))).map(holdOf) }
    const found = accounts.flatMap((account) => [...(eventsOf(facts, on, account) ?? []), ...(endedBy === undefined ? [] : (eventsOf(facts, endedBy, account) ?? []))])
    return { kind: 'events', wants: on, waitDays: rule.days ?? null, waitBusinessDays: null, withinDays: null, daysPastDue: null, found: [...new Set(found)].map(eventOf), deadline: null }
  }
  return { detail, ask: (facts, at, answer) => {
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
        spans.push({ from: event.at, until: endOf(facts, event.at, ended) })
      }
    }
    askSpans(spans, 'on_hold', at, answer)
  } }
}
