import { type RawBuilder, sql } from 'kysely'
import type { Jurisdiction } from '../model/places/jurisdiction.ts'
import type { Channel, Role } from '../model/vocabulary.ts'
import { withDecided } from './dispatch/reservation.ts'
import { type Locked, requireHeld } from './locks.ts'
import { packJson } from './packed/packed-json.ts'
import type { Db } from './schema.ts'

/** What the ledger holds that may forbid to erase a person. */
export interface Ties {
  /** Holds for legal action that have not been ended. */
  inCourt: number
  /** Accounts that are still collected, as borrower or as another party. */
  openAccounts: number
  /** Attempts that are being sent or are in doubt, and permits to call that are open. */
  underWay: number
  roles: Role[]
  products: string[]
  channels: Channel[]
  /** Every place where the person may be; null: not known. */
  places: Jurisdiction[] | null
  /** Null: nobody was ever contacted. */
  firstContact: Date | null
  lastContact: Date | null
  /** The last change of any of the accounts, which is not before the last collection activity; null: no account. */
  lastActivity: Date | null
}

/** What ties this person's records? Call it under the person's lock. */
export async function tiesOf(db: Db, recipientId: string): Promise<Ties> {
  const mine = sql`(SELECT a.* FROM decorum.account a WHERE a.recipient_id = ${recipientId}::uuid
    UNION SELECT a.* FROM decorum.account a JOIN decorum.account_party p ON p.account_id = a.id WHERE p.recipient_id = ${recipientId}::uuid)`
  const { rows } = await sql<Ties>`
    WITH account AS MATERIALIZED ${mine}, contact AS MATERIALIZED (SELECT at, channel FROM decorum.contact WHERE recipient_id = ${recipientId}::uuid)
    SELECT
      (SELECT count(*)::int FROM decorum.hold WHERE recipient_id = ${recipientId}::uuid AND ended_at IS NULL AND kind = 'legal-action') AS "inCourt",
      (SELECT count(*)::int FROM account WHERE state NOT IN ('cured', 'settled', 'withdrawn')) AS "openAccounts",
      (SELECT count(*)::int FROM decorum.attempt WHERE recipient_id = ${recipientId}::uuid AND status IN ('sending', 'in_doubt'))
        + (SELECT count(*)::int FROM decorum.permit WHERE recipient_id = ${recipientId}::uuid AND status = 'open') AS "underWay",
      (SELECT coalesce(array_agg(DISTINCT role), '{}') FROM account) AS roles,
      (SELECT coalesce(array_agg(DISTINCT product), '{}') FROM account) AS products,
      (SELECT coalesce(array_agg(DISTINCT channel), '{}') FROM contact) AS channels,
      (SELECT CASE WHEN r.jurisdiction IS NULL THEN NULL ELSE ARRAY(
          SELECT r.jurisdiction
          UNION SELECT sign ->> 'jurisdiction' FROM jsonb_array_elements(r.location_evidence) AS sign WHERE sign ->> 'jurisdiction' IS NOT NULL
          UNION SELECT unnest(CASE WHEN a.subdivisions = '{}' THEN ARRAY[a.country] ELSE a.subdivisions END) FROM decorum.recipient_address a
            WHERE a.recipient_id = r.id AND a.country IS NOT NULL
        ) END FROM decorum.recipient r WHERE r.id = ${recipientId}::uuid) AS places,
      (SELECT min(at) FROM contact) AS "firstContact", (SELECT max(at) FROM contact) AS "lastContact",
      (SELECT max(updated_at) FROM account) AS "lastActivity"`.execute(db)
  return rows[0] as Ties
}

/** Which waiting reminders does this person have? */
export const waitingReminders = async (db: Db, recipientId: string): Promise<string[]> =>
  (
    await sql<{ id: string }>`
      SELECT m.id FROM decorum.reminder m JOIN decorum.waiting w ON w.reminder_id = m.id WHERE m.recipient_id = ${recipientId}::uuid`.execute(
      db,
    )
  ).rows.map(({ id }) => id)

/**
 * Removes what tells of a person, and destroys the data key; what was decided, when and by which rule stays.
 *
 * Ids, states, codes, times and keyed hashes of addresses remain: stops and caps go on binding by them.
 *
 * @returns  how many rows lost something, by table
 */
