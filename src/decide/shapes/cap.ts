import type { ContactFacts } from '../../model/facts.ts'
import type { Instant } from '../../model/instant.ts'
import type { RuleOf } from '../../model/pack-rule.ts'
import type { Case } from '../case.ts'
import { contactOf } from '../dated.ts'
import { openUntil, type Opening } from '../consent.ts'
import { countsAs, isCounted, sharesKey, type Counted } from '../counting.ts'
import { answeredBy, isAbout, isAnswer, onOneDay } from '../replies.ts'
import { allows, NEVER, objects, type Detail, type Shape } from '../rule.ts'
import type { ZoneTable } from '../zone-table.ts'
import { compileCountWindow } from './count-window.ts'

/**
 * At most so many contacts in a window (S6–S10).
 *
 * Counted in every candidate zone and, with key `account`, for every account the
 * message speaks of; the latest next instant of all of them is the answer. Contacts
 * that were made under the consent that opens the rule do not count.
 */
export function compileCap(rule: RuleOf<'cap'>, opening: Opening | null): Shape {
  const counted: Counted = { unit: rule.counts, key: rule.key, channels: rule.channels }
  const window = compileCountWindow(rule.window)
  const freeUnanswered = rule.freeUnanswered ?? 0
  const withoutReplies = rule.excludes?.includes('same-day-reply') === true

  const isCountable = (facts: Case, contact: ContactFacts, account: string | null, address: string | null): boolean =>
    contact.direction === 'outbound' && isCounted(contact, counted, account, address) &&
    (rule.mode === undefined || contact.mode === null || contact.mode === rule.mode) &&
    !(withoutReplies && wasSameDayReply(facts, contact, account)) &&
    (opening === null || facts.facts.consents.length === 0 || openUntil(facts, opening, contact.at, contact.channel, contact.address) === null)

  /** What counts at `at` in some zone, as far as can be said without asking any zone. */
  const countable = (facts: Case, at: Instant, account: string | null): ContactFacts[] => {
    const found: ContactFacts[] = []
    const address = facts.facts.address?.id ?? null
    const notBefore = rule.afterFirstConversation === true ? firstConversation(facts, counted, account) : -Infinity
    for (const contact of facts.facts.contacts) {
      if (contact.at + window.longest > at && contact.at >= notBefore && isCountable(facts, contact, account, address)) found.push(contact)
    }
    return found
  }

  /** How many these are to the rule, the oldest `left` of them left out. */
  const weight = (contacts: readonly ContactFacts[], left: number): number => {
    if (freeUnanswered === 0) return contacts.length - left
    let unanswered = 0
    for (let i = left; i < contacts.length; i++) if (surelyUnanswered(contacts[i] as ContactFacts)) unanswered++
    return contacts.length - left - Math.min(unanswered, freeUnanswered)
  }

  /** The first instant from `at` on at which few enough of these, oldest first, still count in this zone. */
  const freeIn = (zone: ZoneTable, at: Instant, contacts: readonly ContactFacts[]): Instant => {
    const since = window.since(zone, at)
    let left = 0
    while (left < contacts.length && (contacts[left] as ContactFacts).at < since) left++
    if (weight(contacts, left) < rule.limit) return at
    while (weight(contacts, left) >= rule.limit) left++
    return window.leaves(zone, (contacts[left - 1] as ContactFacts).at)
  }

  const nextFree = (facts: Case, at: Instant, account: string | null): Instant => {
    const contacts = countable(facts, at, account)
    if (weight(contacts, 0) < rule.limit) return at
    contacts.sort(oldestFirst)
    let free = at
    for (const zone of facts.zones) free = Math.max(free, freeIn(zone, at, contacts))
    return free
  }

  /** What counts at `at` in the zone where most does. */
  const mostCounted = (facts: Case, at: Instant, account: string | null): { account: string | null; count: number; counted: ReturnType<typeof contactOf>[] } => {
    const contacts = countable(facts, at, account).sort(oldestFirst)
    const inZones = facts.zones.map((zone) => contacts.filter((contact) => contact.at >= window.since(zone, at)))
    const most = inZones.reduce((a, b) => (weight(b, 0) > weight(a, 0) ? b : a), inZones[0] ?? [])
    return { account, count: weight(most, 0), counted: most.map(contactOf) }
  }
  const detail: Detail = (facts, at) => ({
    kind: 'count', of: 'contacts', limit: rule.limit, ...counted, channels: rule.channels, mode: rule.mode ?? null, freeUnanswered: rule.freeUnanswered ?? null, window: rule.window,
    subjects: (rule.key === 'account' ? facts.facts.accounts.map(({ id }) => id) : [null]).map((account) => mostCounted(facts, at, account)),
  })

  return { detail, ask: (facts, at, answer) => {
    // Until when this message would not count for one account or other; NEVER where it counts.
    const uncounted = withoutReplies ? uncountedUntil(facts, at, rule.key === 'account') : NEVER
    let until = at
    if (rule.key === 'account') {
      for (const { id } of facts.facts.accounts) if (uncounted === NEVER || sameDayReplyUntil(facts, at, id) === at) until = Math.max(until, nextFree(facts, at, id))
    } else if (uncounted === NEVER) until = nextFree(facts, at, null)
    if (until > at) objects(answer, 'cap_reached', until)
    else allows(answer, uncounted)
  } }
}

/** Was this the answer, on the same day, to the person's own message about this account? */
export function wasSameDayReply(facts: Case, contact: ContactFacts, account: string | null): boolean {
  const message = answeredBy(facts, contact.channel, contact.at, contact)
  return message !== null && isAbout(message, account) && isAbout(contact, account) && onOneDay(facts, message.at, contact.at)
}

/** The first end of a day on which this message is such an answer, for one account or another; NEVER when it is none. */
function uncountedUntil(facts: Case, at: Instant, byAccount: boolean): Instant {
  if (!isAnswer(facts.facts.reminder.kind)) return NEVER
  const ends = (byAccount ? facts.facts.accounts.map(({ id }) => id) : [null]).map((account) => sameDayReplyUntil(facts, at, account)).filter((end) => end > at)
  return Math.min(...ends)
}

/** Until when this message would be such an answer: the end of the day of what it answers; `at` when it answers nothing. */
function sameDayReplyUntil(facts: Case, at: Instant, account: string | null): Instant {
  const { channel } = facts.facts.reminder
  const message = answeredBy(facts, channel, at)
  if (message === null || !isAbout(message, account) || !onOneDay(facts, message.at, at)) return at
  return Math.min(...facts.zones.map((zone) => zone.startOfDay(zone.dayAt(at) + 1)))
}

const oldestFirst = (a: ContactFacts, b: ContactFacts): number => a.at - b.at

const surelyUnanswered = (contact: ContactFacts): boolean => contact.outcome === 'no-answer'

/** When the person was first spoken to over any channel, as far as this rule's key goes; NEVER when that has not happened. */
export function firstConversation(facts: Case, counted: Counted, account: string | null): Instant {
  const address = facts.facts.address?.id ?? null
  let first = NEVER
  for (const contact of facts.facts.contacts) {
    if (contact.at < first && countsAs(contact, 'conversation') && sharesKey(contact, counted.key, account, address)) first = contact.at
  }
  return first
}
