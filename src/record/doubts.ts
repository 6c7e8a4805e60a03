import { type Kysely, sql } from 'kysely'
import type { Channel, ReminderStatus, Tone } from '../model/vocabulary.ts'
import type { Locked } from './locks.ts'
import { currentStatus } from './reminders.ts'
import { reaches, type Reach } from './reach.ts'
import type { Db, AttemptStatus, Database, DoubtAnswer } from './schema.ts'

/** Attempts whose lease ran out while they were being sent: candidates only, the guarded insert decides. */
export async function overdueLeases(
  db: Kysely<Database>,
  limit: number,
): Promise<{ reminderId: string; attemptNo: number; recipientId: string }[]> {
  const { rows } = await sql<{ reminderId: string; attemptNo: number; recipientId: string }>`
    SELECT k.reminder_id AS "reminderId", k.no AS "attemptNo", m.recipient_id AS "recipientId"
    FROM decorum.dispatch_batch b CROSS JOIN LATERAL unnest(b.reminder_ids, b.attempt_nos) AS k (reminder_id, no)
    JOIN decorum.reminder m ON m.id = k.reminder_id
    WHERE b.look_at < clock_timestamp() AND NOT EXISTS (
      SELECT 1 FROM decorum.settlement s WHERE s.reminder_id = k.reminder_id AND s.no = k.no AND s.reserved_at = b.reserved_at)
    LIMIT ${limit}`.execute(db)
  return rows
}

/** How long until a batch is looked at again whose attempts have not all ended. */
const BATCH_AGAIN_SECONDS = 60

/**
 * Forgets batches whose attempts have all ended, and leaves in the others only those that have not. Call it after their leases.
 *
 * An attempt goes on being kept here while its result is missing or in doubt, and while receipts for it may be asked for.
 *
 * @param receiptsSince  business time: nobody is asked about a message from before
 */
export async function tendBatches(db: Kysely<Database>, receiptsSince: Date, limit: number): Promise<void> {
  await sql`
    WITH due AS (
      SELECT * FROM decorum.dispatch_batch WHERE look_at < clock_timestamp() ORDER BY look_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ), open AS (
      SELECT b.id, array_agg(k.reminder_id) AS reminder_ids, array_agg(k.no) AS attempt_nos, bool_or(s.status IS NULL) AS sending
      FROM due b CROSS JOIN LATERAL unnest(b.reminder_ids, b.attempt_nos) AS k (reminder_id, no)
      JOIN decorum.reservation r ON r.reminder_id = k.reminder_id AND r.no = k.no AND r.reserved_at = b.reserved_at
      LEFT JOIN decorum.settlement s ON s.reminder_id = k.reminder_id AND s.no = k.no AND s.reserved_at = b.reserved_at
      WHERE s.status IS NULL OR s.status = 'in_doubt' OR (s.status = 'accepted' AND NOT s.delivery_final
        AND (r.channel = 'phone' OR (r.channel = 'sms' AND r.provider <> 'capture' AND r.reserved_at > ${receiptsSince})))
      GROUP BY b.id
    ), gone AS (
      DELETE FROM decorum.dispatch_batch b USING due WHERE b.id = due.id AND NOT EXISTS (SELECT 1 FROM open WHERE open.id = b.id)
    )
    UPDATE decorum.dispatch_batch b SET reminder_ids = open.reminder_ids, attempt_nos = open.attempt_nos,
      look_at = clock_timestamp() + ${BATCH_AGAIN_SECONDS} * interval '1 second'
    FROM open WHERE b.id = open.id AND NOT open.sending`.execute(db)
}

/** An attempt to look up at its provider, with what the look-up needs. */
export interface Doubt {
  reminderId: string
  attemptNo: number
  recipientId: string
  creditor: string
  live: boolean
  channel: Channel
  route: string
  tone: Tone
  template: string
  templateVersion: string
  locale: string
  recipientLocale: string | null
  messageHash: Buffer
  wordFacts: Buffer | null
  dataKey: Buffer | null
  dataKeyId: string | null
  addressId: string
  addressValue: Buffer | null
  reservedAt: Date
  goodUntil: Date
  validSeconds: number
  providerRef: string | null
  attempts: number
  expiresAt: Date
  /** Machine time since the lease ended, in milliseconds. */
  sinceLeaseMs: number
}

