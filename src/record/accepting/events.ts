import { sql, type Kysely, type Selectable, type Transaction } from 'kysely'
import type { Database, EventTable } from '../schema.ts'

export type EventRow = Selectable<EventTable>
type Db = Kysely<Database> | Transaction<Database>

/** What was reported under this id? Null: nothing yet. */
export async function findEvent(db: Db, creditor: string, externalId: string): Promise<EventRow | null> {
  const row = await db.selectFrom('decorum.event').selectAll().where('creditor', '=', creditor).where('external_id', '=', externalId).executeTakeFirst()
  return row ?? null
}

export async function addEvent(trx: Transaction<Database>, event: EventRow): Promise<void> {
  await trx.insertInto('decorum.event').values({ ...event, body: JSON.stringify(event.body) }).execute()
}

/** How much was paid on this account since then, less what was taken back? In minor units. */
export async function paidSince(trx: Transaction<Database>, accountId: string, since: Date): Promise<number> {
  const { rows } = await sql<{ paid: number }>`
    SELECT coalesce(sum(CASE type WHEN 'payment' THEN 1 ELSE -1 END * (body->>'amountMinor')::bigint), 0)::bigint AS paid
    FROM decorum.event WHERE account_id = ${accountId} AND type IN ('payment', 'payment-reversed') AND received_at >= ${since}`.execute(trx)
  return Number(rows[0]?.paid ?? 0)
}

/**
 * Marks the outbound contacts made since then that a fact learnt late would have forbidden.
 *
 * @param accountId  null: those about any account
 * @returns          how many were marked
 */
export async function markExcess(
  trx: Transaction<Database>, recipientId: string, accountId: string | null, since: Date, until: Date, rule: string,
): Promise<number> {
  const { rows } = await sql`
    UPDATE decorum.contact SET excess = coalesce(excess, '[]'::jsonb) || ${JSON.stringify([rule])}::jsonb
    WHERE recipient_id = ${recipientId} AND direction = 'outbound' AND at >= ${since} AND at < ${until}
      AND (${accountId}::uuid IS NULL OR account_ids = '{}' OR ${accountId}::uuid = ANY(account_ids))
      AND NOT coalesce(excess, '[]'::jsonb) ? ${rule}
    RETURNING id`.execute(trx)
  return rows.length
}
