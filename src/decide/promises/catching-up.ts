import { CHANNELS } from '../../model/channel.ts'
import type { ContactFacts } from '../../model/facts.ts'
import type { Instant } from '../../model/instant.ts'
import { dayNumber } from '../../model/local-date.ts'
import { contactOf, dated } from '../dated.ts'
import { askSpans, type Span } from '../spans.ts'
import { promise } from './promise.ts'

/**
 * After an outage nobody gets what piled up at once.
 *
 * A reminder is late on every local day after the one it fell due on, whatever kept it: an
 * outage, a pause, the hours. A late one goes only on a day on which we have not written to or
 * called the person yet, and which planning has not taken for a step that it caught up itself;
 * otherwise it waits for the next day, as long as its deadline lets it. So of two that
 * are late the one decided first goes, and makes the other one wait. What is due today is
 * not late and goes by the caps alone.
 *
 * Only reminders wait: what the law asks for and what the person waits for is no backlog.
 * Days are counted in each zone in which the person may be; the last of them to end binds.
 */
export const ONE_CATCH_UP = promise('one-catch-up-a-day', 'what is late goes one message a day, on a day without another', (facts, at, answer) => {
  const { reminder, recipient, contacts } = facts.facts
  const dueAt = reminder.dueAt as Instant
  const caughtUpOn = recipient.caughtUpOn == null ? null : dayNumber(recipient.caughtUpOn)
  const spans: Span[] = []
  for (const zone of facts.zones) {
    const lateFrom = zone.startOfDay(zone.dayAt(dueAt) + 1)
    const taken = (day: number) => spans.push({ from: lateFrom, until: zone.startOfDay(day + 1) })
    for (const contact of contacts) if (contact.at >= lateFrom && isOurs(contact)) taken(zone.dayAt(contact.at))
    if (caughtUpOn !== null) taken(caughtUpOn)
  }
  askSpans(spans, 'cap_reached', at, answer)
}, ({ facts: { reminder, recipient, contacts } }) => {
  const dueAt = reminder.dueAt ?? null
  return dueAt !== null && reminder.kind === 'reminder' && (recipient.caughtUpOn != null || contacts.some((contact) => contact.at > dueAt && isOurs(contact)))
}, false, ({ facts: { reminder, contacts }, zones }) => ({
  kind: 'wait', minutes: null, days: 1, unit: 'attempt', key: 'person', channels: [...CHANNELS],
  counted: contacts.filter((contact) => contact.at > (reminder.dueAt as Instant) && isOurs(contact))
    .map((contact) => ({ ...contactOf(contact), until: dated(Math.max(...zones.map((zone) => zone.startOfDay(zone.dayAt(contact.at) + 1)))) ?? '' })),
}))

/** A contact that does not say who made it counts; one that surely never reached its address took nobody's day. */
const isOurs = ({ direction, by, otherPerson, outcome }: ContactFacts): boolean =>
  direction === 'outbound' && (by === null || by === 'decorum') && !otherPerson && outcome !== 'failed'
