import { randomUUID } from 'node:crypto'
import type { Transaction } from 'kysely'
import { LRUCache } from 'lru-cache'
import type { AttemptKey } from '../../deliver/provider.ts'
import { isTransient } from '../../model/database-failure.ts'
import { failureForLog } from '../../model/log-events.ts'
import { type Instant, MINUTE } from '../../model/time.ts'
import type { Ticket } from '../../queue/doorbell.ts'
import {
  earlierMessages,
  type LockedRecipient,
  readAccounts,
  readRecipients,
} from '../../record/dispatch/decision-inputs.ts'
import {
  anchorsOf,
  type FencedReminder,
  passFence,
  quarantine,
  type ReminderAnchors,
} from '../../record/dispatch/fence.ts'
import { attemptsOfBatch, callsOnLine, writeReservation } from '../../record/dispatch/reservation.ts'
import { keepTemplateWords } from '../../record/history.ts'
import type { Ledger } from '../../record/ledger.ts'
import { anchorKey, heldBy, lockAddresses, type Locked, takeLocks } from '../../record/locks.ts'
import { lookUpByKey } from '../../record/pg/batch.ts'
import type { Database } from '../../record/schema.ts'
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
  orphans: AttemptKey[]
}

/** The ledger did not answer while a batch was being reserved: its attempts must be read back by this id. */
export class ReservationLost extends Error {
  readonly batch: string
  constructor(batch: string, cause: unknown) {
    super('the ledger did not answer while a batch was being reserved', { cause })
    this.batch = batch
  }
}

/**
 * Decides a ticket's reminders and reserves an attempt for each that may be sent.
 *
 * One READ COMMITTED transaction without network calls inside: lock, fence, read, decide, render,
 * write. A reminder that cannot be written is quarantined and does not block the others.
 */
export async function reserve(runtime: Runtime, context: DispatchContext, ticket: Ticket): Promise<Reservation> {
  const batch = randomUUID()
  const held = new Set<string>()
  let commitLost = false
  const reserveSome = async (reminderIds: readonly string[]): Promise<Reserved[]> => {
    try {
      const done = await runtime.ledger.db
        .transaction()
        .execute((trx) => reservePart(runtime, context, trx, ticket.ring, batch, reminderIds, held))
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
    return { reserved, held: [...held], orphans: commitLost ? await orphansOf(runtime, batch, reserved) : [] }
  } catch (error) {
    throw new ReservationLost(batch, error)
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

/** Which attempts of this batch does the ledger hold beyond those known to be reserved? */
export async function orphansOf(runtime: Runtime, batch: string, reserved: readonly Reserved[]): Promise<AttemptKey[]> {
  const known = new Set(reserved.map((r) => r.attempt.reminderId))
  return (await attemptsOfBatch(runtime.ledger.db, batch)).filter((attempt) => !known.has(attempt.reminderId))
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
  opened: Transaction<Database>,
  ring: string,
  batch: string,
  reminderIds: readonly string[],
  held: Set<string>,
): Promise<{ reserved: Reserved[]; keptNow: readonly string[] }> {
  await lookUpByKey(opened)
  const anchors = await anchorsOf(opened, ring, reminderIds)
  if (anchors.length === 0) return NOTHING
  const lines = context.route.rate.simultaneousCalls
  const room = lines === undefined ? anchors.length : Math.max(0, lines - (await callsOnLine(opened, context.route.id)))
  const { trx, got } = await lockAnchors(opened, anchors)
  const free = got.slice(0, room)
  for (const anchor of anchors) free.includes(anchor) ? held.delete(anchor.reminderId) : held.add(anchor.reminderId)
  const now = runtime.clock.now()
  const fenced = await passFence(
    trx,
    ring,
    free.map((a) => a.reminderId),
  )
  if (fenced.length === 0) return NOTHING
  // A fixed order, so that the same batch gives the same decisions wherever it runs.
  fenced.sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime() || (a.id < b.id ? -1 : 1))
  const recipients = await readRecipients(trx, [...new Set(fenced.map((r) => r.recipientId))], now)
  const accounts = await readAccounts(
    trx,
    fenced.map((r) => r.id),
  )
  const since = now - runtime.config.delivery.sameWordsWithin
  const contacted = recipientsContactedSince(fenced, recipients, since)
  const earlier = contacted.length === 0 ? [] : await earlierMessages(trx, contacted, new Date(since))
  const decider = new BatchDecider(runtime, context, batch, now, { since, messages: earlier })
  for (const reminder of fenced) {
    if (reminder.dueAt.getTime() > now) decider.requeue(reminder)
    else decider.add(reminder, recipients.get(reminder.recipientId) as LockedRecipient, accounts.get(reminder.id) ?? [])
  }
  const newWords = [...decider.words].filter(([version]) => !keptVersions(runtime.ledger).has(version))
  if (newWords.length > 0) {
    await keepTemplateWords(
      trx,
      newWords.map(([version, { template, kept }]) => ({ version, template, words: JSON.stringify(kept) })),
      new Date(now),
    )
  }
  await writeReservation(trx, ring, decider.written, now)
  for (const reminder of decider.ended) await fallBack(runtime, trx, reminder.id, reminder.reason, now)
  await addReminderNotices(
    runtime,
    trx,
    decider.written.steps.filter((step) => step.endReason !== null),
    now,
  )
  count(decider.written, fenced)
  return { reserved: decider.reserved, keptNow: newWords.map(([version]) => version) }
}

/** For /metrics. Counts before COMMIT, so a transaction rolled back at its end is counted too; the ledger is authoritative. */
function count(written: Pick<BatchDecider['written'], 'decisions' | 'steps'>, fenced: readonly FencedReminder[]): void {
  const byId = new Map(fenced.map((reminder) => [reminder.id, reminder]))
  for (const { decision } of written.decisions) countDecision(decision)
  for (const { reminderId, status } of written.steps) {
    const reminder = byId.get(reminderId)
    if (reminder !== undefined) countReminder({ status, channel: reminder.channel, tone: reminder.tone })
  }
}

/** Locks recipients first, then addresses, each in order, skipping rows locked elsewhere; a reminder needs all of its own. */
async function lockAnchors(
  opened: Transaction<Database>,
  anchors: readonly ReminderAnchors[],
): Promise<{ trx: Locked; got: ReminderAnchors[] }> {
  const trx = await takeLocks(opened, { recipients: anchors.map((a) => a.recipientId) }, 'skip')
  const { recipients, addresses } = heldBy(trx)
  const withRecipients = anchors.filter((a) => recipients.has(a.recipientId))
  await lockAddresses(
    trx,
    withRecipients.flatMap((a) => a.hashes.map((hash) => ({ creditor: a.creditor, hash }))),
    'skip',
  )
  return {
    trx,
    got: withRecipients.filter((a) =>
      a.hashes.every((hash) => addresses.has(anchorKey({ creditor: a.creditor, hash }))),
    ),
  }
}
