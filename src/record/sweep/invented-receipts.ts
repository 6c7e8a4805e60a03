import { sql, type Kysely } from 'kysely'
import type { Instant } from '../../model/instant.ts'
import type { DeliveryWord } from '../../model/outcome.ts'
import type { Database } from '../schema.ts'

/** A receipt that the capture provider invented for one of its messages. */
export interface InventedReceipt {
  reminderId: string
  attemptNo: number
  at: Date
  word: DeliveryWord
}

export async function keepInventedReceipts(
  db: Kysely<Database>, receipts: readonly { reminderId: string; attemptNo: number; at: Instant; word: DeliveryWord }[],
): Promise<void> {
  if (receipts.length === 0) return
  await sql`
    INSERT INTO decorum.invented_receipt (reminder_id, attempt_no, at, word)
    SELECT x."reminderId", x."attemptNo", to_timestamp(x.at / 1000.0), x.word
    FROM jsonb_to_recordset(${JSON.stringify(receipts)}::jsonb) AS x ("reminderId" uuid, "attemptNo" smallint, at float8, word jsonb)
    ON CONFLICT DO NOTHING`.execute(db)
}

/** Which invented receipts are due by now? Takes them. */
export async function takeInventedReceipts(db: Kysely<Database>, now: Date, limit: number): Promise<InventedReceipt[]> {
  const { rows } = await sql<InventedReceipt>`
    UPDATE decorum.invented_receipt i SET applied_at = ${now}
    FROM (
      SELECT reminder_id, attempt_no, at FROM decorum.invented_receipt
      WHERE applied_at IS NULL AND at <= ${now} ORDER BY at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ) due
    WHERE i.reminder_id = due.reminder_id AND i.attempt_no = due.attempt_no AND i.at = due.at
    RETURNING i.reminder_id AS "reminderId", i.attempt_no AS "attemptNo", i.at, i.word`.execute(db)
  return rows.sort((a, b) => a.at.getTime() - b.at.getTime())
}
