import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely'
import type { Channel, Kind, Mode, ReminderStatus, Role, Tone } from '../model/vocabulary.ts'
import { type Locked, requireHeld } from './locks.ts'
import { reaches, type Reach } from './reach.ts'
import type { Database, Db } from './schema.ts'

/**
 * The status of a reminder, given the alias of its row.
 *
 * A scheduled one that a ticket names is queued; one that waits no longer has an attempt without a result, and is being sent.
 */
export const currentStatus = (reminder: string): RawBuilder<ReminderStatus> => {
  const m = sql.raw(reminder)
  return sql<ReminderStatus>`CASE WHEN ${m}.status <> 'scheduled' THEN ${m}.status
    WHEN NOT EXISTS (SELECT 1 FROM decorum.waiting w WHERE w.reminder_id = ${m}.id) THEN 'sending'
    WHEN EXISTS (SELECT 1 FROM decorum.ticket t WHERE t.route = ${m}.route AND ${m}.id = ANY(t.reminder_ids)) THEN 'queued'
    ELSE 'scheduled' END`
}

const reminderRows = (db: Kysely<Database>) =>
  db
    .selectFrom('decorum.reminder as m')
    .innerJoin('decorum.recipient as r', 'r.id', 'm.recipient_id')
    .select([
      'm.id',
      'm.creditor',
      currentStatus('m').as('status'),
      'm.live',
      'm.origin',
      'm.kind',
      'm.mode',
      'm.tone',
      'm.channel',
      'm.fallback_channels',
      'm.follows',
      'm.template',
      'm.ladder',
      'm.ladder_version',
      'm.rung',
      'm.route',
      'm.due_at',
      sql<Date>`coalesce((SELECT w.next_at FROM decorum.waiting w WHERE w.reminder_id = m.id), m.due_at)`.as('next_at'),
      'm.expires_at',
      'm.end_reason',
      'm.created_at',
      'm.updated_at',
      'm.recipient_id',
      'r.external_id as recipient_external_id',
    ])

type BareRow = Awaited<ReturnType<ReturnType<typeof reminderRows>['execute']>>[number]
export type ReminderRow = BareRow & { account_external_ids: string[] }

/** One reminder, by our own id; null: none that the caller may see. */
export async function reminderById(db: Kysely<Database>, reach: Reach, id: string): Promise<ReminderRow | null> {
  const row = await reminderRows(db)
    .where('m.id', '=', id)
    .where(reaches(reach, 'm.creditor', ['m.live', 'r.live']))
    .executeTakeFirst()
  return row === undefined ? null : ((await withAccounts(db, [row]))[0] as ReminderRow)
}

interface ReminderFilter extends Reach {
  status: ReminderStatus | null
  channel: Channel | null
  recipientExternalId: string | null
  accountExternalId: string | null
  /** Only reminders created before this one. */
  before: string | null
  limit: number
}

/** Reminders, the newest first. */
export async function listReminders(db: Kysely<Database>, filter: ReminderFilter): Promise<ReminderRow[]> {
  const rows = await reminderRows(db)
    .where(reaches(filter, 'm.creditor', ['m.live', 'r.live']))
    .$if(filter.status !== null, (q) => q.where(currentStatus('m'), '=', filter.status as ReminderStatus))
    .$if(filter.channel !== null, (q) => q.where('m.channel', '=', filter.channel as Channel))
    .$if(filter.recipientExternalId !== null, (q) =>
      q.where('r.external_id', '=', filter.recipientExternalId as string),
    )
    .$if(filter.accountExternalId !== null, (q) =>
      q.where('m.id', 'in', (eb) =>
        eb
          .selectFrom('decorum.reminder_account as ra')
          .innerJoin('decorum.account as a', 'a.id', 'ra.account_id')
          .select('ra.reminder_id')
          .where('a.external_id', '=', filter.accountExternalId as string),
      ),
    )
    .$if(filter.before !== null, (q) => q.where('m.id', '<', filter.before as string))
    .orderBy('m.id', 'desc')
    .limit(filter.limit)
    .execute()
  return withAccounts(db, rows)
}

