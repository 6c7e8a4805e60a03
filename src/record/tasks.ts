import { type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import type { SwitchScope } from '../model/vocabulary.ts'
import type { AccountForDecision } from './dispatch/decision-inputs.ts'
import type { Locked } from './locks.ts'
import { reaches, type Reach } from './reach.ts'
import type { Database, Db, TaskTable } from './schema.ts'

export type TaskRow = Selectable<TaskTable>

/** One task; null: no such task, or not of this creditor. */
export async function findTask(db: Db, id: string, creditor: string | null): Promise<TaskRow | null> {
  let query = db.selectFrom('decorum.task').selectAll().where('id', '=', id)
  if (creditor !== null) query = query.where('creditor', '=', creditor)
  return (await query.executeTakeFirst()) ?? null
}

/** Closes an open task, or one that was withdrawn when the call had been made; false when it was closed before. */
export async function finishTask(
  trx: Transaction<Database>,
  id: string,
  done: { outcome: string; note: Buffer | null; by: string; at: Date },
  contacted: boolean,
): Promise<boolean> {
  const result = await trx
    .updateTable('decorum.task')
    .set({ status: 'done', outcome: done.outcome, note: done.note, completed_by: done.by, completed_at: done.at })
    .where('id', '=', id)
    .where('status', 'in', contacted ? ['open', 'withdrawn'] : ['open'])
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** Which manual ladder steps and proposed hand-offs are open for these recipients? */
export async function openSteps(db: Db, recipientIds: readonly string[]): Promise<TaskRow[]> {
  if (recipientIds.length === 0) return []
  const { rows } = await sql<TaskRow>`/* open-steps */
    SELECT * FROM decorum.task WHERE recipient_id = ANY(${recipientIds}::uuid[]) AND status = 'open' AND kind IN ('step', 'hand-off') ORDER BY id`.execute(
    db,
  )
  return rows
}

/** An account that a task is about. `live`: not registered with a test key. */
export interface TaskAccount extends AccountForDecision {
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
 * Withdraws open tasks; their recipients are locked.
 *
 * Their steps count as not planned from then on and their accounts are due for planning: it opens a step again when what
 * forbade it is lifted in time, and otherwise records why the step was skipped.
 *
 * @returns  how many were still open
 */
export async function withdrawOpen(
  trx: Locked,
  tasks: readonly { id: string; reason: string }[],
  at: Date,
): Promise<number> {
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
 * Which recipients have open steps that a switch of this scope covers? By our id.
 *
 * The rule of `covers` for tasks: none has a route or a template, and one that may be done over another channel
 * is not covered by a switch of one channel.
 */
export async function recipientsWithStepsUnder(db: Db, scope: SwitchScope, limit: number): Promise<string[]> {
  if (scope.route !== undefined || scope.template !== undefined) return []
  const is = (column: string, wanted: string | undefined) =>
    wanted === undefined ? sql`true` : sql`${sql.raw(column)} = ${wanted}`
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

/** Which recipients have steps that a switch withdrew and that are still in time? By our id. */
export async function recipientsWithdrawnBySwitch(db: Db, now: Date): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT DISTINCT recipient_id AS id FROM decorum.task WHERE status = 'withdrawn' AND expires_at > ${now} AND end_reason = 'switched_off' ORDER BY recipient_id`.execute(
    db,
  )
  return rows.map((row) => row.id)
}

const taskRows = (db: Kysely<Database>) =>
  db
    .selectFrom('decorum.task as t')
    .innerJoin('decorum.recipient as r', 'r.id', 't.recipient_id')
    .select([
      't.id',
      't.creditor',
      't.kind',
      't.ladder',
      't.rung',
      't.tone',
      't.instructions',
      't.status',
      't.assigned_to',
      't.due_at',
      't.expires_at',
      't.outcome',
      't.completed_by',
      't.completed_at',
      't.recipient_id',
      't.account_ids',
      't.step_kind',
      't.channels',
      't.withdrawn_at',
      't.end_reason',
      'r.external_id as recipient_external_id',
      sql<string[]>`(SELECT coalesce(array_agg(a.external_id ORDER BY array_position(t.account_ids, a.id)), '{}')
        FROM decorum.account a WHERE a.id = ANY (t.account_ids))`.as('account_external_ids'),
    ])
export type TaskListing = Awaited<ReturnType<ReturnType<typeof taskRows>['execute']>>[number]

interface TaskFilter extends Reach {
  status: TaskTable['status'] | null
  recipientExternalId: string | null
  accountExternalId: string | null
  /** Due time (ms) and id of the previous page's last task. */
  after: { dueAt: Date; id: string } | null
  limit: number
}

/** One task, with upstream's ids; null: none that the caller may see. */
export const taskById = async (db: Kysely<Database>, reach: Reach, id: string): Promise<TaskListing | null> =>
  (await taskRows(db)
    .where('t.id', '=', id)
    .where(reaches(reach, 't.creditor', ['r.live']))
    .executeTakeFirst()) ?? null

/** Tasks, those due first at the top. */
export const listTasks = (db: Kysely<Database>, filter: TaskFilter): Promise<TaskListing[]> =>
  taskRows(db)
    .where(reaches(filter, 't.creditor', ['r.live']))
    .$if(filter.status !== null, (q) => q.where('t.status', '=', filter.status as TaskTable['status']))
    .$if(filter.recipientExternalId !== null, (q) =>
      q.where('r.external_id', '=', filter.recipientExternalId as string),
    )
    .$if(filter.accountExternalId !== null, (q) =>
      q.where(
        sql<boolean>`EXISTS (SELECT 1 FROM decorum.account a WHERE a.external_id = ${filter.accountExternalId} AND a.id = ANY (t.account_ids))`,
      ),
    )
    .$if(filter.after !== null, (q) =>
      q.where(sql<boolean>`(t.due_at, t.id) > (${filter.after?.dueAt}, ${filter.after?.id})`),
    )
    .orderBy('t.due_at')
    .orderBy('t.id')
    .limit(filter.limit)
    .execute()
