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

/** What facts about a contact of the past cannot be known any more, in words. */
export const ASSUMPTIONS = [
  "A contact that somebody else reported is judged as a reminder of neutral tone, at what is stated today about the person's whereabouts and the account's due date; that the account was open and its balance fresh is taken for granted.",
  'A contact of our own, and one made with a permit, is judged by the facts that were kept with its decision, and by every contact before it that is known today.',
] as const

/** What the contact was for, where that is known. */
interface Asked {
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
  recipient: RecipientAsKnown,
  contact: AuditedContact,
  creditor: Creditor | undefined,
  asked: Asked = { kind: 'reminder', tone: 'neutral' },
): Facts {
  const at = contact.at
  // What was recorded in the same moment is what the contact itself brought about: a promise, a stop.
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
      tone: asked.tone,
      kind: asked.kind,
      mode: contact.mode ?? 'agent',
      expiresAt: null,
      dueAt: null,
    },
    recipient: row,
    accounts,
    address:
      recipient.addresses.find((address) => address.hash === contact.hash && address.channel === contact.channel) ??
      recipient.addresses.find((address) => address.hash === contact.hash) ??
      (contact.hash === null ? stoppedAddress(row, contact) : null),
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
    accounts: kept.accounts.map(fresh),
    contacts: composed.contacts,
    system: null,
  }
}

/** How old a balance was is no question of how often or when somebody was contacted. */
const fresh = (account: AccountFacts): AccountFacts => ({ ...account, freshForMs: null })

/** Where nobody says which number was used, it is not known to be a stopped one unless all on the channel were. */
function stoppedAddress(recipient: RecipientForDecision, contact: AuditedContact): RecipientAddress | null {
  const address = chooseAddress(recipient, contact)
  return address !== null && recipient.suppressions.some((stop) => stop.hash === address.hash) ? address : null
}

/** Objections that say that a rule about contacts was exceeded; the others are about messages and machines. */
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

/** How far back contacts bear on a later one; talks do however old they are. */
export const CONTACT_HISTORY_MS = 62 * DAY

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
  /** Of a ladder's step; switches name them. */
  step?: { ladder: string | null; rung: string | null } & Asked
}

/**
 * Which rules forbade this contact, which has happened? Marks it with them.
 *
 * It is never refused: what happened is kept and counts. Judged as the audit of contacts judges it, by what was known then, and
 * beyond that by switches, and by stops of the person that took effect before it and were learnt afterwards.
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
  const { reasons } = decide({ ...facts, system: { ...(facts.system ?? OPEN), switchedOff } }, packs, at)
  const exceeded = [
    ...reasons
      .filter(({ code }) => CONTACT_RULE_CODES.has(code) || code === 'switched_off')
      .map(({ rule, citation }) => ({ rule, citation })),
    ...learntLater(recipient, known),
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

const OPEN: SystemFacts = {
  testMode: false,
  switchedOff: null,
  clockUncertain: false,
  routeProblem: null,
  notRegistered: false,
  phoneInFlight: false,
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

/** As events mark the contacts that were known before them. */
const learntLater = (recipient: RecipientAsKnown, { at }: AuditedContact): Exceedance[] =>
  recipient.suppressions
    .filter(
      (stop) => stop.scope === 'all' && stop.from <= at && stop.known > at && (stop.until === null || stop.until > at),
    )
    .map(({ reason }) => ({
      rule: `retroactive/${reason}`,
      citation: 'Decorum: a stop that took effect before the contact and was learnt after it',
    }))
