import { sql, type Kysely } from 'kysely'
import type { Database, TaskTable } from '../schema.ts'

const taskRows = (db: Kysely<Database>) =>
  db
    .selectFrom('decorum.task as t')
    .innerJoin('decorum.recipient as r', 'r.id', 't.recipient_id')
    .select([
      't.id', 't.creditor', 't.kind', 't.ladder', 't.rung', 't.tone', 't.instructions', 't.status', 't.assigned_to', 't.due_at', 't.expires_at',
      't.outcome', 't.completed_by', 't.completed_at', 't.recipient_id', 't.account_ids', 't.step_kind', 't.channels', 't.withdrawn_at', 't.end_reason', 'r.external_id as recipient_external_id',
      sql<string[]>`(SELECT coalesce(array_agg(a.external_id ORDER BY array_position(t.account_ids, a.id)), '{}')
        FROM decorum.account a WHERE a.id = ANY (t.account_ids))`.as('account_external_ids'),
    ])
export type TaskRow = Awaited<ReturnType<ReturnType<typeof taskRows>['execute']>>[number]

export interface TaskFilter {
  creditor: string | null
  status: TaskTable['status'] | null
  recipientExternalId: string | null
  accountExternalId: string | null
  /** Due time (ms) and id of the last task of the former page. */
  after: { dueAt: Date; id: string } | null
  limit: number
}

/** One step for a person. Null creditor: any. */
export const taskById = async (db: Kysely<Database>, creditor: string | null, id: string): Promise<TaskRow | null> =>
  (await taskRows(db)
    .where('t.id', '=', id)
    .$if(creditor !== null, (q) => q.where('t.creditor', '=', creditor as string))
    .executeTakeFirst()) ?? null

/** Steps for people, what is due first first. */
export const listTasks = (db: Kysely<Database>, filter: TaskFilter): Promise<TaskRow[]> =>
  taskRows(db)
    .$if(filter.creditor !== null, (q) => q.where('t.creditor', '=', filter.creditor as string))
    .$if(filter.status !== null, (q) => q.where('t.status', '=', filter.status as TaskTable['status']))
    .$if(filter.recipientExternalId !== null, (q) => q.where('r.external_id', '=', filter.recipientExternalId as string))
    .$if(filter.accountExternalId !== null, (q) =>
      q.where(sql<boolean>`EXISTS (SELECT 1 FROM decorum.account a WHERE a.external_id = ${filter.accountExternalId} AND a.id = ANY (t.account_ids))`))
    .$if(filter.after !== null, (q) => q.where(sql<boolean>`(t.due_at, t.id) > (${filter.after?.dueAt}, ${filter.after?.id})`))
    .orderBy('t.due_at')
    .orderBy('t.id')
    .limit(filter.limit)
    .execute()
