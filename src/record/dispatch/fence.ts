import { type Kysely, sql, type Transaction } from 'kysely'
import type { Instant } from '../../model/time.ts'
import type { Channel, Kind, Mode, Tone } from '../../model/vocabulary.ts'
import { requireHeld, takeLocks } from '../locks.ts'
import type { Database, StoredObjection } from '../schema.ts'

/** A reminder that passed the fence: locked by this transaction until it ends. */
export interface FencedReminder {
  id: string
  creditor: string
  recipientId: string
  live: boolean
  origin: 'ladder' | 'direct'
  kind: Kind
  mode: Mode
  tone: Tone
  channel: Channel
  fallbackChannels: Channel[]
  template: string
  ladder: string | null
  rung: string | null
  route: string
  /** Machine time. */
  queuedAt: Date | null
  dueAt: Date
  expiresAt: Date
  /** Attempts begun so far. */
  tries: number
  attempts: number
  decisions: number
  decidedAs: string | null
  variables: Buffer | null
}

/**
 * Which of these reminders are still queued under this ring? Takes them.
 *
 * This makes duplicate tickets harmless: of two workers with one ticket, one gets the rows; the other
 * waits for it, evaluates the filter again on what has committed, and gets none. The recipients' locks
 * must be held already: with the filter in *their* locking SELECT both got through (measured). The row
 * is locked and not yet updated, because a second version of every reminder cost as much as all reads
 * for it (measured: 60 µs); `writeReservation` repeats the guard and fails the transaction on a mismatch.
 */
export async function passFence(
  trx: Transaction<Database>,
  ring: string,
  reminderIds: readonly string[],
): Promise<FencedReminder[]> {
  const { rows } = await sql<FencedReminder>`/* pass-fence */
    SELECT id, creditor, recipient_id AS "recipientId", live, origin, kind, mode, tone, channel,
      fallback_channels AS "fallbackChannels", template, ladder, rung, route, queued_at AS "queuedAt", due_at AS "dueAt",
      expires_at AS "expiresAt", tries, attempts, decisions, decided_as AS "decidedAs", variables
    FROM decorum.reminder WHERE id = ANY(${reminderIds}::uuid[]) AND status = ${'queued'} AND ring = ${ring}::uuid
    ORDER BY id FOR NO KEY UPDATE`.execute(trx)
  return rows
}

/** What has to be locked before a queued reminder may be decided. */
export interface ReminderAnchors {
  reminderId: string
  recipientId: string
  creditor: string
  /** Hashes of the recipient's addresses on the reminder's channel. */
  hashes: Buffer[]
}

/**
 * Which recipients and addresses have to be locked for the reminders of this ring?
 *
 * Read without locks, so it may be out of date at once; the fence and the reads after the
 * locks decide. Reminders no longer queued under the ring are left out.
 */
export async function anchorsOf(
  trx: Transaction<Database>,
  ring: string,
  reminderIds: readonly string[],
): Promise<ReminderAnchors[]> {
  const { rows } = await sql<{
    id: string
    recipient_id: string
    creditor: string
    hashes: string[] | null
  }>`/* anchors */
    SELECT r.id, r.recipient_id, r.creditor, (
        SELECT array_agg(encode(a.hash, 'hex')) FROM decorum.recipient_address a
        WHERE a.recipient_id = r.recipient_id AND a.channel = r.channel AND a.removed_at IS NULL
      ) AS hashes
    FROM decorum.reminder r
    WHERE r.id = ANY(${reminderIds}::uuid[]) AND r.status = ${'queued'} AND r.ring = ${ring}::uuid`.execute(trx)
  return rows.map((row) => ({
    reminderId: row.id,
    recipientId: row.recipient_id,
    creditor: row.creditor,
    hashes: (row.hashes ?? []).map((hex) => Buffer.from(hex, 'hex')),
  }))
}

/**
 * Quarantines a reminder that cannot be reserved because of its own data.
 *
 * It waits until `nextAt` with a decision that records why, instead of failing with every ring; past its
 * deadline it ends. Guarded by the ring: another worker that has taken it meanwhile keeps it.
 */
export async function quarantine(
  db: Kysely<Database>,
  aside: { reminderId: string; ring: string; now: Instant; nextAt: Instant; objection: StoredObjection },
): Promise<boolean> {
  const now = new Date(aside.now)
  return db.transaction().execute(async (trx) => {
    const owner = await trx
      .selectFrom('decorum.reminder')
      .select('recipient_id')
      .where('id', '=', aside.reminderId)
      .executeTakeFirst()
    if (owner === undefined) return false
    const locked = await takeLocks(trx, { recipients: [owner.recipient_id] }, 'wait')
    const { rows } = await sql<{ no: number }>`
      UPDATE decorum.reminder SET ring = NULL, queued_at = NULL, decisions = decisions + 1, decided_as = 'refuse|decorum/unwritable', updated_at = ${now},
        status = CASE WHEN expires_at <= ${now} THEN 'expired' ELSE 'scheduled' END,
        end_reason = CASE WHEN expires_at <= ${now} THEN 'internal_error' END,
        next_at = least(expires_at, ${new Date(aside.nextAt)})
      WHERE id = ${aside.reminderId}::uuid AND status = 'queued' AND ring = ${aside.ring}::uuid RETURNING decisions AS no`.execute(
      trx,
    )
    const [row] = rows
    if (row === undefined) return false
    requireHeld(locked, [owner.recipient_id])
    await sql`
      INSERT INTO decorum.decision (reminder_id, no, at, last_at, verdict, code, rule, reasons, packs, candidate_zones, facts)
      VALUES (${aside.reminderId}::uuid, ${row.no}, ${now}, ${now}, 'refuse', ${aside.objection.code}, ${aside.objection.rule},
        ${JSON.stringify([aside.objection])}::jsonb, '[]', '{}', '{}')`.execute(trx)
    return true
  })
}
