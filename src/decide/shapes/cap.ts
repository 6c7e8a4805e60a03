import type { ContactFacts } from '../../model/facts.ts'
import type { CountKey, CountUnit, CountWindow } from '../../model/pack-parts.ts'
import type { RuleOf } from '../../model/pack-rule.ts'
import { DAY, HOUR, type Instant, NEVER } from '../../model/time.ts'
import type { Channel } from '../../model/vocabulary.ts'
import { type ConsentExemption, exemptUntil } from '../consent.ts'
import type { EvaluationContext } from '../evaluation-context.ts'
import { contactOf } from '../explanation-facts.ts'
import { answeredMessage, isAbout, isAnswer, onOneDay } from '../replies.ts'
import { allows, type Detail, objects, type Shape } from '../rule.ts'
import type { ZoneTable } from '../zone-table.ts'

/**
 * At most so many contacts in a window (S6–S10).
 *
 * Counted in every candidate zone and, with key `account`, for every account of the
 * message; the latest end of all of them is the answer. Contacts made while consent
 * exempted from the rule do not count.
 */
export function compileCap(rule: RuleOf<'cap'>, exemption: ConsentExemption | null): Shape {
  const counted: Counted = { unit: rule.counts, key: rule.key, channels: rule.channels }
  const window = compileCountWindow(rule.window)
  const freeUnanswered = rule.freeUnanswered ?? 0
  const withoutReplies = rule.excludes?.includes('same-day-reply') === true

  const isCountable = (
    c: EvaluationContext,
    contact: ContactFacts,
    account: string | null,
    address: string | null,
  ): boolean =>
    contact.direction === 'outbound' &&
    isCounted(contact, counted, account, address) &&
    (rule.mode === undefined || contact.mode === null || contact.mode === rule.mode) &&
    !(withoutReplies && wasSameDayReply(c, contact, account)) &&
    (exemption === null ||
      c.facts.consents.length === 0 ||
      exemptUntil(c, exemption, contact.at, contact.channel, contact.address) === null)

  /** Contacts that may count at `at` in some zone, determined without asking any zone. */
  const countable = (c: EvaluationContext, at: Instant, account: string | null): ContactFacts[] => {
    const found: ContactFacts[] = []
    const address = c.facts.address?.id ?? null
    const notBefore = rule.afterFirstConversation === true ? firstConversation(c, counted, account) : -Infinity
    for (const contact of c.facts.contacts) {
      if (contact.at + window.longest > at && contact.at >= notBefore && isCountable(c, contact, account, address))
        found.push(contact)
    }
    return found
  }

  /** The rule's count of these contacts without the oldest `left`. */
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

  const nextFree = (c: EvaluationContext, at: Instant, account: string | null): Instant => {
    const contacts = countable(c, at, account)
    if (weight(contacts, 0) < rule.limit) return at
    contacts.sort(oldestFirst)
    let free = at
    for (const zone of c.zones) free = Math.max(free, freeIn(zone, at, contacts))
    return free
  }

  /** The contacts that count at `at` in the zone with the highest count. */
  const mostCounted = (
    c: EvaluationContext,
    at: Instant,
    account: string | null,
  ): { account: string | null; count: number; counted: ReturnType<typeof contactOf>[] } => {
    const contacts = countable(c, at, account).sort(oldestFirst)
    const inZones = c.zones.map((zone) => contacts.filter((contact) => contact.at >= window.since(zone, at)))
    const most = inZones.reduce((a, b) => (weight(b, 0) > weight(a, 0) ? b : a), inZones[0] ?? [])
    return { account, count: weight(most, 0), counted: most.map(contactOf) }
  }
  const detail: Detail = (c, at) => ({
    kind: 'count',
    of: 'contacts',
    limit: rule.limit,
    ...counted,
    channels: rule.channels,
    ...exceptionsOf(rule),
    mode: rule.mode ?? null,
    freeUnanswered: rule.freeUnanswered ?? null,
    window: rule.window,
    subjects: (rule.key === 'account' ? c.facts.accounts.map(({ id }) => id) : [null]).map((account) =>
      mostCounted(c, at, account),
    ),
  })

  return {
    detail,
    ask: (c, at, answer) => {
      // Until when this message would not count for some account; NEVER where it counts.
      const uncounted = withoutReplies ? uncountedUntil(c, at, rule.key === 'account') : NEVER
      let until = at
      if (rule.key === 'account') {
        for (const { id } of c.facts.accounts)
          if (uncounted === NEVER || sameDayReplyUntil(c, at, id) === at) until = Math.max(until, nextFree(c, at, id))
      } else if (uncounted === NEVER) until = nextFree(c, at, null)
      if (until > at) objects(answer, 'cap_reached', until)
      else allows(answer, uncounted)
    },
  }
}

/** What a rule leaves out of its count. For explanations. */
export const exceptionsOf = (rule: {
  afterFirstConversation?: boolean | undefined
  excludes?: readonly string[] | undefined
}): { afterFirstConversation?: true; withoutReplies?: true } => ({
  ...(rule.afterFirstConversation === true ? { afterFirstConversation: true } : {}),
  ...(rule.excludes?.includes('same-day-reply') === true ? { withoutReplies: true } : {}),
})

/** Was this contact the same-day answer to the recipient's own message about this account? */
export function wasSameDayReply(c: EvaluationContext, contact: ContactFacts, account: string | null): boolean {
  const message = answeredMessage(c, contact.channel, contact.at, contact)
  return (
    message !== null && isAbout(message, account) && isAbout(contact, account) && onOneDay(c, message.at, contact.at)
  )
}

