import { sql, type Insertable, type Kysely, type Selectable, type Transaction } from 'kysely'
import type { Channel } from '../model/vocabulary.ts'
import { reaches, type Reach } from './reach.ts'
import type { Database, Db, ReplyTable } from './schema.ts'

export type ReplyRow = Selectable<ReplyTable>

/** The sender of a reply, with the key that seals its words. */
export interface ReplySender {
  id: string
  dataKey: Buffer | null
  dataKeyId: string | null
  jurisdiction: string | null
  accountIds: string[]
  /** The open task for earlier replies; null: none. */
  task: { id: string; instructions: string } | null
  /** How many of their replies were stored since, up to 1,000. */
  kept: number
}

/** Who are these senders, and which task for replies do they have open? Call it after locking them. */
export async function replySenders(
  trx: Transaction<Database>,
  recipientIds: readonly string[],
  rung: string,
  since: Date,
): Promise<ReplySender[]> {
  if (recipientIds.length === 0) return []
  const { rows } = await sql<ReplySender>`/* read-writers */
    SELECT r.id, r.data_key AS "dataKey", r.data_key_id AS "dataKeyId", r.jurisdiction,
      ARRAY(SELECT a.id FROM decorum.account a WHERE a.recipient_id = r.id ORDER BY (a.state = 'open') DESC, a.id LIMIT 50) AS "accountIds",
      (SELECT jsonb_build_object('id', t.id, 'instructions', coalesce(t.instructions, '')) FROM decorum.task t
        WHERE t.recipient_id = r.id AND t.kind = 'reply' AND t.rung = ${rung} AND t.status = 'open' ORDER BY t.id LIMIT 1) AS task,
      (SELECT count(*)::int FROM (SELECT 1 FROM decorum.reply p WHERE p.recipient_id = r.id AND p.received_at > ${since} LIMIT 1000) k) AS kept
    FROM decorum.recipient r WHERE r.id = ANY(${[...recipientIds]}::uuid[]) ORDER BY r.id`.execute(trx)
  return rows
}

export async function addReply(db: Db, reply: ReplyRow): Promise<void> {
  await db
    .insertInto('decorum.reply')
    .values(reply as Insertable<ReplyTable>)
    .execute()
}

export async function setTaskInstructions(trx: Transaction<Database>, id: string, instructions: string): Promise<void> {
  await trx.updateTable('decorum.task').set({ instructions }).where('id', '=', id).execute()
}

/** Has this route `most` stored replies without a known sender already? */
export async function hasTooManyUnresolvedReplies(db: Db, route: string, most: number): Promise<boolean> {
  const { rows } = await sql<{
    one: number
  }>`SELECT 1 AS one FROM decorum.reply WHERE route = ${route} AND recipient_id IS NULL OFFSET ${most - 1} LIMIT 1`.execute(
    db,
  )
  return rows.length > 0
}

/** Deletes replies older than these whose task is not open; returns how many. */
export async function deleteReplies(
  db: Kysely<Database>,
  old: { known: Date; unresolved: Date },
  limit: number,
): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    DELETE FROM decorum.reply WHERE id IN (
      SELECT p.id FROM decorum.reply p WHERE p.received_at < ${old.unresolved} AND (p.recipient_id IS NULL OR p.received_at < ${old.known})
        AND NOT EXISTS (SELECT 1 FROM decorum.task t WHERE t.id = p.task_id AND t.status = 'open')
      ORDER BY p.received_at LIMIT ${limit})
    RETURNING id`.execute(db)
  return rows.length
}

interface ReplyFilter extends Reach {
  recipientExternalId: string | null
  taskId: string | null
  /** True: only those without a known sender. */
  unresolved: boolean
  before: string | null
  limit: number
}

/** Replies with the keys that open their words, the newest first. */
export async function listReplies(db: Kysely<Database>, filter: ReplyFilter) {
  return db
    .selectFrom('decorum.reply as p')
    .leftJoin('decorum.recipient as r', 'r.id', 'p.recipient_id')
    .select([
      'p.id',
      'p.creditor',
      'p.recipient_id',
      'p.channel',
      'p.route',
      'p.received_at',
      'p.meaning',
      'p.problem',
      'p.words',
      'p.task_id',
      'r.external_id as recipient_external_id',
      'r.data_key',
      'r.data_key_id',
    ])
    .where(reaches(filter, 'p.creditor', ['r.live']))
    .$if(filter.recipientExternalId !== null, (q) =>
      q.where('r.external_id', '=', filter.recipientExternalId as string),
    )
    .$if(filter.taskId !== null, (q) => q.where('p.task_id', '=', filter.taskId as string))
    .$if(filter.unresolved, (q) => q.where('p.recipient_id', 'is', null))
    .$if(filter.before !== null, (q) => q.where('p.id', '<', filter.before as string))
    .orderBy('p.id', 'desc')
    .limit(filter.limit)
    .execute()
}
export type ListedReply = Awaited<ReturnType<typeof listReplies>>[number]

/** The holds that last until this task is done. */
export const holdsOfTask = (
  holds: readonly { id: string; kind: string; details: Record<string, unknown> }[],
  taskId: string,
): string[] => holds.filter((hold) => hold.kind === 'reply' && hold.details['task'] === taskId).map(({ id }) => id)

/** The `rung` of a reply task: at most one is open for each recipient and channel. */
export const replyRung = (channel: Channel): string => `reply-${channel}`
