import { sql, type Transaction } from 'kysely'
import type { Tone } from '../../model/tone.ts'
import type { Database } from '../schema.ts'

/** What a call was about. */
export interface CalledAbout {
  recipientId: string
  creditor: string
  accountIds: string[]
  tone: Tone
  ladder: string | null
  rung: string | null
}

/** Whom and what was this attempt about? Null: no such attempt. */
export async function calledAbout(trx: Transaction<Database>, reminderId: string, attemptNo: number): Promise<CalledAbout | null> {
  const { rows } = await sql<CalledAbout>`
    SELECT r.recipient_id AS "recipientId", r.creditor, r.tone, r.ladder, r.rung,
      ARRAY(SELECT account_id FROM decorum.reminder_account WHERE reminder_id = r.id ORDER BY lead DESC, account_id) AS "accountIds"
    FROM decorum.reminder r JOIN decorum.attempt a ON a.reminder_id = r.id
    WHERE r.id = ${reminderId}::uuid AND a.no = ${attemptNo}`.execute(trx)
  return rows[0] ?? null
}