/**
 * Takes attempts to look up at their providers, marking them as looked up now: those in doubt, or those accepted whose end has
 * not been reported.
 *
 * @param everyMs  machine time since the last look-up
 * @param between  business time of the reservation
 */
export async function takeToLookUp(
  db: Kysely<Database>,
  asked: { which: 'doubt' } | { which: 'unfinished'; from: Date; to: Date },
  everyMs: number,
  limit: number,
): Promise<Doubt[]> {
  const longAgo = sql`(s.looked_up_at IS NULL OR s.looked_up_at < clock_timestamp() - ${everyMs} * interval '1 millisecond')`
  const due =
    asked.which === 'doubt'
      ? sql`
        SELECT s.reminder_id, s.no, s.reserved_at FROM decorum.settlement s WHERE s.status = 'in_doubt' AND ${longAgo}
        ORDER BY s.reserved_at LIMIT ${limit} FOR UPDATE SKIP LOCKED`
      : sql`
        SELECT s.reminder_id, s.no, s.reserved_at
        FROM decorum.dispatch_batch b CROSS JOIN LATERAL unnest(b.reminder_ids, b.attempt_nos) AS k (reminder_id, no)
        JOIN decorum.settlement s ON s.reminder_id = k.reminder_id AND s.no = k.no AND s.reserved_at = b.reserved_at
        JOIN decorum.reservation r ON r.reminder_id = s.reminder_id AND r.no = s.no AND r.reserved_at = s.reserved_at
        WHERE b.reserved_at BETWEEN ${asked.from} AND ${asked.to} AND s.status = 'accepted' AND NOT s.delivery_final
          AND r.channel IN ('sms', 'phone') AND r.provider <> 'capture' AND ${longAgo}
        ORDER BY s.reserved_at LIMIT ${limit} FOR UPDATE OF s SKIP LOCKED`
  const { rows } = await sql<Doubt>`
    WITH due AS (${due}), taken AS (
      UPDATE decorum.settlement s SET looked_up_at = clock_timestamp() FROM due
      WHERE s.reminder_id = due.reminder_id AND s.no = due.no AND s.reserved_at = due.reserved_at RETURNING s.*
    )
    SELECT t.reminder_id AS "reminderId", t.no AS "attemptNo", t.recipient_id AS "recipientId", t.creditor, r.live, t.channel, t.route, r.tone,
      t.template, t.template_version AS "templateVersion", t.locale, p.locale AS "recipientLocale", t.message_hash AS "messageHash",
      t.word_facts AS "wordFacts", p.data_key AS "dataKey", p.data_key_id AS "dataKeyId",
      t.address_id AS "addressId", ra.value AS "addressValue", t.reserved_at AS "reservedAt", t.good_until AS "goodUntil",
      t.valid_seconds AS "validSeconds", taken.provider_ref AS "providerRef", r.attempts, r.expires_at AS "expiresAt",
      floor(extract(epoch FROM clock_timestamp() - t.lease_until) * 1000)::bigint AS "sinceLeaseMs"
    FROM taken
    JOIN decorum.reservation t ON t.reminder_id = taken.reminder_id AND t.no = taken.no AND t.reserved_at = taken.reserved_at
    JOIN decorum.reminder r ON r.id = t.reminder_id
    JOIN decorum.recipient p ON p.id = t.recipient_id
    JOIN decorum.recipient_address ra ON ra.id = t.address_id`.execute(db)
  return rows
}