async function withAccounts(db: Kysely<Database>, rows: BareRow[]): Promise<ReminderRow[]> {
  if (rows.length === 0) return []
  const links = await db
    .selectFrom('decorum.reminder_account as ra')
    .innerJoin('decorum.account as a', 'a.id', 'ra.account_id')
    .select(['ra.reminder_id', 'a.external_id'])
    .where(
      'ra.reminder_id',
      'in',
      rows.map((row) => row.id),
    )
    .orderBy('ra.lead', 'desc')
    .orderBy('a.external_id')
    .execute()
  const accounts = new Map<string, string[]>(rows.map((row) => [row.id, []]))
  for (const link of links) accounts.get(link.reminder_id)?.push(link.external_id)
  return rows.map((row) => ({ ...row, account_external_ids: accounts.get(row.id) as string[] }))
}

/** Whose reminder is this, and what is its status? Null: no such reminder, or not of this creditor. */
export async function findReminder(
  db: Db,
  id: string,
  creditor: string | null,
): Promise<{ recipientId: string; status: ReminderStatus } | null> {
  let query = db
    .selectFrom('decorum.reminder as m')
    .select(['m.recipient_id as recipientId', currentStatus('m').as('status')])
    .where('m.id', '=', id)
  if (creditor !== null) query = query.where('m.creditor', '=', creditor)
  return (await query.executeTakeFirst()) ?? null
}

