import { LRUCache } from 'lru-cache'
import { isTransient } from '../../model/database-failure.ts'
import { failureForLog } from '../../model/log-events.ts'
import { type Instant, MINUTE } from '../../model/time.ts'
import type { ReminderStatus } from '../../model/vocabulary.ts'
import type { Ticket } from '../../queue/doorbell.ts'
import {
  earlierMessages,
  readAccounts,
  readRecipients,
  type RecipientForDecision,
} from '../../record/dispatch/decision-inputs.ts'
import { type FencedReminder, leaveInTicket, quarantine, readWaiting, takeTicket } from '../../record/dispatch/fence.ts'
import {
  callsOnLine,
  type UnsettledAttempt,
  unsettledOf,
  writeReservations,
  writeWithheld,
} from '../../record/dispatch/reservation.ts'
import { keepTemplateWords } from '../../record/history.ts'
import { newId } from '../../record/id.ts'
import type { Ledger } from '../../record/ledger.ts'
import { anchorKey, heldBy, lockForReminders, type Locked } from '../../record/locks.ts'
import { inPipelinedTransaction, type PipelinedTransaction } from '../../record/pg/pipeline.ts'
import { runBisecting } from '../bisect.ts'
import { countDecision, countReminder } from '../counters.ts'
import { addReminderNotices } from '../notify.ts'
import { fallBack } from '../routing.ts'
import type { Runtime } from '../runtime.ts'
import { BatchDecider } from './batch-decider.ts'
import type { DispatchContext, Reserved } from './dispatch-context.ts'
import { recipientsContactedSince } from './words.ts'

/** How long a reminder with data that cannot be stored waits before it is tried again. */
const QUARANTINE_MS = 15 * MINUTE

/** The result of reserving one ticket. */
interface Reservation {
  reserved: Reserved[]
  /** Still queued under this ring: the recipient or an address was locked elsewhere, or no phone line was free. */
  held: string[]
  /** Attempts that a lost COMMIT may have left behind; no call is made for them. */
  orphans: UnsettledAttempt[]
}

/** The ledger did not answer while a ticket was being reserved: its attempts must be read back by these ids. */
export class ReservationLost extends Error {
  readonly batches: readonly string[]
  constructor(batches: readonly string[], cause: unknown) {
    super('the ledger did not answer while a batch was being reserved', { cause })
    this.batches = batches
  }
}

/**
 * Decides a ticket's reminders and reserves an attempt for each that may be sent.
 *
 * One READ COMMITTED transaction without network calls inside, in four round trips: fence and lock; read; decide,
 * render and write; commit. A reminder that cannot be written is quarantined and does not block the others.
 */
export async function reserve(runtime: Runtime, context: DispatchContext, ticket: Ticket): Promise<Reservation> {
  const batches: string[] = []
  const held = new Set<string>()
  let commitLost = false
  const reserveSome = async (reminderIds: readonly string[]): Promise<Reserved[]> => {
    const batch = newId()
    batches.push(batch)
    try {
      const done = await inPipelinedTransaction(runtime.ledger, (transaction) =>
        reservePart(runtime, context, transaction, ticket.ring, batch, reminderIds, held),
      )
      for (const version of done.keptNow) keptVersions(runtime.ledger).set(version, true)
      return done.reserved
    } catch (error) {
      commitLost ||= isTransient(error)
      throw error
    }
  }
  try {
    const reserved = await runBisecting(ticket.reminderIds, reserveSome, async (reminderId, error) => {
      runtime.log.error(
        { event: 'reminder.quarantined', reminder: reminderId, ...failureForLog(error) },
        'reminder cannot be reserved; retried later',
      )
      await quarantine(runtime.ledger.db, unwritable(reminderId, ticket.ring, runtime.clock.now()))
      return []
    })
    return { reserved, held: [...held], orphans: commitLost ? await orphansOf(runtime, batches, reserved) : [] }
  } catch (error) {
    throw new ReservationLost(batches, error)
  }
}

const unwritable = (reminderId: string, ring: string, now: Instant): Parameters<typeof quarantine>[1] => ({
  reminderId,
  ring,
  now,
  nextAt: now + QUARANTINE_MS,
  objection: {
    code: 'internal_error',
    rule: 'decorum/unwritable',
    pack: 'decorum',
    version: '1',
    citation: 'Decorum: one item cannot fail another',
    verified: true,
    until: null,
  },
})

/** Which attempts of these batches does the ledger hold beyond those known to be reserved? */
async function orphansOf(
  runtime: Runtime,
  batches: readonly string[],
  reserved: readonly Reserved[],
): Promise<UnsettledAttempt[]> {
  const known = new Set(reserved.map((r) => r.attempt.reminderId))
  return (await unsettledOf(runtime.ledger.db, batches)).filter((attempt) => !known.has(attempt.reminderId))
}

/**
 * Template versions whose text this process knows to be in the ledger, so that it is written once and not with
 * every batch. Only committed ones count: an attempt whose text was not kept could not be shown again.
 */
const kept = new WeakMap<Ledger, LRUCache<string, true>>()

function keptVersions(ledger: Ledger): LRUCache<string, true> {
  let versions = kept.get(ledger)
  if (versions === undefined) kept.set(ledger, (versions = new LRUCache({ max: 10_000 })))
  return versions
}

