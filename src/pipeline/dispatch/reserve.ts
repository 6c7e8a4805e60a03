import { randomUUID } from 'node:crypto'
import type { Transaction } from 'kysely'
import type { AttemptKey } from '../../deliver/provider.ts'
import type { ContactOutcome } from '../../model/contact.ts'
import type { Creditor } from '../../model/creditor.ts'
import type { Decision } from '../../model/decision.ts'
import type { ContactFacts, Facts, SystemFacts } from '../../model/facts.ts'
import { MINUTE, type Instant } from '../../model/instant.ts'
import { weightOf, type Message } from '../../model/message.ts'
import type { WordFacts } from '../../model/word-facts.ts'
import { attemptsOfBatch, callsOnLine } from '../../record/dispatch/batch.ts'
import { anchorsOf, type ReminderAnchors } from '../../record/dispatch/anchors.ts'
import { readAccounts, readPeople, type AccountRow, type PersonAddress, type PersonRow } from '../../record/dispatch/decision-inputs.ts'
import { passFence, type FencedReminder } from '../../record/dispatch/fence.ts'
import { putAside } from '../../record/dispatch/put-aside.ts'
import { writeReservation, type AttemptEntry, type DecisionEntry, type ReminderStep } from '../../record/dispatch/reservation.ts'
import { anchorKey, lockAddresses, lockRecipients } from '../../record/locks.ts'
import { lookUpByKey } from '../../record/look-up-by-key.ts'
import { attemptWordFacts } from '../../record/places.ts'
import type { Database } from '../../record/schema.ts'
import type { Ticket } from '../../queue/doorbell.ts'
import { render } from '../../render/render.ts'
import { countDecision, countReminder } from '../../report/counters.ts'
import { daysPastDue } from '../../plan/days-past-due.ts'
import { fallBack } from '../fall-back.ts'
import { byHalves, isTransient } from '../halving.ts'
import { noteReminders } from '../notify/note-reminders.ts'
import { openVariables, PersonalData } from '../personal-data.ts'
import type { Shell } from '../shell.ts'
import { carriedWords, localesFor } from './carried-words.ts'
import { chooseAddress, composeFacts, pendingContact } from './compose-facts.ts'
import { composeWords } from './compose-words.ts'
import { decideForCall } from './decide-for-call.ts'
import { providerFor, type Desk } from './desk.ts'
import { afterDecision, signatureOf } from './next-step.ts'
import { systemFacts } from './system-facts.ts'
import { wordsObjection } from './words-objection.ts'

/** A permission to call: committed, counted, and good until `goodUntil`. */
export interface Reserved {
  attempt: AttemptKey
  live: boolean
  kind: FencedReminder['kind']
  to: string
  message: Message
  weight: number
  validForSeconds: number
  unsubscribeUrl: string | null
  /** Business time at and after which no call may begin. */
  goodUntil: Instant
  /** Tries that providers have failed before this one. */
  spent: number
  /** What switches are held against at the last look. */
  scope: Parameters<Desk['switches']['closed']>[0]
}

/** What one ticket came to. */
export interface Reservation {
  reserved: Reserved[]
  /** Still queued under this ring: somebody held the person or the address, or no line was free. */
  held: string[]
  /** Attempts that a lost COMMIT may have left behind: nobody calls for them. */
  orphans: AttemptKey[]
}

/** The ledger went away while a batch was being reserved: what it holds must be read back by this id. */
export class ReservationLost extends Error {
  readonly batch: string
  constructor(batch: string, cause: unknown) {
    super('the ledger did not answer while a batch was being reserved', { cause })
    this.batch = batch
  }
}

/** Carriers hold an SMS at most this long (Twilio's ValidityPeriod). */
const LONGEST_VALIDITY_MS = 36_000_000
/** A permission is not kept longer than this, whatever the rules allow. */
const LONGEST_PERMISSION_MS = 120_000

/**
 * Decides a ticket's reminders and reserves an attempt for each that may be sent.
 *
 * One READ COMMITTED transaction without network inside: lock, fence, read, decide, render,
 * write. A reminder that cannot be written does not stop the others.
 */