/** Cancels a waiting reminder; false when it was being sent or had ended. */
export async function writeReminderCancelled(
  trx: Transaction<Database>,
  id: string,
  reason: string,
  at: Date,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    WITH gone AS (DELETE FROM decorum.waiting WHERE reminder_id = ${id} RETURNING reminder_id)
    UPDATE decorum.reminder SET status = 'cancelled', end_reason = ${reason}, updated_at = ${at}
    FROM gone WHERE id = gone.reminder_id`.execute(trx)
  return numAffectedRows === 1n
}

/**
 * Cancels the waiting reminders of these accounts, which are closed.
 *
 * Reminders that are `sending` are left to their worker. A reminder that is about other accounts too is cancelled,
 * since its words would be wrong: their steps count as not planned, and are planned again. The recipients are locked.
 *
 * @returns  the reminders that were cancelled
 */
export async function cancelReminders(
  trx: Locked,
  accountIds: readonly string[],
  reason: string,
  at: Date,
): Promise<string[]> {
  if (accountIds.length === 0) return []
  const { rows } = await sql<{ id: string }>`
    WITH gone AS (
      DELETE FROM decorum.waiting WHERE reminder_id IN (
        SELECT reminder_id FROM decorum.reminder_account WHERE account_id = ANY(${accountIds}::uuid[]))
      RETURNING reminder_id
    ), cancelled AS (
      UPDATE decorum.reminder SET status = 'cancelled', end_reason = ${reason}, updated_at = ${at}
      FROM gone WHERE id = gone.reminder_id
      RETURNING id
    ), others AS (
      SELECT DISTINCT ra.account_id, ra.reminder_id FROM decorum.reminder_account ra JOIN cancelled c ON c.id = ra.reminder_id
      WHERE NOT (ra.account_id = ANY(${accountIds}::uuid[]))
    ), freed AS (
      DELETE FROM decorum.rung_record g USING others o WHERE g.account_id = o.account_id AND g.reminder_id = o.reminder_id
    ), planned_anew AS (
      UPDATE decorum.account a SET plan_at = ${at} FROM (SELECT DISTINCT account_id FROM others) o WHERE a.id = o.account_id
    )
    SELECT id FROM cancelled`.execute(trx)
  return rows.map((row) => row.id)
}

/** Makes the waiting reminders of these accounts due now, since a fact has changed. */
export async function wakeReminders(
  trx: Transaction<Database>,
  accountIds: readonly string[],
  at: Date,
): Promise<void> {
  if (accountIds.length === 0) return
  await sql`
    UPDATE decorum.waiting w SET next_at = greatest(${at}, m.due_at)
    FROM decorum.reminder_account ra JOIN decorum.reminder m ON m.id = ra.reminder_id
    WHERE ra.account_id = ANY(${accountIds}::uuid[]) AND w.reminder_id = m.id AND w.next_at > greatest(${at}, m.due_at)`.execute(
    trx,
  )
}

/** Makes the scheduled reminders of this recipient due for a new decision now, none before its own due time; a conversation starts cooldowns at once. */
export async function wakeRemindersOf(trx: Transaction<Database>, recipientId: string, at: Date): Promise<void> {
  await sql`
    UPDATE decorum.waiting w SET next_at = greatest(${at}, m.due_at) FROM decorum.reminder m
    WHERE m.recipient_id = ${recipientId} AND m.status = 'scheduled' AND w.reminder_id = m.id AND w.next_at > greatest(${at}, m.due_at)`.execute(
    trx,
  )
}

/** Makes the scheduled reminders of this recipient due for a new decision now, and its accounts for planning. */
export async function wakeRecipient(trx: Locked, recipientId: string, at: Date): Promise<void> {
  await wakeRemindersOf(trx, recipientId, at)
  await planSoon(trx, recipientId, at)
}

/** Makes the recipient's accounts that have a spell due for planning. */
export async function planSoon(trx: Locked, recipientId: string, at: Date): Promise<void> {
  requireHeld(trx, [recipientId])
  await trx
    .updateTable('decorum.account')
    .set({ plan_at: at })
    .where('recipient_id', '=', recipientId)
    .where('spell_id', 'is not', null)
    .execute()
}

/** Cancels the open tasks of which every account is closed, except replies, which are read all the same. */
export async function cancelTasks(trx: Transaction<Database>, accountIds: readonly string[]): Promise<void> {
  if (accountIds.length === 0) return
  await sql`
    UPDATE decorum.task t SET status = 'cancelled'
    WHERE status = 'open' AND kind <> 'reply' AND account_ids && ${accountIds}::uuid[] AND recipient_id IN (
      SELECT recipient_id FROM decorum.account WHERE id = ANY(${accountIds}::uuid[]))
    AND NOT EXISTS (SELECT 1 FROM decorum.account a WHERE a.id = ANY(t.account_ids) AND a.state = 'open')`.execute(trx)
}

/** A reminder whose channel failed, with what a follow-up on another channel needs. */
interface FailedReminderRow {
  id: string
  creditor: string
  recipientId: string
  live: boolean
  origin: 'ladder' | 'direct'
  kind: Kind
  mode: Mode
  tone: Tone
  fallbackChannels: Channel[]
  template: string
  ladder: string | null
  ladderVersion: string | null
  rung: string | null
  dueAt: Date
  expiresAt: Date
  variables: Buffer | null
  jurisdiction: string | null
  product: string
  role: Role
  accounts: { accountId: string; spellId: string | null; pass: number | null; lead: boolean }[]
}

/** What does a follow-up of this reminder need? Null when it names no further channel. */
export async function failedReminder(
  trx: Transaction<Database>,
  reminderId: string,
): Promise<FailedReminderRow | null> {
  const { rows } = await sql<FailedReminderRow>`
    SELECT r.id, r.creditor, r.recipient_id AS "recipientId", r.live, r.origin, r.kind, r.mode, r.tone,
      r.fallback_channels AS "fallbackChannels", r.template, r.ladder, r.ladder_version AS "ladderVersion", r.rung,
      r.due_at AS "dueAt", r.expires_at AS "expiresAt", r.variables, p.jurisdiction, lead.product, lead.role,
      (SELECT jsonb_agg(jsonb_build_object('accountId', ra.account_id, 'spellId', ra.spell_id, 'pass', s.pass, 'lead', ra.lead))
        FROM decorum.reminder_account ra LEFT JOIN decorum.spell s ON s.id = ra.spell_id WHERE ra.reminder_id = r.id) AS accounts
    FROM decorum.reminder r
    JOIN decorum.recipient p ON p.id = r.recipient_id
    JOIN decorum.reminder_account la ON la.reminder_id = r.id AND la.lead
    JOIN decorum.account lead ON lead.id = la.account_id
    WHERE r.id = ${reminderId}::uuid AND cardinality(r.fallback_channels) > 0`.execute(trx)
  return rows[0] ?? null
}
