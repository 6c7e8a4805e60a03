import type { Kysely } from 'kysely'
import type { CompiledPack } from '../../decide/compiled-pack.ts'
import { decide } from '../../decide/decide.ts'
import type { ObjectionCode } from '../../model/decision.ts'
import type { Facts, SystemFacts } from '../../model/facts.ts'
import { DAY, type Instant } from '../../model/instant.ts'
import { markContact } from '../../record/accepting/contacts.ts'
import { peopleAsKnown, type AuditedContact, type PersonAsKnown } from '../../record/audit/people-as-known.ts'
import { switchesAt, type ActiveSwitch } from '../../record/dispatch/switches.ts'
import type { Locked } from '../../record/locks.ts'
import type { Database } from '../../record/schema.ts'
import { closedBy } from '../dispatch/switch-board.ts'
import type { Shell } from '../shell.ts'
import { factsAt, type Asked } from './facts-at.ts'

/** Objections that say that a rule about contacts was exceeded; the others are about messages and machines. */
export const EXCEEDS: ReadonlySet<ObjectionCode> = new Set<ObjectionCode>([
  'outside_contact_window', 'holiday', 'recipient_blocked_time', 'cap_reached', 'cooldown', 'too_soon', 'on_hold', 'suppressed',
  'precondition_missing', 'consent_missing', 'payment_pending', 'route_not_eligible',
])

/** How far back contacts bear on a later one; talks do however old they are. */
export const CONTACTS_BEAR_MS = 62 * DAY

/** A rule that would not have allowed a contact. */
export interface Exceedance {
  rule: string
  citation: string
}

/** A contact that has been recorded in this transaction. */
export interface RecordedContact {
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
  shell: Shell, trx: Locked, packs: readonly CompiledPack[], contact: RecordedContact,
): Promise<Exceedance[]> {
  const { id, recipientId, at } = contact
  const [person] = await peopleAsKnown(trx as Kysely<Database>, [recipientId], { since: new Date(at - CONTACTS_BEAR_MS), to: new Date(at + 1) })
  const known = person?.contacts.find((one) => one.id === id && !one.otherPerson)
  if (person === undefined || known === undefined || known.direction !== 'outbound') return []
  const facts = factsAt(person, known, shell.config.creditors.get(person.creditor), contact.step)
  if (facts.accounts.length === 0) return []
  const switchedOff = switchedOffAt(await switchesAt(trx, new Date(at)), person, facts, contact)
  const { reasons } = decide({ ...facts, system: { ...(facts.system ?? OPEN), switchedOff } }, packs, at)
  const exceeded = [
    ...reasons.filter(({ code }) => EXCEEDS.has(code) || code === 'switched_off').map(({ rule, citation }) => ({ rule, citation })),
    ...learntLater(person, known),
  ]
  if (exceeded.length > 0) await markContact(trx, recipientId, new Date(at), id, exceeded.map(({ rule }) => rule))
  return exceeded
}

const OPEN: SystemFacts = { testMode: false, switchedOff: null, clockUncertain: false, routeProblem: null, notRegistered: false, phoneInFlight: false }

function switchedOffAt(switches: readonly ActiveSwitch[], person: PersonAsKnown, facts: Facts, { step }: RecordedContact): SystemFacts['switchedOff'] {
  const closed = facts.accounts.map(({ product }) => closedBy(switches, {
    creditor: person.creditor, product, jurisdiction: person.jurisdiction, channel: facts.reminder.channel, route: null, template: null,
    ladder: step?.ladder ?? null, rung: step?.rung ?? null,
  }, 'on-its-way'))
  return closed.includes('stopped') ? 'stopped' : closed.includes('paused') ? 'paused' : null
}

/** As events mark the contacts that were known before them. */
const learntLater = (person: PersonAsKnown, { at }: AuditedContact): Exceedance[] => person.suppressions
  .filter((stop) => stop.scope === 'all' && stop.from <= at && stop.known > at && (stop.until === null || stop.until > at))
  .map(({ reason }) => ({ rule: `retroactive/${reason}`, citation: 'Decorum: a stop that took effect before the contact and was learnt after it' }))
