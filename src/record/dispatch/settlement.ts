import { type RawBuilder, sql } from 'kysely'
import type { RejectionClass } from '../../model/delivery.ts'
import type { Instant } from '../../model/time.ts'
import { type ContactOutcome, type ReminderStatus, TONES } from '../../model/vocabulary.ts'
import type { Locked } from '../locks.ts'
import { isOneOfIds, keyedRows } from '../pg/batch.ts'
import type { AttemptStatus } from '../schema.ts'

/**
 * Records on their spells when the first message may have reached the recipient, and the firmest tone so far.
 * Each only ever moves one way, so no lock is needed.
 *
 * @param attempts  those that were accepted or are in doubt, which counts as gone out
 */
export async function markSpells(
  trx: Locked,
  attempts: readonly { reminderId: string; reservedAt: Date }[],
): Promise<void> {
  if (attempts.length === 0) return
  const reservedAt = attempts.map((attempt) => [attempt.reminderId, attempt.reservedAt.getTime()] as const)
  // TONES is in order from the mildest.
  const tones = sql`${[...TONES]}::text[]`
  const firmer = sql`(s.last_tone IS NULL OR reached.firmness > array_position(${tones}, s.last_tone))`
  await sql`/* mark-spells */
    WITH reached AS (
      SELECT ra.spell_id, min((x.rows ->> ra.reminder_id::text)::float8) AS at, max(array_position(${tones}, r.tone)) AS firmness
      FROM ${keyedRows(reservedAt)} AS x
      CROSS JOIN decorum.reminder_account ra JOIN decorum.reminder r ON r.id = ra.reminder_id
      WHERE ra.reminder_id = ANY(${reservedAt.map(([reminderId]) => reminderId)}::uuid[]) AND ra.spell_id IS NOT NULL
      GROUP BY ra.spell_id
    )
    UPDATE decorum.spell s SET first_message_at = coalesce(s.first_message_at, to_timestamp(reached.at / 1000)),
      last_tone = CASE WHEN ${firmer} THEN (${tones})[reached.firmness] ELSE s.last_tone END
    FROM reached WHERE s.id = reached.spell_id AND (s.first_message_at IS NULL OR ${firmer})`.execute(trx)
}

/** The outcome of one attempt, ready to be written. */
export interface SettlementEntry {
  reminderId: string
  attemptNo: number
  status: Exclude<AttemptStatus, 'sending'>
  providerRef: string | null
  rejection: RejectionClass | null
  code: string | null
  /** A short description without personal data. */
  detail: string | null
  /** Null: certainly not sent, so it is no contact and counts nowhere. */
  contact: ContactOutcome | null
  reminder: { status: ReminderStatus; nextAt: Instant | null; spendsAttempt: boolean; endReason: string | null }
}

/** An attempt as it stood when a settlement was refused or late. */
interface Settled {
  reminderId: string
  attemptNo: number
}

/**
 * Writes the outcomes of these attempts, and returns those that were written.
 *
 * Guarded: an attempt that is no longer `sending` (the sweep already put it in doubt) keeps its state unless
 * the outcome resolves the doubt; the caller handles the others one by one. The recipients need not be locked: a pending
 * contact counts as the worst it can become, so that a concurrent decision can only be too strict.
 */
export async function writeSettlements(
  trx: Locked,
  entries: readonly SettlementEntry[],
  now: Instant,
): Promise<Settled[]> {
  const at = new Date(now)
  const written = await settleAttempts(trx, entries, at)
  if (written.length === 0) return []
  await advanceReminders(trx, written, at)
  await markSpells(
    trx,
    written.filter((w) => w.contact !== null),
  )
  return written
}

/** An entry that found its attempt, with the key of the attempt's contact. */
interface Written extends SettlementEntry {
  recipientId: string
  reservedAt: Date
}

