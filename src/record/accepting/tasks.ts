import { sql, type Kysely, type Selectable, type Transaction } from 'kysely'
import type { SwitchScope } from '../../model/switch.ts'
import type { AccountRow } from '../dispatch/decision-inputs.ts'
import type { Locked } from '../locks.ts'
import type { Database, TaskTable } from '../schema.ts'

export type TaskRow = Selectable<TaskTable>
type Db = Kysely<Database> | Transaction<Database>

/** Which step for a person is this? Null: no such task, or not of this creditor. */
export async function findTask(db: Db, id: string, creditor: string | null): Promise<TaskRow | null> {
  let query = db.selectFrom('decorum.task').selectAll().where('id', '=', id)
  if (creditor !== null) query = query.where('creditor', '=', creditor)
  return (await query.executeTakeFirst()) ?? null
}

/** Closes an open task, or one that was withdrawn when the call had been made; false when it was closed before. */
export async function finishTask(
  trx: Transaction<Database>, id: string, done: { outcome: string; note: Buffer | null; by: string; at: Date }, contacted: boolean,
): Promise<boolean> {
  const result = await trx.updateTable('decorum.task')
    .set({ status: 'done', outcome: done.outcome, note: done.note, completed_by: done.by, completed_at: done.at })
    .where('id', '=', id).where('status', 'in', contacted ? ['open', 'withdrawn'] : ['open']).executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** Which steps of a ladder, and proposed hand-offs, are open for these people? */
export async function openSteps(db: Db, recipientIds: readonly string[]): Promise<TaskRow[]> {
  if (recipientIds.length === 0) return []
  const { rows } = await sql<TaskRow>`/* open-steps */
    SELECT * FROM decorum.task WHERE recipient_id = ANY(${recipientIds}::uuid[]) AND status = 'open' AND kind IN ('step', 'hand-off') ORDER BY id`.execute(db)
  return rows
}

/** An account that a task is about. `live`: not registered with a test key. */
export interface TaskAccount extends AccountRow {
  live: boolean
}

/** These accounts as they stand now, by our id. */
export async function accountsOfTasks(db: Db, accountIds: readonly string[]): Promise<Map<string, TaskAccount>> {
  const { rows } = await sql<TaskAccount>`/* accounts-of-tasks */
    SELECT a.live, '' AS "reminderId", false AS lead, a.spell_id AS "spellId", a.spell_id AS "currentSpellId", a.id, a.product, a.role, a.state, a.currency,
      a.overdue_minor AS "overdueMinor", a.minimum_due_minor AS "minimumDueMinor", a.due_date AS "dueDate", a.stated_days_past_due AS "statedDaysPastDue",
      a.reference_masked AS "referenceMasked", a.facts_for_words AS "factsForWords", a.as_of AS "asOf", a.variables
    FROM decorum.account a WHERE a.id = ANY(${[...new Set(accountIds)]}::uuid[])`.execute(db)
  return new Map(rows.map((row) => [row.id, row]))
}

/**
 * Withdraws open tasks; their people are locked.
 *
 * The steps count as not planned from then on and planning looks at their accounts at once: it gives a step out again when what
 * forbade it is lifted in time, and otherwise records why it was passed over.
 *
 * @returns  how many were still open
 */
export async function withdrawOpen(trx: Locked, tasks: readonly { id: string; reason: string }[], at: Date): Promise<number> {
  if (tasks.length === 0) return 0
  const { rows } = await sql<{ id: string }>`
    WITH wanted AS (
      SELECT * FROM unnest(${tasks.map((task) => task.id)}::uuid[], ${tasks.map((task) => task.reason)}::text[]) AS w (id, reason)
    ), withdrawn AS (
      UPDATE decorum.task t SET status = 'withdrawn', withdrawn_at = ${at}, end_reason = w.reason FROM wanted w
      WHERE t.id = w.id AND t.status = 'open' RETURNING t.id, t.account_ids
    ), about AS (
      SELECT w.id AS task_id, a.account_id FROM withdrawn w CROSS JOIN LATERAL unnest(w.account_ids) AS a (account_id)
    ), freed AS (
      DELETE FROM decorum.rung_record g USING about, decorum.spell s
      WHERE s.account_id = about.account_id AND g.spell_id = s.id AND g.task_id = about.task_id
    ), planned_anew AS (
      UPDATE decorum.account SET plan_at = ${at} WHERE id IN (SELECT account_id FROM about) AND spell_id IS NOT NULL
    )
    SELECT id FROM withdrawn`.execute(trx)
  return rows.length
}

/**
 * Whose open steps does a switch of this scope cover? By our id.
 *
 * As `covers` holds a scope against a task: no task has a route or a template, and one that may be done over another channel is
 * not covered by a switch of one channel.
 */
export async function peopleWithStepsUnder(db: Db, scope: SwitchScope, limit: number): Promise<string[]> {
  if (scope.route !== undefined || scope.template !== undefined) return []
  const is = (column: string, wanted: string | undefined) => (wanted === undefined ? sql`true` : sql`${sql.raw(column)} = ${wanted}`)
  const { rows } = await sql<{ id: string }>`
    SELECT DISTINCT t.recipient_id AS id FROM decorum.task t JOIN decorum.recipient r ON r.id = t.recipient_id
    WHERE t.status = 'open' AND t.kind IN ('step', 'hand-off')
      AND ${is('t.creditor', scope.creditor)} AND ${is('t.ladder', scope.ladder)} AND ${is('t.rung', scope.rung)}
      AND ${scope.channel === undefined ? sql`true` : sql`t.channels <> '{}' AND t.channels <@ ARRAY[${scope.channel}]::text[]`}
      AND ${scope.jurisdiction === undefined ? sql`true` : sql`(r.jurisdiction = ${scope.jurisdiction} OR starts_with(r.jurisdiction, ${`${scope.jurisdiction}-`}))`}
      AND ${scope.product === undefined ? sql`true` : sql`EXISTS (SELECT 1 FROM decorum.account a WHERE a.id = ANY(t.account_ids) AND a.product = ${scope.product})`}
    ORDER BY t.recipient_id LIMIT ${limit}`.execute(db)
  return rows.map((row) => row.id)
}

/** Whose steps were withdrawn by a switch and would still be in time? By our id. */
export async function peopleWithdrawnBySwitch(db: Db, now: Date): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT DISTINCT recipient_id AS id FROM decorum.task WHERE status = 'withdrawn' AND expires_at > ${now} AND end_reason = 'switched_off' ORDER BY recipient_id`.execute(db)
  return rows.map((row) => row.id)
}
