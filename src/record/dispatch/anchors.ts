import { sql, type Transaction } from 'kysely'
import type { Database } from '../schema.ts'

/** What has to be locked before a queued reminder may be decided. */
export interface ReminderAnchors {
  reminderId: string
  recipientId: string
  creditor: string
  /** Hashes of the person's addresses on the reminder's channel. */
  hashes: Buffer[]
}

/**
 * Which people and addresses stand behind the reminders of this ring?
 *
 * A look without locks, so the answer may be out of date a moment later; the fence and
 * the reads after the locks decide. Reminders no longer queued under the ring are left out.
 */
export async function anchorsOf(trx: Transaction<Database>, ring: string, reminderIds: readonly string[]): Promise<ReminderAnchors[]> {
  const { rows } = await sql<{ id: string; recipient_id: string; creditor: string; hashes: string[] | null }>`/* anchors */
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