export async function reserve(shell: Shell, desk: Desk, ticket: Ticket): Promise<Reservation> {
  const batch = randomUUID()
  const held = new Set<string>()
  let commitLost = false
  const part = async (some: readonly string[]): Promise<Reserved[]> => {
    try {
      return await shell.ledger.db.transaction().execute((trx) => reservePart(shell, desk, trx, ticket.ring, batch, some, held))
    } catch (error) {
      commitLost ||= isTransient(error)
      throw error
    }
  }
  try {
    const reserved = await byHalves(ticket.reminderIds, part, async (reminderId, error) => {
      // The class alone: a database's message may quote what it could not store.
      shell.log.error({ reminder: reminderId, error: (error as Error).name }, 'a reminder cannot be reserved; it is put aside')
      await putAside(shell.ledger.db, unwritable(reminderId, ticket.ring, shell.clock.now()))
      return []
    })
    return { reserved, held: [...held], orphans: commitLost ? await orphansOf(shell, batch, reserved) : [] }
  } catch (error) {
    throw new ReservationLost(batch, error)
  }
}

/** How long a reminder with data that cannot be stored waits before it is tried again. */
const PUT_ASIDE_MS = 15 * MINUTE

const unwritable = (reminderId: string, ring: string, now: Instant): Parameters<typeof putAside>[1] => ({
  reminderId, ring, now, nextAt: now + PUT_ASIDE_MS,
  objection: {
    code: 'internal_error', rule: 'decorum/unwritable', pack: 'decorum', version: '1', citation: 'Decorum: one item cannot fail another',
    verified: true, until: null,
  },
})

/** What the ledger holds for this batch beyond what we know to have reserved. */
export async function orphansOf(shell: Shell, batch: string, reserved: readonly Reserved[]): Promise<AttemptKey[]> {
  const known = new Set(reserved.map((r) => r.attempt.reminderId))
  return (await attemptsOfBatch(shell.ledger.db, batch)).filter((attempt) => !known.has(attempt.reminderId))
}

async function reservePart(
  shell: Shell, desk: Desk, trx: Transaction<Database>, ring: string, batch: string, reminderIds: readonly string[], held: Set<string>,
): Promise<Reserved[]> {
  await lookUpByKey(trx)
  const anchors = await anchorsOf(trx, ring, reminderIds)
  if (anchors.length === 0) return []
  const lines = desk.route.rate.simultaneousCalls
  const room = lines === undefined ? anchors.length : Math.max(0, lines - (await callsOnLine(trx, desk.route.id)))
  const free = (await lockAnchors(trx, anchors)).slice(0, room)
  for (const anchor of anchors) free.includes(anchor) ? held.delete(anchor.reminderId) : held.add(anchor.reminderId)
  const now = shell.clock.now()
  const fenced = await passFence(trx, ring, free.map((a) => a.reminderId))
  if (fenced.length === 0) return []
  // A fixed order, so that the same batch folds to the same decisions wherever it runs.
  fenced.sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime() || (a.id < b.id ? -1 : 1))
  const people = await readPeople(trx, [...new Set(fenced.map((r) => r.recipientId))], now)
  const accounts = await readAccounts(trx, fenced.map((r) => r.id))
  const fold = new Fold(shell, desk, batch, now)
  for (const reminder of fenced) {
    if (reminder.dueAt.getTime() > now) fold.putBack(reminder)
    else fold.add(reminder, people.get(reminder.recipientId) as PersonRow, accounts.get(reminder.id) ?? [])
  }
  await writeReservation(trx, ring, fold.written, now)
  for (const reminder of fold.ended) await fallBack(shell, trx, reminder.id, reminder.reason, now)
  await noteReminders(shell, trx, fold.written.steps.filter((step) => step.endReason !== null), now)
  count(fold.written, fenced)
  return fold.reserved
}

/** For /metrics. A transaction that is rolled back at its very end has been counted; the ledger is what is believed. */
function count(written: Pick<Fold['written'], 'decisions' | 'steps'>, fenced: readonly FencedReminder[]): void {
  const byId = new Map(fenced.map((reminder) => [reminder.id, reminder]))
  for (const { decision } of written.decisions) countDecision(decision)
  for (const { reminderId, status } of written.steps) {
    const reminder = byId.get(reminderId)
    if (reminder !== undefined) countReminder({ status, channel: reminder.channel, tone: reminder.tone })
  }
}

/** People first, then addresses, each in order, skipping what somebody holds; a reminder needs all of its own. */
async function lockAnchors(trx: Transaction<Database>, anchors: readonly ReminderAnchors[]): Promise<ReminderAnchors[]> {
  const people = await lockRecipients(trx, anchors.map((a) => a.recipientId), 'skip')
  const withPeople = anchors.filter((a) => people.has(a.recipientId))
  const wanted = withPeople.flatMap((a) => a.hashes.map((hash) => ({ creditor: a.creditor, hash })))
  const addresses = await lockAddresses(trx, wanted, 'skip')
  return withPeople.filter((a) => a.hashes.every((hash) => addresses.has(anchorKey({ creditor: a.creditor, hash }))))
}

