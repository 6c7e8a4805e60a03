import { sql, type Kysely, type Transaction } from 'kysely'
import type { ReminderStatus } from '../../model/reminder-status.ts'
import type { Database } from '../schema.ts'

/** Whose reminder is this, and how does it stand? Null: no such reminder, or not of this creditor. */
export async function findReminder(
  db: Kysely<Database> | Transaction<Database>, id: string, creditor: string | null,
): Promise<{ recipientId: string; status: ReminderStatus } | null> {
  let query = db.selectFrom('decorum.reminder').select(['recipient_id as recipientId', 'status']).where('id', '=', id)
  if (creditor !== null) query = query.where('creditor', '=', creditor)
  return (await query.executeTakeFirst()) ?? null
}

/** Cancels a reminder that still waits; false when it was on its way or had ended. */
export async function cancelReminder(trx: Transaction<Database>, id: string, reason: string, at: Date): Promise<boolean> {
  const { numAffectedRows } = await sql`
    UPDATE decorum.reminder SET status = 'cancelled', end_reason = ${reason}, updated_at = ${at}
    WHERE id = ${id} AND status IN ('scheduled', 'queued')`.execute(trx)
  return numAffectedRows === 1n
}