const NOTHING = { reserved: [], keptNow: [] }

async function reservePart(
  runtime: Runtime,
  context: DispatchContext,
  transaction: PipelinedTransaction,
  ring: string,
  batch: string,
  reminderIds: readonly string[],
  held: Set<string>,
): Promise<{ reserved: Reserved[]; keptNow: readonly string[] }> {
  const { route } = context
  const lines = route.rate.simultaneousCalls
  // Sent together: PostgreSQL runs them in this order.
  const [ticket, onLine, trx, waiting] = await Promise.all([
    takeTicket(transaction, ring),
    lines === undefined ? 0 : callsOnLine(transaction, route.id),
    lockForReminders(transaction, reminderIds),
    readWaiting(transaction, reminderIds),
  ])
  if (ticket === null) return NOTHING
  const ours = new Set(ticket.reminderIds)
  const queued = waiting
    .filter((reminder) => ours.has(reminder.id))
    .map((reminder) => ({ ...reminder, queuedAt: ticket.queuedAt }))
  // A fixed order, so that the same batch gives the same decisions wherever it runs.
  queued.sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime() || (a.id < b.id ? -1 : 1))
  const now = runtime.clock.now()
  const { recipients: lockedRecipients } = heldBy(trx)
  // What is read after the locks is what has committed by then.
  const [recipients, accounts] = await Promise.all([
    readRecipients(transaction, [...lockedRecipients], now),
    readAccounts(
      transaction,
      queued.map((reminder) => reminder.id),
    ),
  ])
  const room = lines === undefined ? queued.length : Math.max(0, lines - onLine)
  const fenced = queued.filter((reminder) => isLocked(trx, reminder, recipients)).slice(0, room)
  const taken = new Set(fenced.map((reminder) => reminder.id))
  for (const { id } of queued) taken.has(id) ? held.delete(id) : held.add(id)
  // Whatever was asked for and does not wait any more is done with as well.
  const asked = new Set(reminderIds)
  const left = ticket.reminderIds.filter((id) => !asked.has(id) || held.has(id))
  if (fenced.length === 0) {
    if (left.length < ticket.reminderIds.length) await leaveInTicket(transaction, ring, left)
    return NOTHING
  }
  const since = now - runtime.config.delivery.sameWordsWithin
  const contacted = recipientsContactedSince(fenced, recipients, since)
  const earlier = contacted.length === 0 ? [] : await earlierMessages(transaction, contacted, new Date(since))
  const decider = new BatchDecider(runtime, context, now, { since, messages: earlier })
  for (const reminder of fenced) {
    if (reminder.dueAt.getTime() > now) decider.requeue(reminder)
    else
      decider.add(
        reminder,
        recipients.get(reminder.recipientId) as RecipientForDecision,
        accounts.get(reminder.id) ?? [],
      )
  }
  const { written } = decider
  const newWords = [...decider.words].filter(([version]) => !keptVersions(runtime.ledger).has(version))
  await Promise.all([
    leaveInTicket(transaction, ring, left),
    writeReservations(
      transaction,
      trx,
      {
        id: batch,
        channel: route.channel,
        route: route.id,
        worker: context.worker,
        reservedAt: now,
        leaseMs: context.limits.leaseMs,
      },
      written.attempts,
    ),
    writeWithheld(transaction, trx, written, now),
    newWords.length > 0 &&
      keepTemplateWords(
        trx,
        newWords.map(([version, { template, kept }]) => ({ version, template, words: JSON.stringify(kept) })),
        new Date(now),
      ),
  ])
  for (const reminder of decider.ended) await fallBack(runtime, trx, reminder.id, reminder.reason, now)
  await addReminderNotices(
    runtime,
    trx,
    written.steps.filter((step) => step.endReason !== null),
    now,
  )
  count(written, fenced)
  return { reserved: decider.reserved, keptNow: newWords.map(([version]) => version) }
}

/** Does the transaction hold the reminder's recipient and each of the recipient's addresses on its channel? */
function isLocked(
  trx: Locked,
  reminder: FencedReminder,
  recipients: ReadonlyMap<string, RecipientForDecision>,
): boolean {
  const held = heldBy(trx)
  const recipient = recipients.get(reminder.recipientId)
  return (
    recipient !== undefined &&
    held.recipients.has(recipient.id) &&
    recipient.addresses.every(
      ({ channel, hash }) =>
        channel !== reminder.channel ||
        held.addresses.has(anchorKey({ creditor: recipient.creditor, hash: Buffer.from(hash, 'hex') })),
    )
  )
}

/** For /metrics. Counts before COMMIT, so a transaction rolled back at its end is counted too; the ledger is authoritative. */
function count(written: BatchDecider['written'], fenced: readonly FencedReminder[]): void {
  const byId = new Map(fenced.map((reminder) => [reminder.id, reminder]))
  const step = (reminderId: string, status: ReminderStatus): void => {
    const reminder = byId.get(reminderId)
    if (reminder !== undefined) countReminder({ status, channel: reminder.channel, tone: reminder.tone })
  }
  for (const { decision } of written.decisions) countDecision(decision)
  for (const { reminderId, decision } of written.attempts) {
    countDecision(decision)
    step(reminderId, 'sending')
  }
  for (const { reminderId, status } of written.steps) step(reminderId, status)
}
