import { type Selectable, sql, type Transaction } from 'kysely'
import type { StoredAccount } from './accounts.ts'
import { type Locked, requireHeld } from './locks.ts'
import { isConfined } from './reach.ts'
import type { Database, Db, EventTable } from './schema.ts'

export type EventRow = Omit<Selectable<EventTable>, 'seq' | 'live'>

/** Which event has this id of the creditor's? Null: none. Ids that test keys reported are apart. */
export async function findEvent(db: Db, creditor: string, externalId: string): Promise<EventRow | null> {
  const row = await db
    .selectFrom('decorum.event')
    .selectAll()
    .where('creditor', '=', creditor)
    .where('external_id', '=', externalId)
    .where('live', '=', !isConfined(db))
    .executeTakeFirst()
  return row ?? null
}

export async function addEvent(trx: Locked, event: EventRow): Promise<void> {
  requireHeld(trx, [event.recipient_id])
  await trx
    .insertInto('decorum.event')
    .values({ ...event, live: !isConfined(trx), body: JSON.stringify(event.body) })
    .execute()
}

/** How much was paid on this account since then, less reversals? In minor units. */
export async function paidSince(trx: Transaction<Database>, accountId: string, since: Date): Promise<number> {
  const { rows } = await sql<{ paid: number }>`
    SELECT coalesce(sum(CASE type WHEN 'payment' THEN 1 ELSE -1 END * coalesce(body->>'countsMinor', body->>'amountMinor')::bigint), 0)::bigint AS paid
    FROM decorum.event WHERE account_id = ${accountId} AND type IN ('payment', 'payment-reversed') AND received_at >= ${since}`.execute(
    trx,
  )
  return Number(rows[0]?.paid ?? 0)
}

/** A payment, reversal or adjustment of an account. */
export type BalanceEvent = Pick<EventRow, 'id' | 'external_id' | 'account_id' | 'type' | 'body' | 'received_at'>

/**
 * Which payments and adjustments count on top of these accounts' stated overdue amounts, and which reversals were ever reported?
 *
 * In order of arrival. `body.change` is what was entered: `{ minor, at, onto }`, with `at` in milliseconds and `onto` as `stated_by`.
 */
export async function balanceEvents(
  trx: Transaction<Database>,
  accounts: readonly Pick<StoredAccount, 'id' | 'as_of' | 'stated_at' | 'stated_by'>[],
): Promise<BalanceEvent[]> {
  if (accounts.length === 0) return []
  const { rows } = await sql<BalanceEvent>`
    SELECT e.id, e.external_id, e.account_id, e.type, e.body, e.received_at
    FROM unnest(${accounts.map(({ id }) => id)}::uuid[], ${accounts.map((account) => (account.stated_at ?? account.as_of).getTime())}::bigint[],
      ${accounts.map((account) => account.stated_by ?? '')}::text[]) AS asked (id, since, statement)
    JOIN decorum.event e ON e.account_id = asked.id AND e.type IN ('payment', 'payment-reversed', 'adjustment')
      AND (e.type = 'payment-reversed' OR (e.body->'change'->>'at')::bigint > asked.since OR e.body->'change'->>'onto' = asked.statement)
    ORDER BY e.received_at, e.seq`.execute(trx)
  return rows
}

/**
 * Marks the outbound contacts since then that a fact reported late would have forbidden; returns how many.
 *
 * @param accountId  null: those about any account
 * @param except     this contact is not marked
 */
export async function markExcess(
  trx: Locked,
  recipientId: string,
  accountId: string | null,
  since: Date,
  until: Date,
  rule: string,
  except: string | null = null,
): Promise<number> {
  requireHeld(trx, [recipientId])
  const marked = (row: 'k' | 'r', at: string) => sql`
    SET excess = coalesce(${sql.raw(row)}.excess, '[]'::jsonb) || ${JSON.stringify([rule])}::jsonb
    WHERE ${sql.raw(row)}.recipient_id = ${recipientId} AND ${sql.raw(at)} >= ${since} AND ${sql.raw(at)} < ${until}
      AND (${accountId}::uuid IS NULL OR ${sql.raw(row)}.account_ids = '{}' OR ${accountId}::uuid = ANY(${sql.raw(row)}.account_ids))
      AND NOT coalesce(${sql.raw(row)}.excess, '[]'::jsonb) ? ${rule}`
  const { rows } = await sql`
    WITH reported AS (
      UPDATE decorum.reported_contact k ${marked('k', 'k.at')} AND k.direction = 'outbound' AND (${except}::uuid IS NULL OR k.id <> ${except}::uuid)
      RETURNING k.id
    ), own AS (
      UPDATE decorum.reservation r ${marked('r', 'r.reserved_at')} AND NOT EXISTS (
          SELECT 1 FROM decorum.settlement s
          WHERE s.reminder_id = r.reminder_id AND s.no = r.no AND s.reserved_at = r.reserved_at AND s.outcome IS NULL)
        AND (${except}::uuid IS NULL OR r.reminder_id <> ${except}::uuid)
      RETURNING r.reminder_id AS id
    )
    SELECT id FROM reported UNION ALL SELECT id FROM own`.execute(trx)
  return rows.length
}
