import type { Kysely, Selectable, Transaction } from 'kysely'
import type { Database, TaskTable } from '../schema.ts'

export type TaskRow = Selectable<TaskTable>

/** Which step for a person is this? Null: no such task, or not of this creditor. */
export async function findTask(db: Kysely<Database> | Transaction<Database>, id: string, creditor: string | null): Promise<TaskRow | null> {
  let query = db.selectFrom('decorum.task').selectAll().where('id', '=', id)
  if (creditor !== null) query = query.where('creditor', '=', creditor)
  return (await query.executeTakeFirst()) ?? null
}

/** Closes an open task; false when it was closed before. */
export async function finishTask(
  trx: Transaction<Database>, id: string, done: { outcome: string; note: Buffer | null; by: string; at: Date },
): Promise<boolean> {
  const result = await trx.updateTable('decorum.task')
    .set({ status: 'done', outcome: done.outcome, note: done.note, completed_by: done.by, completed_at: done.at })
    .where('id', '=', id).where('status', '=', 'open').executeTakeFirst()
  return result.numUpdatedRows > 0n
}