/** One reminder's facts and what its words and its call need beside them. */
interface Subject {
  facts: Facts
  address: PersonAddress | null
  /** In clear, for the provider alone. */
  to: string | null
  dpd: (number | null)[]
  creditor: Creditor | undefined
}

interface Rendered {
  message: Message
  words: WordFacts
  unsubscribeUrl: string | null
  locale: string
  version: string
  hash: string
}

/**
 * One batch, decided in order: each reservation is a pending contact for the next decision
 * about the same person, account or address.
 */
class Fold {
  readonly written = { decisions: [] as DecisionEntry[], attempts: [] as AttemptEntry[], steps: [] as ReminderStep[] }
  readonly reserved: Reserved[] = []
  /** Refused for good: another channel may be tried. */
  readonly ended: { id: string; reason: string }[] = []
  readonly #pending: { recipientId: string; hash: string; contact: ContactFacts }[] = []
  readonly #shell: Shell
  readonly #desk: Desk
  readonly #batch: string
  readonly #now: Instant

  constructor(shell: Shell, desk: Desk, batch: string, now: Instant) {
    this.#shell = shell
    this.#desk = desk
    this.#batch = batch
    this.#now = now
  }

  /** Not before it is due: whoever queued it had a clock that was ahead of ours. */
  putBack(reminder: FencedReminder): void {
    this.written.steps.push({
      reminderId: reminder.id, status: 'scheduled', nextAt: reminder.dueAt.getTime(), decisions: reminder.decisions,
      decidedAs: reminder.decidedAs, tries: reminder.tries, endReason: null,
    })
  }