/** Until when this message would be a same-day answer for some account; NEVER when it is none. */
function uncountedUntil(c: EvaluationContext, at: Instant, byAccount: boolean): Instant {
  if (!isAnswer(c.facts.reminder.kind)) return NEVER
  const ends = (byAccount ? c.facts.accounts.map(({ id }) => id) : [null])
    .map((account) => sameDayReplyUntil(c, at, account))
    .filter((end) => end > at)
  return Math.min(...ends)
}

/** Until when this message would be a same-day answer: the end of that day; `at` when it answers nothing. */
function sameDayReplyUntil(c: EvaluationContext, at: Instant, account: string | null): Instant {
  const { channel } = c.facts.reminder
  const message = answeredMessage(c, channel, at)
  if (message === null || !isAbout(message, account) || !onOneDay(c, message.at, at)) return at
  return Math.min(...c.zones.map((zone) => zone.startOfDay(zone.dayAt(at) + 1)))
}

const oldestFirst = (a: ContactFacts, b: ContactFacts): number => a.at - b.at

const surelyUnanswered = (contact: ContactFacts): boolean => contact.outcome === 'no-answer'

/** When was the first conversation with the recipient over any channel, within this rule's key? NEVER: there was none. */
export function firstConversation(c: EvaluationContext, counted: Counted, account: string | null): Instant {
  const address = c.facts.address?.id ?? null
  let first = NEVER
  for (const contact of c.facts.contacts) {
    if (contact.at < first && countsAs(contact, 'conversation') && sharesKey(contact, counted.key, account, address))
      first = contact.at
  }
  return first
}

/**
 * How long does a contact count? (S7)
 *
 * `since(zone, at)`: contacts at or after this instant count at `at`.
 * `leaves(zone, contact)`: the first instant at which a contact no longer counts.
 * Both in local dates of the zone, so that a day of 23 or 25 hours is one day.
 */
interface Counting {
  since(zone: ZoneTable, at: Instant): Instant
  leaves(zone: ZoneTable, contact: Instant): Instant
  /** In no zone does a contact count longer than this, in milliseconds. */
  readonly longest: number
}

export function compileCountWindow(window: CountWindow): Counting {
  switch (window.type) {
    case 'rolling-hours': {
      const length = window.hours * HOUR
      return { since: (_zone, at) => at - length + 1, leaves: (_zone, contact) => contact + length, longest: length }
    }
    case 'calendar-day':
      return rollingDays(1)
    case 'rolling-days':
      return rollingDays(window.days)
    case 'week':
      // A calendar week lies within the last seven days, so the rolling count is never the looser one.
      return rollingDays(7)
    case 'calendar-week':
      return byPeriod(
        (day) => day - ((day + 3 - (window.startsOn - 1) + 7_000_000) % 7),
        (first) => first + 7,
        7,
      )
    case 'calendar-month':
      return byPeriod(
        (day) => monthStart(day, 0),
        (first) => monthStart(first, 1),
        31,
      )
  }
}

const rollingDays = (days: number): Counting => ({
  since: (zone, at) => zone.startOfDay(zone.dayAt(at) - days + 1),
  leaves: (zone, contact) => zone.startOfDay(zone.dayAt(contact) + days),
  longest: longestOf(days),
})

const byPeriod = (
  firstDay: (day: number) => number,
  nextFirst: (first: number) => number,
  mostDays: number,
): Counting => ({
  since: (zone, at) => zone.startOfDay(firstDay(zone.dayAt(at))),
  leaves: (zone, contact) => zone.startOfDay(nextFirst(firstDay(zone.dayAt(contact)))),
  longest: longestOf(mostDays),
})

/** Some local days exceed 24 hours: by an hour in most zones, by a day where the date line moves. */
const longestOf = (days: number): number => (days + 2) * DAY

function monthStart(day: number, monthsLater: number): number {
  const date = new Date(day * DAY)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + monthsLater, 1) / DAY
}

/**
 * Does this contact count as one of these? (S8)
 *
 * An outcome that is not final counts as the worst it can become: a call that is `pending`,
 * `in-doubt`, or merely `sent` may have been a conversation and may have gone unanswered.
 * A voicemail counts as connected: a machine answered.
 */
export function countsAs(contact: ContactFacts, unit: CountUnit): boolean {
  const { outcome, channel } = contact
  if (outcome === 'pending' || outcome === 'in-doubt') return true
  const callNotFinal = channel === 'phone' && (outcome === 'sent' || outcome === 'delivered')
  switch (unit) {
    case 'attempt':
      return true
    case 'unanswered':
      return outcome === 'no-answer' || outcome === 'failed' || callNotFinal
    case 'connected':
      return outcome === 'conversation' || outcome === 'voicemail' || callNotFinal
    case 'conversation':
      return outcome === 'conversation' || callNotFinal
    case 'reached':
      return outcome !== 'no-answer' && outcome !== 'failed'
  }
}

/**
 * Does the contact share the key that the rule counts by? (S9)
 *
 * A contact that does not state its account or address counts. Contacts to another recipient
 * with the same number count for the number alone.
 */
export function sharesKey(
  contact: ContactFacts,
  key: CountKey,
  account: string | null,
  address: string | null,
): boolean {
  if (contact.otherRecipient && key !== 'address') return false
  if (key === 'account') return account === null || contact.accounts.length === 0 || contact.accounts.includes(account)
  if (key === 'address') return address === null || contact.address === null || contact.address === address
  return true
}

/** Which contacts a rule counts. */
export interface Counted {
  readonly unit: CountUnit
  readonly key: CountKey
  readonly channels: readonly Channel[]
}

export const isCounted = (
  contact: ContactFacts,
  counted: Counted,
  account: string | null,
  address: string | null,
): boolean =>
  counted.channels.includes(contact.channel) &&
  countsAs(contact, counted.unit) &&
  sharesKey(contact, counted.key, account, address)
