import type { Kysely } from 'kysely'
import { decide } from '../decide/decide.ts'
import type { CompiledPack } from '../decide/packs.ts'
import type { Creditor } from '../model/creditor.ts'
import type { ObjectionCode } from '../model/decision.ts'
import type { AccountFacts, Facts, SystemFacts } from '../model/facts.ts'
import { DAY, type Instant } from '../model/time.ts'
import type { Kind, Tone } from '../model/vocabulary.ts'
import { daysPastDue } from '../plan/book-time.ts'
import { type AuditedContact, factsKey, recipientsAsKnown, type RecipientAsKnown } from '../record/audit.ts'
import { markContact } from '../record/contacts.ts'
import type { AccountForDecision, RecipientAddress, RecipientForDecision } from '../record/dispatch/decision-inputs.ts'
import type { Locked } from '../record/locks.ts'
import type { Database } from '../record/schema.ts'
import { type ActiveSwitch, switchesAt } from '../record/switches.ts'
import { chooseAddress, composeFacts } from './dispatch/facts.ts'
import { closedBy } from './dispatch/switch-board.ts'
import type { Runtime } from './runtime.ts'

/** What an audit must assume about past contacts, because the record does not hold it. */
export const ASSUMPTIONS = [
  "A contact reported by others is judged as a reminder of neutral tone, by today's facts about the recipient's location and the account's due date; the account is assumed to have been open and its balance fresh.",
  'A contact of our own, or one made with a permit, is judged by the facts stored with its decision, and by every earlier contact that is known today.',
] as const

/** Objections by rules about contacts; all others are about messages and systems. */
export const CONTACT_RULE_CODES: ReadonlySet<ObjectionCode> = new Set<ObjectionCode>([
  'outside_contact_window',
  'holiday',
  'recipient_blocked_time',
  'cap_reached',
  'cooldown',
  'too_soon',
  'on_hold',
  'suppressed',
  'precondition_missing',
  'consent_missing',
  'payment_pending',
  'route_not_eligible',
])

/** How far back contacts count for a later one; conversations count without limit. */
export const CONTACT_HISTORY_MS = 62 * DAY

const NO_OBSTACLE: SystemFacts = {
  testMode: false,
  switchedOff: null,
  clockUncertain: false,
  routeProblem: null,
  notRegistered: false,
  phoneInFlight: false,
}

/** The purpose of a contact, where it is known. */
interface ContactPurpose {
  kind: Kind
  tone: Tone
}

/**
 * What was known at the moment of this contact?
 *
 * Holds, suppressions, consents and events as far as they had been recorded by then; contacts as they are known
 * today, so that a call reported late counts, with its final outcome.
 *
 * @param purpose  absent: a reminder of neutral tone; our own contacts and permits have theirs in their stored facts
 */
export function factsAt(
  recipient: RecipientAsKnown,
  contact: AuditedContact,
  creditor: Creditor | undefined,
  purpose: ContactPurpose = { kind: 'reminder', tone: 'neutral' },
): Facts {
  const at = contact.at
  // What was recorded in the same moment followed from the contact itself: a promise, a suppression.
  const knownThen = <T extends { known: Instant; gone: Instant | null }>(facts: readonly T[]): T[] =>
    facts.filter((fact) => fact.known < at && (fact.gone === null || fact.gone > at))
  const before = recipient.contacts.filter(
    (other) => other.at < at || (other.at === at && factsKey(other) < factsKey(contact)),
  )
  const row: RecipientForDecision = {
    ...recipient,
    dataKey: null,
    dataKeyId: null,
    name: null,
    caughtUpOn: null,
    consents: knownThen(recipient.consents),
    events: knownThen(recipient.events),
    holds: knownThen(recipient.holds),
    suppressions: knownThen(recipient.suppressions),
    contacts: before,
  }
  const about = recipient.accounts.filter(
    (account) => contact.accounts.length === 0 || contact.accounts.includes(account.id),
  )
  const accounts: AccountForDecision[] = about.map((account) => ({
    ...account,
    state: 'open',
    asOf: new Date(at),
    variables: null,
  }))
  const composed = composeFacts({
    reminder: {
      channel: contact.channel,
      tone: purpose.tone,
      kind: purpose.kind,
      mode: contact.mode ?? 'agent',
      expiresAt: null,
      dueAt: null,
    },
    recipient: row,
    accounts,
    address:
      recipient.addresses.find((address) => address.hash === contact.hash && address.channel === contact.channel) ??
      recipient.addresses.find((address) => address.hash === contact.hash) ??
      (contact.hash === null ? suppressedAddress(row, contact) : null),
    daysPastDue: accounts.map((account) => daysPastDue(account, creditor?.bookZone ?? 'UTC', at)),
    freshForMs: null,
    pending: [],
    system: {
      testMode: false,
      switchedOff: null,
      clockUncertain: false,
      routeProblem: null,
      notRegistered: false,
      phoneInFlight: false,
    },
  })
  const kept = recipient.facts[factsKey(contact)] as Facts | undefined
  if (kept?.recipient === undefined) return composed
  return {
    ...kept,
    reminder: { ...kept.reminder, expiresAt: null },
    accounts: kept.accounts.map(withoutFreshness),
    contacts: composed.contacts,
    system: null,
  }
}

