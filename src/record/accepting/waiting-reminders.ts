import { sql, type Transaction } from 'kysely'
import { requireHeld, type Locked } from '../locks.ts'
import type { Database } from '../schema.ts'

/**
 * Cancels what waits for these accounts, which are closed.
 *
 * What is `sending` is left to its worker. A reminder that speaks of other accounts too goes with
 * them, since its words would be wrong: their steps count as not planned, and are planned anew. The accounts' people are locked.
 *
 * @returns  the reminders that were cancelled
 */
export async function cancelReminders(trx: Locked, accountIds: readonly string[], reason: string, at: Date): Promise<string[]> {
  if (accountIds.length === 0) return []
  const { rows } = await sql<{ id: string }>`
    WITH cancelled AS (
      UPDATE decorum.reminder SET status = 'cancelled', end_reason = ${reason}, updated_at = ${at}
      WHERE status IN ('scheduled', 'queued') AND id IN (
        SELECT reminder_id FROM decorum.reminder_account WHERE account_id = ANY(${accountIds}::uuid[]))
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

/** Lets what waits for these accounts be decided again now: a fact that it turned on has changed. */
export async function wakeReminders(trx: Transaction<Database>, accountIds: readonly string[], at: Date): Promise<void> {
  if (accountIds.length === 0) return
  await sql`
    UPDATE decorum.reminder SET next_at = least(next_at, greatest(${at}, due_at)), updated_at = ${at}
    WHERE status = 'scheduled' AND id IN (
      SELECT reminder_id FROM decorum.reminder_account WHERE account_id = ANY(${accountIds}::uuid[]))`.execute(trx)
}

/** Lets everything that waits for this person be decided again now, though nothing before it is due: a talk starts cooldowns at once. */
export async function wakeRemindersOf(trx: Transaction<Database>, recipientId: string, at: Date): Promise<void> {
  await sql`
    UPDATE decorum.reminder SET next_at = least(next_at, greatest(${at}, due_at)), updated_at = ${at}
    WHERE recipient_id = ${recipientId} AND status = 'scheduled'`.execute(trx)
}

/** Lets everything that waits for this person be decided again now, and its accounts be planned. */
export async function wakePerson(trx: Locked, recipientId: string, at: Date): Promise<void> {
  await wakeRemindersOf(trx, recipientId, at)
  await planSoon(trx, recipientId, at)
}

/** Lets planning look at the person's accounts that have a spell. */
export async function planSoon(trx: Locked, recipientId: string, at: Date): Promise<void> {
  requireHeld(trx, [recipientId])
  await trx.updateTable('decorum.account').set({ plan_at: at })
    .where('recipient_id', '=', recipientId).where('spell_id', 'is not', null).execute()
}

/** Cancels the open tasks of which every account is closed; what somebody wrote is read all the same. */
export async function cancelTasks(trx: Transaction<Database>, accountIds: readonly string[]): Promise<void> {
  if (accountIds.length === 0) return
  await sql`
    UPDATE decorum.task t SET status = 'cancelled'
    WHERE status = 'open' AND kind <> 'reply' AND account_ids && ${accountIds}::uuid[] AND recipient_id IN (
      SELECT recipient_id FROM decorum.account WHERE id = ANY(${accountIds}::uuid[]))
    AND NOT EXISTS (SELECT 1 FROM decorum.account a WHERE a.id = ANY(t.account_ids) AND a.state = 'open')`.execute(trx)
}