/** Calls that were accepted before `before` (business time) and whose end has not been reported. */
export async function unreportedCalls(
  db: Kysely<Database>,
  before: Date,
  limit: number,
): Promise<{ reminderId: string; attemptNo: number }[]> {
  const { rows } = await sql<{ reminderId: string; attemptNo: number }>`
    SELECT k.reminder_id AS "reminderId", k.no AS "attemptNo"
    FROM decorum.dispatch_batch b CROSS JOIN LATERAL unnest(b.reminder_ids, b.attempt_nos) AS k (reminder_id, no)
    JOIN decorum.settlement s ON s.reminder_id = k.reminder_id AND s.no = k.no AND s.reserved_at = b.reserved_at
    JOIN decorum.reminder m ON m.id = k.reminder_id
    WHERE b.reserved_at < ${before} AND m.channel = 'phone' AND s.status = 'accepted' AND NOT s.delivery_final
    ORDER BY b.reserved_at LIMIT ${limit}`.execute(db)
  return rows
}

/** Puts an attempt in doubt when its lease is over and it has no result; false when it was settled meanwhile. */
export async function putInDoubt(trx: Locked, reminderId: string, attemptNo: number, now: Date): Promise<boolean> {
  const { numAffectedRows } = await sql`
    INSERT INTO decorum.settlement (reminder_id, no, reserved_at, status, outcome, code, settled_at)
    SELECT reminder_id, no, reserved_at, 'in_doubt', 'in-doubt', 'lease_expired', ${now}::timestamptz FROM decorum.reservation
    WHERE reminder_id = ${reminderId}::uuid AND no = ${attemptNo} AND lease_until < clock_timestamp()
    ON CONFLICT DO NOTHING`.execute(trx)
  if (numAffectedRows !== 1n) return false
  await sql`
    UPDATE decorum.reminder SET status = 'in_doubt', updated_at = ${now} WHERE id = ${reminderId}::uuid AND status = 'scheduled'`.execute(
    trx,
  )
  return true
}

export interface DoubtRow {
  reminderId: string
  attemptNo: number
  creditor: string
  recipientId: string
  channel: Channel
  route: string
  provider: string
  reservedAt: Date
  goodUntil: Date
  code: string | null
  detail: string | null
  lookedUpAt: Date | null
  personId: string
  dataKey: Buffer | null
  dataKeyId: string | null
  looks: { id: string; as: DoubtAnswer; reason: string; by: string; at: string }[]
}

/** Attempts in doubt, the oldest first, with the operators' answers to each. */
export async function listDoubts(
  db: Db,
  filter: Reach & { after: { at: Date; reminderId: string } | null; limit: number },
): Promise<DoubtRow[]> {
  const { after } = filter
  const { rows } = await sql<DoubtRow>`
    SELECT a.reminder_id AS "reminderId", a.no AS "attemptNo", a.creditor, p.external_id AS "recipientId", a.channel, a.route, a.provider,
      a.reserved_at AS "reservedAt", a.good_until AS "goodUntil", a.code, a.detail, a.looked_up_at AS "lookedUpAt",
      (SELECT coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'as', d.resolved_as, 'reason', d.reason, 'by', d.by_whom, 'at', d.at) ORDER BY d.at DESC, d.id DESC), '[]'::jsonb)
        FROM decorum.doubt_resolution d WHERE d.reminder_id = a.reminder_id AND d.attempt_no = a.no) AS looks,
      p.id AS "personId", p.data_key AS "dataKey", p.data_key_id AS "dataKeyId"
    FROM decorum.attempt a JOIN decorum.recipient p ON p.id = a.recipient_id
    WHERE a.status = 'in_doubt' AND ${reaches(filter, 'a.creditor', ['p.live'])}
      AND (${after === null} OR (a.reserved_at, a.reminder_id) > (${after?.at ?? new Date(0)}::timestamptz, ${after?.reminderId ?? '00000000-0000-0000-0000-000000000000'}::uuid))
    ORDER BY a.reserved_at, a.reminder_id LIMIT ${filter.limit}`.execute(db)
  return rows
}

/** An attempt as it stands when an operator answers for it. */
export interface DoubtedAttempt {
  recipientId: string
  creditor: string
  channel: Channel
  status: AttemptStatus
  reservedAt: Date
  reminderStatus: ReminderStatus
}