/** Removes the freshness of the balance, which no rule about contacts depends on. */
const withoutFreshness = (account: AccountFacts): AccountFacts => ({ ...account, freshForMs: null })

/** The address of a contact that names none: a suppressed one only if every address of the channel was suppressed. */
function suppressedAddress(recipient: RecipientForDecision, contact: AuditedContact): RecipientAddress | null {
  const address = chooseAddress(recipient, contact)
  return address !== null && recipient.suppressions.some((stop) => stop.hash === address.hash) ? address : null
}

/** A rule that would not have allowed a contact. */
interface Exceedance {
  rule: string
  citation: string
}

/** A contact that has been recorded in this transaction. */
interface RecordedContact {
  id: string
  recipientId: string
  at: Instant
  /** The ladder step it belonged to, which switches may name. */
  step?: { ladder: string | null; rung: string | null } & ContactPurpose
}

/**
 * Which rules did this contact exceed? Marks it with them.
 *
 * It is never rejected: it happened, so it is recorded and counts. It is judged like the audit of contacts does, by what was
 * known then, and also by switches, and by suppressions that took effect before it but were recorded afterwards.
 */
export async function markExceeded(
  runtime: Runtime,
  trx: Locked,
  packs: readonly CompiledPack[],
  contact: RecordedContact,
): Promise<Exceedance[]> {
  const { id, recipientId, at } = contact
  const [recipient] = await recipientsAsKnown(trx as Kysely<Database>, [recipientId], {
    since: new Date(at - CONTACT_HISTORY_MS),
    to: new Date(at + 1),
  })
  const known = recipient?.contacts.find((one) => one.id === id && !one.otherRecipient)
  if (recipient === undefined || known === undefined || known.direction !== 'outbound') return []
  const facts = factsAt(recipient, known, runtime.config.creditors.get(recipient.creditor), contact.step)
  if (facts.accounts.length === 0) return []
  const switchedOff = switchedOffAt(await switchesAt(trx, new Date(at)), recipient, facts, contact)
  const { reasons } = decide({ ...facts, system: { ...(facts.system ?? NO_OBSTACLE), switchedOff } }, packs, at)
  const exceeded = [
    ...reasons
      .filter(({ code }) => CONTACT_RULE_CODES.has(code) || code === 'switched_off')
      .map(({ rule, citation }) => ({ rule, citation })),
    ...lateSuppressions(recipient, known),
  ]
  if (exceeded.length > 0)
    await markContact(
      trx,
      recipientId,
      new Date(at),
      id,
      exceeded.map(({ rule }) => rule),
    )
  return exceeded
}

function switchedOffAt(
  switches: readonly ActiveSwitch[],
  recipient: RecipientAsKnown,
  facts: Facts,
  { step }: RecordedContact,
): SystemFacts['switchedOff'] {
  const closed = facts.accounts.map(({ product }) =>
    closedBy(
      switches,
      {
        creditor: recipient.creditor,
        product,
        jurisdiction: recipient.jurisdiction,
        channel: facts.reminder.channel,
        route: null,
        template: null,
        ladder: step?.ladder ?? null,
        rung: step?.rung ?? null,
      },
      'on-its-way',
    ),
  )
  return closed.includes('stopped') ? 'stopped' : closed.includes('paused') ? 'paused' : null
}

/** Suppressions that took effect before the contact and were recorded after it; events mark such contacts alike. */
const lateSuppressions = (recipient: RecipientAsKnown, { at }: AuditedContact): Exceedance[] =>
  recipient.suppressions
    .filter(
      (stop) => stop.scope === 'all' && stop.from <= at && stop.known > at && (stop.until === null || stop.until > at),
    )
    .map(({ reason }) => ({
      rule: `retroactive/${reason}`,
      citation: 'Decorum: a stop that took effect before the contact and was learnt after it',
    }))