async function settleAttempts(trx: Locked, entries: readonly SettlementEntry[], at: Date): Promise<Written[]> {
  const byAttempt = new Map(entries.map((entry) => [`${entry.reminderId} ${entry.attemptNo}`, entry]))
  const rows = [...byAttempt].map(
    ([key, e]) =>
      [key, { status: e.status, ref: e.providerRef, rejection: e.rejection, code: e.code, detail: e.detail }] as const,
  )
  const key = sql.raw("(a.reminder_id || ' ' || a.no)")
  const { rows: settled } = await sql<{ key: string; recipientId: string; reservedAt: Date }>`/* settle-attempts */
    UPDATE decorum.attempt a SET status = x.rows -> ${key} ->> 'status', provider_ref = coalesce(x.rows -> ${key} ->> 'ref', a.provider_ref),
      rejection = x.rows -> ${key} ->> 'rejection', code = x.rows -> ${key} ->> 'code', detail = x.rows -> ${key} ->> 'detail', settled_at = ${at}
    FROM ${keyedRows(rows)} AS x
    WHERE ${isOneOfIds(
      'a.reminder_id',
      entries.map((e) => e.reminderId),
    )} AND x.rows ? ${key}
      AND (a.status = ${'sending'} OR (a.status = ${'in_doubt'} AND x.rows -> ${key} ->> 'status' <> 'in_doubt'))
    RETURNING ${key} AS key, a.recipient_id AS "recipientId", a.reserved_at AS "reservedAt"`.execute(trx)
  return settled.map(({ key, recipientId, reservedAt }) => ({
    ...(byAttempt.get(key) as SettlementEntry),
    recipientId,
    reservedAt,
  }))
}

/**
 * Moves each reminder to its next status and writes each contact's outcome; a contact that certainly never happened is deleted.
 *
 * The status guard leaves a reminder alone that a receipt has already moved further.
 */
async function advanceReminders(trx: Locked, written: readonly Written[], at: Date): Promise<void> {
  const rows = written.map(({ reminderId, reminder }) => [reminderId, reminder] as const)
  const outcomes = written.map((w) => [attemptText(w), w.contact] as const)
  await sql`/* carry-on */
    WITH moved AS (
      UPDATE decorum.reminder r SET status = x.rows -> r.id::text ->> 'status',
        next_at = coalesce(to_timestamp((x.rows -> r.id::text ->> 'nextAt')::float8 / 1000), r.next_at),
        attempts = r.attempts + (x.rows -> r.id::text ->> 'spendsAttempt')::boolean::int,
        end_reason = x.rows -> r.id::text ->> 'endReason', updated_at = ${at}
      FROM ${keyedRows(rows)} AS x
      WHERE r.id = ANY(${written.map((w) => w.reminderId)}::uuid[]) AND r.status IN ('sending', 'in_doubt')
    )
    UPDATE decorum.contact k SET outcome = x.rows ->> ${contactText}
    FROM ${keyedRows(outcomes)} AS x
    WHERE ${ofAttempts(written)} AND x.rows ->> ${contactText} IS NOT NULL AND k.outcome IN ('pending', 'in-doubt')`.execute(
    trx,
  )
  const never = written.filter((w) => w.contact === null)
  if (never.length === 0) return
  await sql`/* remove-contacts */
    DELETE FROM decorum.contact k USING ${keyedRows(never.map((w) => [attemptText(w), true]))} AS x
    WHERE ${ofAttempts(never)} AND x.rows ? ${contactText}`.execute(trx)
}

const contactText = sql.raw("(k.id || ' ' || k.attempt_no)")
const attemptText = (w: Written): string => `${w.reminderId} ${w.attemptNo}`

/**
 * The contacts of these attempts, by the primary key and within the partitions that can hold them.
 *
 * The ids are left to the keyed rows: as a third list PostgreSQL would look for every combination of the three.
 */
function ofAttempts(written: readonly Written[]): RawBuilder<boolean> {
  const times = written.map((w) => w.reservedAt.getTime())
  return sql`(k.recipient_id = ANY(${written.map((w) => w.recipientId)}::uuid[])
    AND k.at BETWEEN ${new Date(Math.min(...times))} AND ${new Date(Math.max(...times))})`
}
