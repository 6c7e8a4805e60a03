import { sql, type Kysely, type Transaction } from 'kysely'
import type { Channel } from '../../model/channel.ts'
import type { ReminderStatus } from '../../model/reminder-status.ts'
import { newId } from '../id.ts'
import type { AttemptStatus, Database, DoubtAnswer } from '../schema.ts'

type Db = Kysely<Database> | Transaction<Database>

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
  looks: { as: DoubtAnswer; reason: string; by: string; at: string }[]
}

/** Attempts in doubt, the oldest first, with what operators have said of each. */
export async function listDoubts(
  db: Db, filter: { creditor: string | null; after: { at: Date; reminderId: string } | null; limit: number },
): Promise<DoubtRow[]> {
  const { creditor, after } = filter
  const { rows } = await sql<DoubtRow>`
    SELECT a.reminder_id AS "reminderId", a.no AS "attemptNo", a.creditor, p.external_id AS "recipientId", a.channel, a.route, a.provider,
      a.reserved_at AS "reservedAt", a.good_until AS "goodUntil", a.code, a.detail, a.looked_up_at AS "lookedUpAt",
      (SELECT coalesce(jsonb_agg(jsonb_build_object('as', d.resolved_as, 'reason', d.reason, 'by', d.by_whom, 'at', d.at) ORDER BY d.at DESC, d.id DESC), '[]'::jsonb)
        FROM decorum.doubt_resolution d WHERE d.reminder_id = a.reminder_id AND d.attempt_no = a.no) AS looks
    FROM decorum.attempt a JOIN decorum.recipient p ON p.id = a.recipient_id
    WHERE a.status = 'in_doubt' AND (${creditor}::text IS NULL OR a.creditor = ${creditor})
      AND (${after === null} OR (a.reserved_at, a.reminder_id) > (${after?.at ?? new Date(0)}::timestamptz, ${after?.reminderId ?? '00000000-0000-0000-0000-000000000000'}::uuid))
    ORDER BY a.reserved_at, a.reminder_id LIMIT ${filter.limit}`.execute(db)
  return rows
}

/** An attempt as it stands when an operator speaks of it. */
export interface DoubtedAttempt {
  recipientId: string
  creditor: string
  channel: Channel
  status: AttemptStatus
  reminderStatus: ReminderStatus
}

/** Null: no such attempt, or none of this creditor's. */
export async function doubtedAttempt(db: Db, reminderId: string, attemptNo: number, creditor: string | null): Promise<DoubtedAttempt | null> {
  const { rows } = await sql<DoubtedAttempt>`
    SELECT a.recipient_id AS "recipientId", a.creditor, a.channel, a.status, r.status AS "reminderStatus"
    FROM decorum.attempt a JOIN decorum.reminder r ON r.id = a.reminder_id
    WHERE a.reminder_id = ${reminderId}::uuid AND a.no = ${attemptNo} AND (${creditor}::text IS NULL OR a.creditor = ${creditor})`.execute(db)
  return rows[0] ?? null
}

/** Keeps what an operator said, and names the operator on an attempt that it resolves. */
export async function recordDoubtAnswer(
  trx: Transaction<Database>, said: { reminderId: string; attemptNo: number; as: DoubtAnswer; reason: string; by: string; at: Date },
): Promise<void> {
  await trx.insertInto('decorum.doubt_resolution').values({
    id: newId(), reminder_id: said.reminderId, attempt_no: said.attemptNo, resolved_as: said.as, reason: said.reason, by_whom: said.by, at: said.at,
  }).execute()
  if (said.as === 'leave') return
  await trx.updateTable('decorum.attempt').set({ resolved_by: `operator:${said.by}` })
    .where('reminder_id', '=', said.reminderId).where('no', '=', said.attemptNo).execute()
}
