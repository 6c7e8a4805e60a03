import type { SuppressionFacts } from '../../model/facts.ts'
import type { RuleOf } from '../../model/pack-rule.ts'
import { type Instant, NEVER, addBusinessDays } from '../../model/time.ts'
import { type EvaluationContext, daysPastDueIn } from '../evaluation-context.ts'
import { dated, eventOf, holdOf, suppressionOf } from '../explanation-facts.ts'
import { allows, askSpans, type Detail, objects, type Shape, type Span } from '../rule.ts'
import type { ZoneTable } from '../zone-table.ts'
import { countsAs, sharesKey } from './cap.ts'
import { daysAfter } from './pacing.ts'
import { eventsOf } from './precondition.ts'

/** A hold that law attaches to an event or to a recorded hold: of a fixed length, with a tail, or until an event ends it (S14). */
export function compilePause(rule: RuleOf<'pause'>): Shape {
  const { on, endedBy } = rule
  /** A recorded end plus the tail ends the pause; without one it lasts the law's own length, or is open. */
  const endOf = (c: EvaluationContext, from: Instant, recorded: Instant | null): Instant => {
    if (recorded !== null) return rule.tailDays === undefined ? recorded : daysAfter(c, recorded, rule.tailDays)
    return rule.days === undefined ? NEVER : daysAfter(c, from, rule.days)
  }
  const lengths = {
    ...(rule.days === undefined ? {} : { days: rule.days }),
    ...(rule.tailDays === undefined ? {} : { tailDays: rule.tailDays }),
  }
  const detail: Detail = (c) => {
    const accounts = c.facts.accounts.map(({ id }) => id)
    if ('hold' in on)
      return {
        kind: 'holds',
        ...lengths,
        found: c.facts.holds
          .filter((hold) => hold.kind === on.hold && (hold.account === null || accounts.includes(hold.account)))
          .map(holdOf),
      }
    const found = accounts.flatMap((account) => [
      ...(eventsOf(c, on, account) ?? []),
      ...(endedBy === undefined ? [] : (eventsOf(c, endedBy, account) ?? [])),
    ])
    return {
      kind: 'events',
      wants: on,
      waitDays: rule.days ?? null,
      waitBusinessDays: null,
      withinDays: null,
      daysPastDue: null,
      ...(rule.tailDays === undefined ? {} : { tailDays: rule.tailDays }),
      found: [...new Set(found)].map(eventOf),
      deadline: null,
    }
  }
  return {
    detail,
    ask: (c, at, answer) => {
      if (rule.lets?.includes(c.facts.reminder.kind) === true) return allows(answer)
      const spans: Span[] = []
      for (const account of c.facts.accounts) {
        if ('hold' in on) {
          for (const hold of c.facts.holds) {
            if (hold.kind === on.hold && (hold.account === null || hold.account === account.id))
              spans.push({ from: hold.from, until: endOf(c, hold.from, hold.until) })
          }
          continue
        }
        const endings = endedBy === undefined ? [] : (eventsOf(c, endedBy, account.id) ?? [])
        for (const event of eventsOf(c, on, account.id) ?? []) {
          const ended = endings
            .filter((ending) => ending.at >= event.at)
            .reduce<Instant | null>((first, ending) => (first === null || ending.at < first ? ending.at : first), null)
          spans.push({ from: event.at, until: endOf(c, event.at, ended) })
        }
      }
      askSpans(spans, 'on_hold', at, answer)
    },
  }
}

/** A suppression that law reads more widely than its own scope (S15, S16). */
export function compileStop(rule: RuleOf<'stop'>): Shape {
  const reaching = ({ facts: { suppressions, address } }: EvaluationContext): SuppressionFacts[] =>
    suppressions.filter(
      (stop) =>
        rule.reasons.includes(stop.reason) &&
        (rule.covers === 'person' || (stop.address !== null && stop.address === address?.id)),
    )
  return {
    detail: (c) => ({ kind: 'stops', found: reaching(c).map(suppressionOf) }),
    ask: (c, at, answer) => {
      if (rule.lets?.includes(c.facts.reminder.kind) === true) return allows(answer)
      const spans = reaching(c).map((stop): Span => ({ from: stop.from ?? -Infinity, until: stop.until ?? NEVER }))
      askSpans(spans, 'suppressed', at, answer)
    },
  }
}

/**
 * A duty within some days after the first contact, the due date or an event; once it is overdue, nothing more goes
 * out (S20).
 *
 * The first contact is the first that conveyed information to the recipient: an outbound one that reached them, or an
 * inbound call that became a conversation. An inbound message alone conveys nothing to them.
 */
export function compileDuty(rule: RuleOf<'duty'>): Shape {
  const { after, owes } = rule
  const days = rule.withinDays ?? (rule.withinBusinessDays as number)
  const lastDay =
    rule.withinDays === undefined ? (day: number) => addBusinessDays(day, days) : (day: number) => day + days

  const began = (c: EvaluationContext, account: string): Instant => {
    let first = NEVER
    if (after === 'first-contact') {
      for (const contact of c.facts.contacts) {
        const conveyed = countsAs(contact, contact.direction === 'outbound' ? 'reached' : 'conversation')
        if (conveyed && sharesKey(contact, 'account', account, null)) first = Math.min(first, contact.at)
      }
    } else if (after !== 'due-date')
      for (const event of eventsOf(c, after, account) ?? []) first = Math.min(first, event.at)
    return first
  }

  /** The local day from which the term is counted; null when it has not begun. */
  const firstDay = (c: EvaluationContext, account: number, id: string, zone: ZoneTable, at: Instant): number | null => {
    if (after === 'due-date') {
      const today = zone.dayAt(at)
      const overdue = daysPastDueIn(c, account, zone, today)
      return overdue === null ? null : today - overdue
    }
    const start = began(c, id)
    return start === NEVER ? null : zone.dayAt(start)
  }

  const term = { since: NEVER, deadline: NEVER }
  /** Finds when what is still owed is due, and the start of its term; false where no history is stated. */
  const findTerm = (c: EvaluationContext, at: Instant): boolean => {
    term.since = term.deadline = NEVER
    for (const [i, { id }] of c.facts.accounts.entries()) {
      const done = eventsOf(c, owes, id)
      if (done === null) {
        term.since = term.deadline = NEVER
        return false
      }
      if (done.some((event) => event.at <= at)) continue
      for (const zone of c.zones) {
        const day = firstDay(c, i, id, zone, at)
        if (day === null) continue
        // The earliest end of the last day in any zone: a deadline is never computed too late.
        const deadline = zone.startOfDay(lastDay(day) + 1)
        if (deadline >= term.deadline) continue
        term.deadline = deadline
        term.since = after === 'due-date' ? zone.startOfDay(day) : began(c, id)
      }
    }
    return true
  }

  return {
    ask: (c, at, answer) => {
      if (findTerm(c, at) && at >= term.deadline) objects(answer, 'precondition_missing')
      else allows(answer, term.deadline)
    },
    detail: (c, at) => {
      findTerm(c, at)
      const since = dated(term.since)
      return {
        kind: 'events',
        wants: owes,
        waitDays: null,
        waitBusinessDays: null,
        withinDays: rule.withinDays ?? null,
        ...(rule.withinBusinessDays === undefined ? {} : { withinBusinessDays: rule.withinBusinessDays }),
        daysPastDue: null,
        ...(since === null ? {} : { termSince: since }),
        found: [...new Set(c.facts.accounts.flatMap(({ id }) => eventsOf(c, owes, id) ?? []))].map(eventOf),
        deadline: dated(term.deadline),
      }
    },
  }
}
