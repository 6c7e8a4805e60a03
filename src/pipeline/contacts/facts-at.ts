import type { AccountFacts, Facts } from '../../model/facts.ts'
import type { Creditor } from '../../model/creditor.ts'
import type { Instant } from '../../model/instant.ts'
import type { Kind } from '../../model/kind.ts'
import type { Tone } from '../../model/tone.ts'
import { chooseAddress, composeFacts } from '../dispatch/compose-facts.ts'
import { daysPastDue } from '../../plan/days-past-due.ts'
import type { AccountRow, PersonAddress, PersonRow } from '../../record/dispatch/decision-inputs.ts'
import { factsKey, type AuditedContact, type PersonAsKnown } from '../../record/audit/people-as-known.ts'

/** What facts about a contact of the past cannot be known any more, in words. */
export const ASSUMPTIONS = [
  'A contact that somebody else reported is judged as a reminder of neutral tone, at what is stated today about the person\'s whereabouts and the account\'s due date; that the account was open and its balance fresh is taken for granted.',
  'A contact of our own, and one made with a permit, is judged by the facts that were kept with its decision, and by every contact before it that is known today.',
] as const

/** What the contact was for, where that is known. */
export interface Asked {
  kind: Kind
  tone: Tone
}

/**
 * What was known at the moment of this contact?
 *
 * Holds, stops, consents and events as far as they had been recorded by then; contacts as they are known
 * today, so that a call which somebody reported late counts, with the outcome that it turned out to have.
 *
 * @param asked  absent: taken for a reminder of neutral tone; of our own contacts and permits the kept facts tell
 */
export function factsAt(
  person: PersonAsKnown, contact: AuditedContact, creditor: Creditor | undefined, asked: Asked = { kind: 'reminder', tone: 'neutral' },
): Facts {
  const at = contact.at
  // What was recorded in the same moment is what the contact itself brought about: a promise, a stop.
  const knownThen = <T extends { known: Instant; gone: Instant | null }>(facts: readonly T[]): T[] => facts.filter((fact) => fact.known < at && (fact.gone === null || fact.gone > at))
  const before = person.contacts.filter((other) => other.at < at || (other.at === at && factsKey(other) < factsKey(contact)))
  const row: PersonRow = {
    ...person, dataKey: null, dataKeyId: null, name: null, caughtUpOn: null,
    consents: knownThen(person.consents), events: knownThen(person.events), holds: knownThen(person.holds), suppressions: knownThen(person.suppressions),
    contacts: before,
  }
  const about = person.accounts.filter((account) => contact.accounts.length === 0 || contact.accounts.includes(account.id))
  const accounts: AccountRow[] = about.map((account) => ({ ...account, state: 'open', asOf: new Date(at), variables: null }))
  const composed = composeFacts({
    reminder: { channel: contact.channel, tone: asked.tone, kind: asked.kind, mode: contact.mode ?? 'agent', expiresAt: null, dueAt: null },
    person: row, accounts, address: person.addresses.find((address) => address.hash === contact.hash && address.channel === contact.channel)
      ?? person.addresses.find((address) => address.hash === contact.hash) ?? (contact.hash === null ? stoppedAddress(row, contact) : null),
    daysPastDue: accounts.map((account) => daysPastDue(account, creditor?.bookZone ?? 'UTC', at)), freshForMs: null, pending: [],
    system: { testMode: false, switchedOff: null, clockUncertain: false, routeProblem: null, notRegistered: false, phoneInFlight: false },
  })
  const kept = person.facts[factsKey(contact)] as Facts | undefined
  if (kept?.recipient === undefined) return composed
  return { ...kept, reminder: { ...kept.reminder, expiresAt: null }, accounts: kept.accounts.map(fresh), contacts: composed.contacts, system: null }
}

/** How old a balance was is no question of how often or when somebody was contacted. */
const fresh = (account: AccountFacts): AccountFacts => ({ ...account, freshForMs: null })

/** Where nobody says which number was used, it is not known to be a stopped one unless all on the channel were. */
function stoppedAddress(person: PersonRow, contact: AuditedContact): PersonAddress | null {
  const address = chooseAddress(person, contact)
  return address !== null && person.suppressions.some((stop) => stop.hash === address.hash) ? address : null
}