/** Null: no such attempt, or none of this creditor's. */
export async function doubtedAttempt(
  db: Db,
  reminderId: string,
  attemptNo: number,
  creditor: string | null,
): Promise<DoubtedAttempt | null> {
  const { rows } = await sql<DoubtedAttempt>`
    SELECT a.recipient_id AS "recipientId", a.creditor, a.channel, a.status, a.reserved_at AS "reservedAt", ${currentStatus('r')} AS "reminderStatus"
    FROM decorum.attempt a JOIN decorum.reminder r ON r.id = a.reminder_id
    WHERE a.reminder_id = ${reminderId}::uuid AND a.no = ${attemptNo} AND (${creditor}::text IS NULL OR a.creditor = ${creditor})`.execute(
    db,
  )
  return rows[0] ?? null
}

/** Records an operator's answer, and names the operator on an attempt that it resolves. */
export async function recordDoubtAnswer(
  trx: Locked,
  answer: { id: string; reminderId: string; attemptNo: number; as: DoubtAnswer; reason: string; by: string; at: Date },
): Promise<void> {
  await trx
    .insertInto('decorum.doubt_resolution')
    .values({
      id: answer.id,
      reminder_id: answer.reminderId,
      attempt_no: answer.attemptNo,
      resolved_as: answer.as,
      reason: answer.reason,
      by_whom: answer.by,
      at: answer.at,
    })
    .execute()
  if (answer.as === 'leave') return
  await trx
    .updateTable('decorum.settlement')
    .set({ resolved_by: `operator:${answer.by}` })
    .where('reminder_id', '=', answer.reminderId)
    .where('no', '=', answer.attemptNo)
    .execute()
}

/** Another attempt at the same number or mailbox, about the same time. */
export interface CompetingAttempt {
  reminderId: string
  attemptNo: number
  reservedAt: Date
  /** The provider's record that is known to be its own. */
  providerRef: string | null
  channel: Channel
  /** The digest of its message under its own recipient's key. */
  messageHash: Buffer
  recipientId: string
  dataKey: Buffer | null
  dataKeyId: string | null
}

/**
 * To which other attempts may a provider's record with this one's number and time belong?
 *
 * Everyone who shares the number counts, of any creditor. Attempts that certainly never arrived have no record, unless one is known.
 *
 * @param creditors  all there are
 */
export async function competingAttempts(
  db: Kysely<Database>,
  attempt: { reminderId: string; attemptNo: number },
  creditors: readonly string[],
): Promise<CompetingAttempt[]> {
  // Both windows are as wide as an adapter searches: half a minute of skew at either end of either.
  const { rows } = await sql<CompetingAttempt>`
    SELECT o.reminder_id AS "reminderId", o.no AS "attemptNo", o.reserved_at AS "reservedAt", o.provider_ref AS "providerRef",
      o.channel, o.message_hash AS "messageHash", r.recipient_id AS "recipientId", p.data_key AS "dataKey", p.data_key_id AS "dataKeyId"
    FROM decorum.attempt t
    JOIN decorum.recipient_address mine ON mine.id = t.address_id
    JOIN decorum.recipient_address theirs ON theirs.creditor = ANY(${[...creditors]}::text[]) AND theirs.hash = mine.hash
    JOIN decorum.reminder r ON r.recipient_id = theirs.recipient_id
    JOIN decorum.attempt o ON o.reminder_id = r.id AND o.address_id = theirs.id
    JOIN decorum.recipient p ON p.id = r.recipient_id
    WHERE t.reminder_id = ${attempt.reminderId}::uuid AND t.no = ${attempt.attemptNo} AND (o.reminder_id, o.no) <> (t.reminder_id, t.no)
      AND o.channel = t.channel AND (o.provider_ref IS NOT NULL OR o.status IN ('sending', 'in_doubt', 'accepted'))
      AND o.reserved_at <= t.good_until + interval '1 minute' AND o.good_until >= t.reserved_at - interval '1 minute'`.execute(
    db,
  )
  return rows
}