export async function eraseRows(trx: Locked, recipientId: string, at: Date): Promise<Record<string, number>> {
  requireHeld(trx, [recipientId])
  const id = sql`${recipientId}::uuid`
  const removed: Record<string, number> = {}
  const change = async (table: string, statement: RawBuilder<unknown>): Promise<void> => {
    removed[table] = (removed[table] ?? 0) + Number((await statement.execute(trx)).numAffectedRows ?? 0)
  }
  // A digest of what was said would confirm it to whoever guesses it.
  const none = sql`'\\x'::bytea`
  await change(
    'recipient',
    sql`UPDATE decorum.recipient SET data_key = NULL, data_key_id = NULL, name = NULL, locale = NULL, time_zone = NULL, jurisdiction = NULL,
      location_evidence = '[]', blocked_times = '[]', as_of = NULL, caught_up_on = NULL, erased_at = coalesce(erased_at, ${at}), updated_at = ${at}
      WHERE id = ${id}`,
  )
  await change(
    'recipient_address',
    sql`UPDATE decorum.recipient_address SET value = NULL, source = NULL, kind = NULL, country = NULL, zones = '{}', subdivisions = '{}', verified_at = NULL
      WHERE recipient_id = ${id}`,
  )
  await change(
    'consent',
    sql`UPDATE decorum.consent SET source = NULL WHERE recipient_id = ${id} AND source IS NOT NULL`,
  )
  await change(
    'account',
    sql`UPDATE decorum.account SET variables = NULL, reference_masked = NULL, facts_for_words = '{}', overdue_parts = '{}', risk_band = NULL, plan_at = NULL
      WHERE recipient_id = ${id}`,
  )
  await change(
    'event',
    sql`UPDATE decorum.event SET note = NULL, body = '{}', body_hash = ${none} WHERE recipient_id = ${id}`,
  )
  await change(
    'task',
    sql`UPDATE decorum.task SET note = NULL, instructions = NULL, end_reason = CASE WHEN status = 'open' THEN 'erased' ELSE end_reason END,
      status = CASE WHEN status = 'open' THEN 'cancelled' ELSE status END WHERE recipient_id = ${id}`,
  )
  await change('reply', sql`UPDATE decorum.reply SET words = NULL WHERE recipient_id = ${id} AND words IS NOT NULL`)
  await change(
    'reminder',
    sql`UPDATE decorum.reminder SET variables = NULL WHERE recipient_id = ${id} AND variables IS NOT NULL`,
  )
  await change('captured_message', sql`DELETE FROM decorum.captured_message WHERE recipient_id = ${id}`)
  await change(
    'idempotency',
    sql`UPDATE decorum.idempotency SET body_hash = ${none} WHERE resource_id IN (
      SELECT id FROM decorum.reminder WHERE recipient_id = ${id} UNION ALL SELECT id FROM decorum.permit WHERE recipient_id = ${id}
      UNION ALL SELECT id FROM decorum.reported_contact WHERE recipient_id = ${id})`,
  )
  const { rows } = await sql<{
    relation: string
    changed: number
  }>`SELECT relation, changed::int FROM decorum.erase_evidence(${id})`.execute(trx)
  for (const { relation, changed } of rows) removed[relation] = changed
  removed['reservation'] = await eraseDecided(trx, recipientId)
  return removed
}

/** Decisions to send keep the packs that they were made by; their facts, words and places go. */
async function eraseDecided(trx: Locked, recipientId: string): Promise<number> {
  const { rows } = await sql<{
    reminderId: string
    no: number
    reservedAt: Date
    decided: Buffer
    packs: null
    facts: null
  }>`
    SELECT reminder_id AS "reminderId", no, reserved_at AS "reservedAt", decided, NULL AS packs, NULL AS facts
    FROM decorum.reservation WHERE recipient_id = ${recipientId}::uuid`.execute(trx)
  if (rows.length === 0) return 0
  const kept = (await withDecided(trx, rows)).map(({ packs, ...row }) => ({
    ...row,
    decided: packJson({ packs, facts: {} }),
  }))
  await sql`SELECT decorum.erase_reservations(${recipientId}::uuid, ${kept.map((row) => row.reminderId)}::uuid[], ${kept.map((row) => row.no)}::smallint[],
    ${kept.map((row) => row.reservedAt.toISOString())}::timestamptz[], ${kept.map((row) => row.decided)}::bytea[])`.execute(
    trx,
  )
  return kept.length
}

/** Who was erased, when and by whom, and how much of what went. */
export interface Erasure {
  recipientId: string
  creditor: string
  at: Date
  by: string
  removed: Record<string, number>
}

/** Remembers an erasure. One that is repeated after a restore replaces its counts. */
export async function rememberErasure(trx: Locked, erasure: Erasure): Promise<void> {
  await sql`
    INSERT INTO decorum.erasure (recipient_id, creditor, at, by_whom, removed)
    VALUES (${erasure.recipientId}::uuid, ${erasure.creditor}, ${erasure.at}, ${erasure.by}, ${JSON.stringify(erasure.removed)}::jsonb)
    ON CONFLICT (recipient_id) DO UPDATE SET removed = excluded.removed`.execute(trx)
}

/** When was this person erased, and what went? Null: never. */
export async function erasureOf(db: Db, recipientId: string): Promise<Erasure | null> {
  const { rows } = await sql<Erasure>`
    SELECT recipient_id AS "recipientId", creditor, at, by_whom AS by, removed FROM decorum.erasure WHERE recipient_id = ${recipientId}::uuid`.execute(
    db,
  )
  return rows[0] ?? null
}

/** Who of these stands in the ledger as if never erased? After a restore, those who were erased since the backup. */
export const notErasedAmong = async (
  db: Db,
  ids: readonly string[],
  limit: number,
): Promise<{ id: string; creditor: string }[]> =>
  ids.length === 0
    ? []
    : (
        await sql<{ id: string; creditor: string }>`
          SELECT id, creditor FROM decorum.recipient WHERE id = ANY(${[...ids]}::uuid[]) AND (erased_at IS NULL OR data_key IS NOT NULL) ORDER BY id LIMIT ${limit}`.execute(
          db,
        )
      ).rows

/** Through which providers were messages to this person sent, and to which channels? They hold copies of their own. */
export const providersTold = async (
  db: Db,
  recipientId: string,
): Promise<{ provider: string; route: string; channel: Channel; messages: number }[]> =>
  (
    await sql<{ provider: string; route: string; channel: Channel; messages: number }>`
      SELECT t.provider, t.route, t.channel, count(*)::int AS messages FROM decorum.attempt t
      WHERE t.recipient_id = ${recipientId}::uuid AND t.status <> 'not_sent' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`.execute(
      db,
    )
  ).rows
