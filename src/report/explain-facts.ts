import type { AccountFacts, Facts } from '../model/facts.ts'
import { formatInstant, type Instant } from '../model/instant.ts'
import { placesWords } from './local-time.ts'

/**
 * What did a decision know? One line for each kind of fact; what was not known is said too.
 *
 * @param at  when it was decided: counts what was in force then
 */
export function factLines(facts: Facts, zones: readonly string[], at: Instant): string[] {
  const holds = facts.holds.filter((hold) => hold.from <= at && (hold.until === null || hold.until > at))
  const stops = facts.suppressions.filter((stop) => (stop.from ?? 0) <= at && (stop.until === null || stop.until > at))
  const last = facts.contacts.reduce<Instant | null>((latest, contact) => (latest === null || contact.at > latest ? contact.at : latest), null)
  return [
    ...facts.accounts.map(accountLine),
    zones.length === 0 ? 'where the person may be: not known' : `where the person may be: ${placesWords(zones)}${jurisdictionWords(facts)}`,
    addressLine(facts),
    facts.contacts.length === 0 ? 'contacts before: none on record' : `contacts before: ${facts.contacts.length} on record, the last at ${textOf(last)}`,
    ...holds.map((hold) => `on hold: ${hold.kind}, ${hold.channel != null ? `everything by ${hold.channel}` : hold.account === null ? 'the whole person' : 'one account'}${hold.until === null ? '' : `, until ${textOf(hold.until)}`}`),
    ...stops.map((stop) => `stopped: ${stop.reason}, ${stop.scope === 'address' ? 'one address' : stop.scope === 'channel' ? `everything by ${stop.channel ?? 'that channel'}` : 'everything'}`),
    ...(facts.consents.length === 0 ? [] : [`consents on record: ${[...new Set(facts.consents.map((consent) => consent.kind))].join(', ')}`]),
  ]
}

function accountLine(account: AccountFacts): string {
  const overdue = account.daysPastDue === null ? 'days past due not known' : `${account.daysPastDue} days past due`
  const due = account.dueDate === null ? '' : `, unpaid since ${account.dueDate}`
  const balance = account.asOf === null ? 'age of the balance not known' : `balance as of ${textOf(account.asOf)}`
  return `account: ${account.state}, ${overdue}${due}, ${account.product}, ${account.role}; ${balance}`
}

function addressLine({ address, reminder }: Facts): string {
  if (address === null) return `address: none that may be used by ${reminder.channel}`
  const parts = [address.kind, address.country === null ? null : `of ${address.country}`, address.relation === null ? null : `relation ${address.relation}`]
  return `address: ${parts.filter((part) => part !== null).join(', ') || 'kind not known'}`
}

const jurisdictionWords = (facts: Facts): string => {
  const places = [facts.recipient.jurisdiction, ...facts.recipient.locationEvidence.map((sign) => sign.jurisdiction)].filter((place) => place !== null)
  return places.length === 0 ? '' : ` (${[...new Set(places)].join(', ')})`
}

const textOf = (at: Instant | null): string => (at === null ? 'a time not known' : formatInstant(at))