  add(reminder: FencedReminder, person: PersonRow, accounts: readonly AccountRow[]): void {
    const subject = this.#subject(reminder, person, accounts)
    const { decision, decidedFor } = decideForCall(subject.facts, this.#desk.packs, this.#now)
    if (decision.verdict !== 'send') return this.#waitOrEnd(reminder, person, subject.facts, decision, decidedFor)
    const rendered = this.#render(reminder, person, accounts, subject)
    if ('objection' in rendered) return this.#waitOrEnd(reminder, person, subject.facts, rendered.objection, decidedFor)
    this.#reserve(reminder, person, accounts, subject, decision, rendered)
  }

  #subject(reminder: FencedReminder, person: PersonRow, accounts: readonly AccountRow[]): Subject {
    const creditor = this.#shell.config.creditors.get(reminder.creditor)
    const address = chooseAddress(person, reminder)
    const dpd = accounts.map((a) => daysPastDue(a, creditor?.bookZone ?? 'UTC', this.#now))
    const to = address === null ? null : this.#open(person).address(address)
    const others = this.#pending.filter((p) => p.recipientId !== person.id && person.addresses.some((a) => a.hash === p.hash))
    const own = this.#pending.filter((p) => p.recipientId === person.id)
    const pending = [...own.map((p) => p.contact), ...others.map((p) => ({ ...p.contact, otherPerson: true }))]
    const system: SystemFacts = systemFacts({ shell: this.#shell, desk: this.#desk, reminder, person, accounts, address, to, pending })
    const carries = carriedWords(this.#shell.config, reminder, person, creditor, providerFor(this.#desk, reminder.live).forms)
    const facts = composeFacts({ reminder, person, accounts, address, daysPastDue: dpd, freshForMs: creditor?.freshFor ?? null, pending, system, carries })
    return { facts, address, to, dpd, creditor }
  }

  #open(person: PersonRow): PersonalData {
    return new PersonalData(this.#shell.vault, person)
  }

  #render(reminder: FencedReminder, person: PersonRow, accounts: readonly AccountRow[], subject: Subject): Rendered | { objection: Decision } {
    const { config } = this.#shell
    const template = config.templates.get(reminder.template)
    const { creditor, address } = subject
    if (template === undefined || creditor === undefined || address === null) {
      return { objection: wordsObjection({ kind: 'no-template', detail: `no template ${reminder.template} or no creditor ${reminder.creditor}` }) }
    }
    const data = this.#open(person)
    const unsubscribeUrl = reminder.channel === 'email' ? this.#desk.optOutUrl(address.id) : null
    const words = composeWords({
      name: data.name(person.name), creditor, accounts, daysPastDue: subject.dpd, optOutUrl: unsubscribeUrl,
      variables: openVariables(data, reminder, accounts),
      earlier: {
        emails: person.contacts.filter((c) => c.channel === 'email' && c.direction === 'outbound' && !c.otherPerson && isOut(c.outcome)).map((c) => c.at),
        notices: person.events.filter((e) => e.type === 'notice').map((e) => e.at),
      },
    })
    const forms = providerFor(this.#desk, reminder.live).forms
    const result = render(template, words, {
      channel: reminder.channel, tone: reminder.tone, locales: localesFor(config, person, creditor),
      registeredWith: forms.includes('text') ? null : providerFor(this.#desk, reminder.live).name,
    })
    if (!result.ok) return { objection: wordsObjection(result.problem) }
    return { ...result, words, unsubscribeUrl }
  }

  #reserve(
    reminder: FencedReminder, person: PersonRow, accounts: readonly AccountRow[], subject: Subject, decision: Decision,
    rendered: Rendered,
  ): void {
    const address = subject.address as PersonAddress
    const now = this.#now
    const attemptNo = reminder.tries + 1
    const edge = Math.min(decision.until ?? Number.MAX_SAFE_INTEGER, reminder.expiresAt.getTime())
    const goodUntil = Math.min(edge, now + LONGEST_PERMISSION_MS)
    const validSeconds = Math.max(6, Math.floor(Math.min(edge - now, LONGEST_VALIDITY_MS) / 1000))
    const weight = weightOf(rendered.message)
    const data = this.#open(person)
    this.#decided(reminder, person, subject.facts, decision, now, attemptNo)
    this.written.attempts.push({
      reminderId: reminder.id, no: attemptNo, creditor: reminder.creditor, recipientId: person.id, channel: reminder.channel, mode: reminder.mode,
      route: reminder.route, provider: providerFor(this.#desk, reminder.live).name, addressId: address.id, addressHash: address.hash,
      accountIds: accounts.map((a) => a.id), batch: this.#batch, worker: this.#desk.worker, reservedAt: now, goodUntil,
      leaseMs: this.#desk.limits.leaseMs, weight, template: reminder.template, templateVersion: rendered.version, locale: rendered.locale,
      messageHash: rendered.hash, validSeconds,
      wordFacts: data.seal(attemptWordFacts(`${reminder.id}.${attemptNo}`), JSON.stringify(rendered.words)).toString('hex'),
    })
    this.written.steps.push({
      reminderId: reminder.id, status: 'sending', nextAt: now, decisions: reminder.decisions + 1, decidedAs: signatureOf(decision), endReason: null, tries: attemptNo,
    })
    this.#pending.push({ recipientId: person.id, hash: address.hash, contact: pendingContact(reminder, accounts, address, now) })
    this.reserved.push({
      attempt: { reminderId: reminder.id, attemptNo }, live: reminder.live, kind: reminder.kind, to: subject.to as string,
      message: rendered.message, weight, validForSeconds: validSeconds, unsubscribeUrl: rendered.unsubscribeUrl, goodUntil, spent: reminder.attempts,
      scope: scopeOf(reminder, person, accounts),
    })
  }

  #waitOrEnd(reminder: FencedReminder, person: PersonRow, facts: Facts, decision: Decision, decidedFor: Instant): void {
    const repeated = reminder.decidedAs === signatureOf(decision) && reminder.decisions > 0
    this.#decided(reminder, person, facts, decision, decidedFor, null)
    const after = afterDecision(decision, this.#now, reminder.expiresAt.getTime())
    this.written.steps.push({
      reminderId: reminder.id, ...after, decisions: reminder.decisions + (repeated ? 0 : 1), decidedAs: signatureOf(decision), tries: reminder.tries,
    })
    if (after.status === 'refused' && after.endReason !== null) this.ended.push({ id: reminder.id, reason: after.endReason })
  }

  #decided(reminder: FencedReminder, person: PersonRow, facts: Facts, decision: Decision, at: Instant, attemptNo: number | null): void {
    // A send is an event of its own, however often the same facts allow it.
    const repeated = attemptNo === null && reminder.decidedAs === signatureOf(decision) && reminder.decisions > 0
    this.written.decisions.push({
      reminderId: reminder.id, recipientId: person.id, no: reminder.decisions + (repeated ? 0 : 1), repeated, at, decision, facts, attemptNo,
    })
  }
}

/** Surely left us. */
const isOut = (outcome: ContactOutcome): boolean => outcome === 'sent' || outcome === 'delivered'

/** What switches are held against. */
export const scopeOf = (reminder: FencedReminder, person: PersonRow, accounts: readonly AccountRow[]): Reserved['scope'] => ({
  creditor: reminder.creditor, product: accounts[0]?.product ?? null, jurisdiction: person.jurisdiction, channel: reminder.channel,
  route: reminder.route, template: reminder.template, ladder: reminder.ladder, rung: reminder.rung,
})
