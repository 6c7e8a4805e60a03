import { sql, type Transaction } from 'kysely'
import type { Channel } from '../../model/channel.ts'
import type { ReminderStatus } from '../../model/reminder-status.ts'
import type { Tone } from '../../model/tone.ts'
import type { Database } from '../schema.ts'

/** A reminder as a notice speaks of it, in upstream's own ids. */
export interface NoticeSubject {
  reminderId: string
  creditor: string
  /** Ours, for the lock and the sequence. */
  recipientKey: string
  recipientId: string
  /** The one the reminder leads with first. */
  accountIds: string[]
  live: boolean
  status: ReminderStatus
  channel: Channel
  tone: Tone
  rung: string | null
  endReason: string | null
}

/**
 * What is there to say about these reminders now? Ask after their new state is written.
 *
 * @param creditors  those that somebody listens to; null: all
 */
export async function noticeSubjects(
  trx: Transaction<Database>, reminderIds: readonly string[], creditors: readonly string[] | null,
): Promise<Map<string, NoticeSubject>> {
  const { rows } = await sql<NoticeSubject>`
    SELECT r.id AS "reminderId", r.creditor, r.recipient_id AS "recipientKey", p.external_id AS "recipientId", r.live, r.status, r.channel, r.tone,
      r.rung, r.end_reason AS "endReason",
      ARRAY(SELECT a.external_id FROM decorum.reminder_account ra JOIN decorum.account a ON a.id = ra.account_id
        WHERE ra.reminder_id = r.id ORDER BY ra.lead DESC, a.external_id) AS "accountIds"
    FROM decorum.reminder r JOIN decorum.recipient p ON p.id = r.recipient_id
    WHERE r.id = ANY(${reminderIds}::uuid[]) AND (${creditors}::text[] IS NULL OR r.creditor = ANY(${creditors}::text[]))`.execute(trx)
  return new Map(rows.map((row) => [row.reminderId, row]))
}

/** Whose reminders are these, of the creditors that somebody listens to? The locks that their notices need. */
export async function peopleToNote(
  trx: Transaction<Database>, reminderIds: readonly string[], creditors: readonly string[] | null,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT DISTINCT recipient_id AS id FROM decorum.reminder
    WHERE id = ANY(${reminderIds}::uuid[]) AND (${creditors}::text[] IS NULL OR creditor = ANY(${creditors}::text[]))`.execute(trx)
  return rows.map((row) => row.id)
}
