import { sql, type Kysely } from 'kysely'
import type { HoldKind } from '../model/vocabulary.ts'
import { requireHeld, type Locked } from './locks.ts'
import type { Database } from './schema.ts'

interface LapsedHold {
  id: string
  creditor: string
  recipientId: string
  accountId: string | null
  kind: HoldKind
  endsAt: Date
}

/** Which holds have reached their end by now and are not closed yet? */
export async function lapsedHolds(db: Kysely<Database>, now: Date, limit: number): Promise<LapsedHold[]> {
  const { rows } = await sql<LapsedHold>`
    SELECT id, creditor, recipient_id AS "recipientId", account_id AS "accountId", kind, ends_at AS "endsAt" FROM decorum.hold
    WHERE ended_at IS NULL AND ends_at <= ${now} ORDER BY ends_at LIMIT ${limit}`.execute(db)
  return rows
}

/** Closes a hold that has lapsed; false when it was closed meanwhile. */
export async function closeLapsedHold(trx: Locked, id: string, reason: string, now: Date): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    UPDATE decorum.hold SET ended_at = ${now}, ended_by = 'sweep', end_reason = ${reason}
    WHERE id = ${id}::uuid AND ended_at IS NULL AND ends_at <= ${now} RETURNING id`.execute(trx)
  return rows.length === 1
}

/** Makes these accounts due for planning now. Null: all of the recipient's. */
export async function replanNow(trx: Locked, recipientId: string, accountId: string | null, now: Date): Promise<void> {
  requireHeld(trx, [recipientId])
  await sql`
    UPDATE decorum.account SET plan_at = ${now}
    WHERE recipient_id = ${recipientId}::uuid AND spell_id IS NOT NULL AND (${accountId}::uuid IS NULL OR id = ${accountId}::uuid)
      AND (plan_at IS NULL OR plan_at > ${now})`.execute(trx)
}

/** Records the event of a broken promise to pay, from `lapseOf`; ladders have a step for it. */
export async function recordBrokenPromise(
  trx: Locked,
  broken: {
    id: string
    hold: LapsedHold
    event: { type: string; at: number; account: string | null }
    now: Date
  },
): Promise<void> {
  const { hold, event, now } = broken
  const at = new Date(event.at)
  requireHeld(trx, [hold.recipientId])
  await sql`
    INSERT INTO decorum.event (id, creditor, external_id, recipient_id, account_id, type, occurred_at, effective_at, received_at, body, body_hash, effect, live)
    VALUES (${broken.id}::uuid, ${hold.creditor}, ${`promise-broken:${hold.id}`}, ${hold.recipientId}::uuid, ${event.account}::uuid, ${event.type},
      ${at}, ${at}, ${now}, '{}', '', 'the promised payment did not arrive; the ladder goes on, not firmer than before',
      (SELECT live FROM decorum.recipient WHERE id = ${hold.recipientId}::uuid))
    ON CONFLICT (creditor, external_id, live) DO NOTHING`.execute(trx)
}

/** Closes open tasks past their deadline, as expired; returns how many. */
export async function expireTasks(db: Kysely<Database>, now: Date): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    UPDATE decorum.task SET status = 'expired', outcome = 'not taken up in time', completed_at = ${now}
    WHERE id IN (
      SELECT id FROM decorum.task WHERE status = 'open' AND expires_at <= ${now} ORDER BY due_at LIMIT 500 FOR UPDATE SKIP LOCKED
    ) RETURNING id`.execute(db)
  return rows.length
}

/** The latest business time that any process has seen, and the database's time. Reads only. */
export async function readClockMark(db: Kysely<Database>): Promise<{ highWater: Date | null; databaseNow: Date }> {
  const { rows } = await sql<{ highWater: Date | null; databaseNow: Date }>`
    SELECT (SELECT high_water FROM decorum.clock_mark) AS "highWater", clock_timestamp() AS "databaseNow"`.execute(db)
  return rows[0] as { highWater: Date | null; databaseNow: Date }
}

/** The same after raising the mark to `now`, which must be of a real clock, never of a stepped one. */
export async function raiseClockMark(db: Kysely<Database>, now: Date): Promise<{ highWater: Date; databaseNow: Date }> {
  const { rows } = await sql<{ highWater: Date; databaseNow: Date }>`
    INSERT INTO decorum.clock_mark (singleton, high_water, virtual) VALUES (true, ${now}, false)
    ON CONFLICT (singleton) DO UPDATE SET high_water = greatest(clock_mark.high_water, excluded.high_water)
    RETURNING high_water AS "highWater", clock_timestamp() AS "databaseNow"`.execute(db)
  return rows[0] as { highWater: Date; databaseNow: Date }
}
