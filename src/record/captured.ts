import { sql, type Kysely } from 'kysely'
import type { Channel } from '../model/channel.ts'
import type { Database } from './schema.ts'

/** A message that capture would have sent, its address and words sealed. */
export interface CapturedRow {
  id: string
  reminderId: string
  attemptNo: number
  recipientId: string
  channel: Channel
  route: string
  at: Date
  content: Buffer
}

/** Whose data key seals what this attempt captured? Null: no such attempt. */
export async function attemptOwner(
  db: Kysely<Database>, reminderId: string, attemptNo: number,
): Promise<{ recipientId: string; route: string; dataKey: Buffer | null; dataKeyId: string | null } | null> {
  const { rows } = await sql<{ recipientId: string; route: string; dataKey: Buffer | null; dataKeyId: string | null }>`
    SELECT a.recipient_id AS "recipientId", a.route, p.data_key AS "dataKey", p.data_key_id AS "dataKeyId"
    FROM decorum.attempt a JOIN decorum.recipient p ON p.id = a.recipient_id
    WHERE a.reminder_id = ${reminderId}::uuid AND a.no = ${attemptNo}`.execute(db)
  return rows[0] ?? null
}

export async function keepCapturedRow(db: Kysely<Database>, row: CapturedRow): Promise<void> {
  await sql`
    INSERT INTO decorum.captured_message (id, reminder_id, attempt_no, recipient_id, channel, route, at, content)
    VALUES (${row.id}::uuid, ${row.reminderId}::uuid, ${row.attemptNo}, ${row.recipientId}::uuid, ${row.channel}, ${row.route}, ${row.at}, ${row.content})`.execute(db)
}

/** Did capture keep a message for this attempt? */
export async function captureExists(db: Kysely<Database>, reminderId: string, attemptNo: number): Promise<boolean> {
  const { rows } = await sql<{ one: number }>`
    SELECT 1 AS one FROM decorum.captured_message WHERE reminder_id = ${reminderId}::uuid AND attempt_no = ${attemptNo} LIMIT 1`.execute(db)
  return rows.length > 0
}
