import type { AccountFacts, Facts } from '../model/facts.ts'
import { formatInstant, type Instant } from '../model/instant.ts'
import { onEveryClock, placesWords } from './local-time.ts'
import { consentName } from './rule-words.ts'
import { catalogueOf } from './words/catalogue.ts'
import type { Language } from './words/language.ts'

/**
 * What did a decision know? One line for each kind of fact; what was not known is said too.
 *
 * @param at  when it was decided: counts what was in force then
 */
export function factLines(facts: Facts, zones: readonly string[], at: Instant, language: Language = 'en'): string[] {
  const words = catalogueOf(language)
  const { terms, list } = words
  const clock = (instant: Instant): string => onEveryClock(formatInstant(instant), zones.slice(0, 1), language)
  const until = (instant: Instant | null): string | null => (instant === null ? null : clock(instant))
  const holds = facts.holds.filter((hold) => hold.from <= at && (hold.until === null || hold.until > at))
  const stops = facts.suppressions.filter((stop) => (stop.from ?? 0) <= at && (stop.until === null || stop.until > at))
  const last = facts.contacts.reduce<Instant | null>((latest, contact) => (latest === null || contact.at > latest ? contact.at : latest), null)
  const account = ({ state, daysPastDue, dueDate, product, role, asOf }: AccountFacts): string => words.facts.account(terms.state[state], daysPastDue, dueDate, product, terms.role[role], until(asOf))
  const { address, reminder } = facts
  return [
    ...facts.accounts.map(account),
    words.facts.where(zones.length === 0 ? null : placesWords(zones, language), list(jurisdictions(facts))),
    words.facts.address(address === null ? null : {
      kind: address.kind === null ? null : terms.addressKind[address.kind], country: address.country, relation: address.relation === null ? null : terms.relation[address.relation],
    }, terms.channel[reminder.channel]),
    words.facts.contacts(facts.contacts.length, until(last) ?? ''),
    ...(facts.events === null ? [words.facts.noEvents] : []),
    ...holds.map((hold) => words.facts.hold(words.hold(terms.hold[hold.kind], hold.account === null, hold.channel == null ? null : terms.channel[hold.channel], until(hold.until)))),
    ...stops.map((stop) => words.facts.stop(words.stop(terms.stop[stop.reason], stop.scope, stop.channel === null ? null : terms.channel[stop.channel], until(stop.until)))),
    ...(facts.consents.length === 0 ? [] : [words.facts.consents(list([...new Set(facts.consents.map((consent) => consentName(words, consent.kind)))]))]),
  ]
}

const jurisdictions = (facts: Facts): string[] =>
  [...new Set([facts.recipient.jurisdiction, ...facts.recipient.locationEvidence.map((sign) => sign.jurisdiction)].filter((place) => place !== null))]
