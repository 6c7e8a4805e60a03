import { LRUCache } from 'lru-cache'
import type { ObjectionCode } from '../../model/decision.ts'
import type { BlockedTime, ContactFacts, HoldFacts } from '../../model/facts.ts'
import { DAY, dayNumber, type Instant, NEVER } from '../../model/time.ts'
import { CHANNELS, type HoldKind } from '../../model/vocabulary.ts'
import type { EvaluationContext } from '../evaluation-context.ts'
import { contactOf, dated, holdOf } from '../explanation-facts.ts'
import {
  allows,
  type Answer,
  askSpans,
  COMMON_HOURS_SEARCH,
  type CompiledRule,
  invariant,
  objects,
  type Span,
} from '../rule.ts'
import { compileHours, type HoursAnswer, type WeeklyHours } from '../weekly-hours.ts'

/** By what one person's blocked times say together, fifty of them at most. */
const compiled = new LRUCache<string, WeeklyHours>({ max: 1_000 })

/** Times at which the recipient asked not to be contacted, in every zone they may be in (S4). */
export const BLOCKED_TIMES = invariant(
  'blocked-time',
  'no contact at times at which the recipient asked not to be contacted',
  askBlockedTimes,
  (c) => c.located && c.facts.recipient.blockedTimes.length > 0,
  true,
  ({ facts }) => ({
    kind: 'blocked',
    times: facts.recipient.blockedTimes.map(({ days, from, to, channel, until }) => ({
      days,
      from,
      to,
      channel,
      until: dated(until),
    })),
  }),
)

function askBlockedTimes(c: EvaluationContext, at: Instant, answer: Answer): void {
  const one: HoursAnswer = { state: 'open', until: 0 }
  const channel = c.facts.reminder.channel
  const mine = c.facts.recipient.blockedTimes.filter(
    (blocked) => blocked.channel === null || blocked.channel === channel,
  )
  let [free, until] = [at, NEVER]
  let searchedFrom = at
  for (let settled = false; !settled;) {
    settled = true
    const standing = mine.filter((blocked) => free < (blocked.until ?? NEVER))
    // Asked together, not one by one: fifty of them, each of which begins where another ends, would be asked in turn for every zone.
    const hours = standing.length === 0 ? null : hoursOf(standing)
    const ends = standing.reduce((first, blocked) => Math.min(first, blocked.until ?? NEVER), NEVER)
    until = ends
    for (const zone of hours === null ? [] : c.zones) {
      ;(hours as WeeklyHours).ask(zone, free, one)
      if (one.state === 'open') {
        until = Math.min(until, one.until)
        continue
      }
      free = Math.min(one.until, ends)
      settled = false
      if (free === NEVER) return objects(answer, 'recipient_blocked_time')
      if (free === ends) {
        searchedFrom = free
        break
      }
      if (free - searchedFrom > COMMON_HOURS_SEARCH) return objects(answer, 'recipient_blocked_time')
    }
  }
  if (free > at) objects(answer, 'recipient_blocked_time', free)
  else allows(answer, until)
}

/** The hours that all of these leave open together. */
function hoursOf(blocked: readonly BlockedTime[]): WeeklyHours {
  const key = blocked.map(({ days, from, to }) => `${days.join()}|${from}|${to}`).join(';')
  let hours = compiled.get(key)
  if (hours === undefined) {
    hours = compileHours({ ban: blocked.map(({ days, from, to }) => ({ days, from, to })) })
    compiled.set(key, hours)
  }
  return hours
}

/** Holds under which not even a confirmation goes out. */
const BLOCKS_CONFIRMATIONS: ReadonlySet<HoldKind> = new Set<HoldKind>([
  'breathing-space',
  'legal-action',
  'bankruptcy',
  'facts-conflict',
])

/** An unread reply is expected to be read soon: the reminder is deferred by this much, not refused. */
const UNREAD_REPLY_DEFERRAL = DAY

const holdRule = (
  id: string,
  citation: string,
  code: ObjectionCode,
  concernsKind: (kind: HoldKind) => boolean,
): CompiledRule =>
  invariant(
    id,
    citation,
    (c, at, answer) => {
      const spans: Span[] = []
      for (const hold of c.facts.holds) {
        if (holdsBack(c, hold, concernsKind))
          spans.push({
            from: hold.from,
            until: hold.until ?? (hold.kind === 'reply' ? c.now + UNREAD_REPLY_DEFERRAL : NEVER),
          })
      }
      askSpans(spans, code, at, answer)
    },
    (c) => c.facts.holds.some((hold) => concernsKind(hold.kind)),
    false,
    (c) => ({
      kind: 'holds',
      found: c.facts.holds.filter((hold) => holdsBack(c, hold, concernsKind)).map(holdOf),
    }),
  )

