import type { ContactFacts } from '../model/facts.ts'
import type { Instant } from '../model/instant.ts'
import type { Channel } from '../model/channel.ts'
import type { Kind } from '../model/kind.ts'
import type { Case } from './case.ts'

/** Is a message of this kind an answer to somebody? A reminder or a notice answers nothing, whenever it goes out. */
export const isAnswer = (kind: Kind): boolean => kind === 'service' || kind === 'confirmation'

/** Did the person themselves write or call here? */
const isOwnMessage = (contact: ContactFacts, channel: Channel, at: Instant): boolean =>
  contact.direction === 'inbound' && contact.channel === channel && contact.at <= at && !contact.otherPerson && (contact.party === null || contact.party === 'recipient')

/**
 * What is this the one answer to, if it goes out at this instant?
 *
 * The person's latest message over the same channel, when nothing has gone out to them
 * over any channel since, tried or arrived.
 *
 * @param sent  the contact that is asked about; absent: the message being decided, at `at`
 * @returns     null when it answers nothing, or is not the first that went out after the message
 */
export function answeredBy(facts: Case, channel: Channel, at: Instant, sent?: ContactFacts): ContactFacts | null {
  let latest: ContactFacts | null = null
  for (const contact of facts.facts.contacts) {
    if (isOwnMessage(contact, channel, at) && (latest === null || contact.at > latest.at)) latest = contact
  }
  if (latest === null) return null
  for (const contact of facts.facts.contacts) {
    if (contact !== sent && contact.direction === 'outbound' && !contact.otherPerson && contact.at >= latest.at && (sent === undefined || contact.at <= at)) return null
  }
  return latest
}

/** Do both fall on one local day, in every zone the person may be in? */
export const onOneDay = (facts: Case, a: Instant, b: Instant): boolean => facts.zones.every((zone) => zone.dayAt(a) === zone.dayAt(b))

/** Is it known to be about this account? Null: any account will do. */
export const isAbout = (contact: ContactFacts, account: string | null): boolean => account === null || contact.accounts.includes(account)
