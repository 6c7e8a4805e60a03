import { type Kysely, sql } from 'kysely'
import type { DeliveryReport } from '../model/delivery.ts'
import type { Instant } from '../model/time.ts'
import type { Channel } from '../model/vocabulary.ts'
import { reaches, type Reach } from './reach.ts'
import type { Database } from './schema.ts'

/** A message that the capture provider kept instead of sending, its address and words sealed. */
interface CapturedRow {
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
  db: Kysely<Database>,
  reminderId: string,
  attemptNo: number,
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
    VALUES (${row.id}::uuid, ${row.reminderId}::uuid, ${row.attemptNo}, ${row.recipientId}::uuid, ${row.channel}, ${row.route}, ${row.at}, ${row.content})`.execute(
    db,
  )
}

/** Did capture keep a message for this attempt? */
export async function captureExists(db: Kysely<Database>, reminderId: string, attemptNo: number): Promise<boolean> {
  const { rows } = await sql<{ one: number }>`
    SELECT 1 AS one FROM decorum.captured_message WHERE reminder_id = ${reminderId}::uuid AND attempt_no = ${attemptNo} LIMIT 1`.execute(
    db,
  )
  return rows.length > 0
}

interface CapturedFilter extends Reach {
  reminderId: string | null
  before: string | null
  limit: number
}

/** What the capture provider kept, the newest first; `content` still sealed. */
export const listCaptured = (db: Kysely<Database>, filter: CapturedFilter) =>
  db
    .selectFrom('decorum.captured_message as m')
    .innerJoin('decorum.recipient as r', 'r.id', 'm.recipient_id')
    .select([
      'm.id',
      'm.reminder_id',
      'm.attempt_no',
      'm.recipient_id',
      'm.channel',
      'm.route',
      'm.at',
      'm.content',
      'r.creditor',
      'r.external_id as recipient_external_id',
      'r.data_key',
      'r.data_key_id',
      'r.erased_at',
    ])
    .where(reaches(filter, 'r.creditor', ['r.live']))
    .$if(filter.reminderId !== null, (q) => q.where('m.reminder_id', '=', filter.reminderId as string))
    .$if(filter.before !== null, (q) => q.where('m.id', '<', filter.before as string))
    .orderBy('m.id', 'desc')
    .limit(filter.limit)
    .execute()
export type CapturedListing = Awaited<ReturnType<typeof listCaptured>>[number]

/** The message that the capture provider kept for this attempt, still sealed; null: none. */
export const capturedOfAttempt = async (db: Kysely<Database>, reminderId: string, attemptNo: number) =>
  (await db
    .selectFrom('decorum.captured_message')
    .select(['id', 'content'])
    .where('reminder_id', '=', reminderId)
    .where('attempt_no', '=', attemptNo)
    .executeTakeFirst()) ?? null

/** A receipt that the capture provider invented for one of its messages. */
interface InventedReceipt {
  reminderId: string
  attemptNo: number
  at: Date
  word: DeliveryReport
}

export async function keepInventedReceipts(
  db: Kysely<Database>,
  receipts: readonly { reminderId: string; attemptNo: number; at: Instant; word: DeliveryReport }[],
): Promise<void> {
  if (receipts.length === 0) return
  await sql`
    INSERT INTO decorum.invented_receipt (reminder_id, attempt_no, at, word)
    SELECT x."reminderId", x."attemptNo", to_timestamp(x.at / 1000.0), x.word
    FROM jsonb_to_recordset(${JSON.stringify(receipts)}::jsonb) AS x ("reminderId" uuid, "attemptNo" smallint, at float8, word jsonb)
    ON CONFLICT DO NOTHING`.execute(db)
}

/** Takes the invented receipts that are due by now. */
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