/** Does this hold keep this message back while it lasts? */
const holdsBack = (
  { facts: { reminder, accounts } }: EvaluationContext,
  hold: HoldFacts,
  concernsKind: (kind: HoldKind) => boolean,
): boolean =>
  concernsKind(hold.kind) &&
  !(reminder.kind === 'confirmation' && !BLOCKS_CONFIRMATIONS.has(hold.kind)) &&
  (hold.channel == null || hold.channel === reminder.channel) &&
  (hold.account === null || accounts.some((account) => account.id === hold.account))

export const HOLDS: readonly CompiledRule[] = [
  holdRule(
    'hold',
    'no reminder during a promise, dispute, hardship, complaint or other hold',
    'on_hold',
    (kind) => kind !== 'payment-pending' && kind !== 'facts-conflict',
  ),
  holdRule(
    'payment-in-flight',
    'no reminder while a payment is on its way',
    'payment_pending',
    (kind) => kind === 'payment-pending',
  ),
  holdRule(
    'facts-agree',
    'facts that contradict each other hold the account (promise 11)',
    'facts_conflict',
    (kind) => kind === 'facts-conflict',
  ),
]

/**
 * After an outage a backlog is not sent all at once: at most one late reminder a day for each recipient.
 *
 * A reminder is late on every local day after the one it fell due on, whatever delayed it: an
 * outage, a hold, the hours. A late one goes only on a day on which the recipient has not been
 * contacted yet, and for which planning has not caught up a step itself; otherwise it is deferred
 * to the next day, within its deadline. So of two late ones the first decided goes and defers the
 * other. A reminder due today is not late and is limited by the caps alone.
 *
 * Only reminders wait: notices required by law and messages that the recipient expects are no backlog.
 * Days are counted in each zone in which the recipient may be; the last of them to end binds.
 */
export const ONE_CATCH_UP = invariant(
  'one-catch-up-a-day',
  'what is late goes one message a day, on a day without another',
  (c, at, answer) => {
    const { reminder, recipient, contacts } = c.facts
    const dueAt = reminder.dueAt as Instant
    const caughtUpOn = recipient.caughtUpOn == null ? null : dayNumber(recipient.caughtUpOn)
    const spans: Span[] = []
    for (const zone of c.zones) {
      const lateFrom = zone.startOfDay(zone.dayAt(dueAt) + 1)
      const taken = (day: number) => spans.push({ from: lateFrom, until: zone.startOfDay(day + 1) })
      for (const contact of contacts) if (contact.at >= lateFrom && isOurs(contact)) taken(zone.dayAt(contact.at))
      if (caughtUpOn !== null) taken(caughtUpOn)
    }
    askSpans(spans, 'cap_reached', at, answer)
  },
  ({ facts: { reminder, recipient, contacts } }) => {
    const dueAt = reminder.dueAt ?? null
    return (
      dueAt !== null &&
      reminder.kind === 'reminder' &&
      (recipient.caughtUpOn != null || contacts.some((contact) => contact.at > dueAt && isOurs(contact)))
    )
  },
  false,
  ({ facts: { reminder, contacts }, zones }) => ({
    kind: 'wait',
    minutes: null,
    days: 1,
    unit: 'attempt',
    key: 'person',
    channels: [...CHANNELS],
    counted: contacts
      .filter((contact) => contact.at > (reminder.dueAt as Instant) && isOurs(contact))
      .map((contact) => ({
        ...contactOf(contact),
        until: dated(Math.max(...zones.map((zone) => zone.startOfDay(zone.dayAt(contact.at) + 1)))) ?? '',
      })),
  }),
)

/** Was it an attempt of ours? An unstated author counts as ours; a contact that surely failed does not use up the day. */
const isOurs = ({ direction, by, otherRecipient, outcome }: ContactFacts): boolean =>
  direction === 'outbound' && (by === null || by === 'decorum') && !otherRecipient && outcome !== 'failed'

/**
 * The same words are not sent twice.
 *
 * Only rendered words show whether two messages are the same, so the running system states which earlier reminder
 * had them (`system.sameWordsAs`); this rule then refuses the later one and names the earlier. Only reminders:
 * notices required by law and messages that the recipient expects are sent whenever they are due.
 */
export const SAME_WORDS: CompiledRule = {
  ...invariant(
    'same-words',
    'the same words about the same debt are not sent twice',
    (_c, _at, answer) => objects(answer, 'too_soon'),
    ({ facts }) => facts.reminder.kind === 'reminder' && facts.system?.sameWordsAs != null,
  ),
  names: ({ facts }) => facts.system?.sameWordsAs?.reminderId,
}
