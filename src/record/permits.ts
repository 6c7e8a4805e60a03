import { type Insertable, type Selectable, sql, type Transaction } from 'kysely'
import type { ContactOutcome } from '../model/vocabulary.ts'
import type { AccountForDecision } from './dispatch/decision-inputs.ts'
import { type AddressAnchor, type Locked, requireHeld } from './locks.ts'
import { reaches, type Reach } from './reach.ts'
import type { Database, Db, PermitTable } from './schema.ts'

export type PermitRow = Omit<Selectable<PermitTable>, 'seq'>

/** Records a permit, granted or denied, and for a granted one the call as a contact that counts from now on. */
export async function addPermit(trx: Locked, permit: PermitRow): Promise<void> {
  requireHeld(trx, [permit.recipient_id])
  const row: Insertable<PermitTable> = {
    ...permit,
    reasons: JSON.stringify(permit.reasons),
    packs: JSON.stringify(permit.packs),
    facts: JSON.stringify(permit.facts),
  }
  await trx.insertInto('decorum.permit').values(row).execute()
  if (permit.status !== 'open') return
  await sql`
    INSERT INTO decorum.reported_contact (recipient_id, at, id, creditor, channel, direction, mode, outcome, made_by, address_hash, account_ids, recorded_at)
    VALUES (${permit.recipient_id}::uuid, ${permit.asked_at}, ${permit.id}::uuid, ${permit.creditor}, 'phone', 'outbound', ${permit.mode}, 'pending',
      ${permit.made_by}, ${permit.address_hash}, ${permit.account_ids}::uuid[], ${permit.asked_at})`.execute(trx)
}

/** A permit; null when there is none, or none of this creditor's. */
export async function permitById(db: Db, id: string, creditor: string | null): Promise<PermitRow | null> {
  const row = await db
    .selectFrom('decorum.permit')
    .selectAll()
    .where('id', '=', id)
    .$if(creditor !== null, (q) => q.where('creditor', '=', creditor ?? ''))
    .executeTakeFirst()
  return row ?? null
}

/** The creditor's own ids of a permit's recipient and accounts; null: the caller may not see them. */
export async function upstreamNames(
  db: Db,
  reach: Reach,
  permit: Pick<PermitRow, 'recipient_id' | 'account_ids'>,
): Promise<{ recipientId: string; accountIds: string[] } | null> {
  const { rows } = await sql<{ recipientId: string; accountIds: string[] }>`
    SELECT r.external_id AS "recipientId",
      ARRAY(SELECT a.external_id FROM decorum.account a WHERE a.id = ANY(${permit.account_ids}::uuid[]) ORDER BY a.external_id) AS "accountIds"
    FROM decorum.recipient r WHERE r.id = ${permit.recipient_id}::uuid AND ${reaches(reach, 'r.creditor', ['r.live'])}`.execute(
    db,
  )
  return rows[0] ?? null
}

/** The outcome of a permitted call. */
interface PermitEnd {
  outcome: string
  calledAt: Date
  /** Null: certainly not placed, so it is no contact and counts nowhere. */
  contact: ContactOutcome | null
  party: string | null
  at: Date
  by: string
}

/** Writes the outcome of a permitted call; the recipient and the address are locked, and the permit is open or in doubt. */
export async function writePermitSettled(trx: Locked, permit: PermitRow, end: PermitEnd): Promise<void> {
  requireHeld(trx, [permit.recipient_id])
  await trx
    .updateTable('decorum.permit')
    .set({ status: 'settled', outcome: end.outcome, called_at: end.calledAt, settled_at: end.at, settled_by: end.by })
    .where('id', '=', permit.id)
    .execute()
  if (end.contact === null)
    await sql`SELECT decorum.withdraw_contact(${permit.recipient_id}::uuid, ${permit.asked_at}, ${permit.id}::uuid)`.execute(
      trx,
    )
  else
    await sql`
      UPDATE decorum.reported_contact SET outcome = ${end.contact}, party = ${end.party}, at = ${end.calledAt}
      WHERE recipient_id = ${permit.recipient_id}::uuid AND at = ${permit.asked_at} AND id = ${permit.id}::uuid`.execute(
      trx,
    )
}

/** Expired permits without a reported outcome: candidates only, the guarded update decides. */
export async function overduePermits(db: Db, now: Date, limit: number): Promise<{ id: string; recipientId: string }[]> {
  const { rows } = await sql<{ id: string; recipientId: string }>`
    SELECT id, recipient_id AS "recipientId" FROM decorum.permit
    WHERE status = 'open' AND expires_at <= ${now} ORDER BY expires_at LIMIT ${limit}`.execute(db)
  return rows
}

/** Puts an expired permit in doubt; false when it was settled meanwhile. Its contact goes on counting, as the worst it may have been. */
export async function putPermitInDoubt(trx: Locked, id: string, now: Date): Promise<boolean> {
  const { rows } = await sql<{ recipient_id: string; asked_at: Date }>`
    UPDATE decorum.permit SET status = 'in_doubt' WHERE id = ${id}::uuid AND status = 'open' AND expires_at <= ${now}
    RETURNING recipient_id, asked_at`.execute(trx)
  const [permit] = rows
  if (permit === undefined) return false
  await sql`
    UPDATE decorum.reported_contact SET outcome = 'in-doubt'
    WHERE recipient_id = ${permit.recipient_id}::uuid AND at = ${permit.asked_at} AND id = ${id}::uuid AND outcome = 'pending'`.execute(
    trx,
  )
  return true
}

/** Which numbers have to be locked before a call to this recipient is decided? Call it after locking the recipient. */
export async function numbersOf(trx: Transaction<Database>, recipientId: string): Promise<AddressAnchor[]> {
  const { rows } = await sql<AddressAnchor>`
    SELECT DISTINCT creditor, hash FROM decorum.recipient_address
    WHERE recipient_id = ${recipientId}::uuid AND channel IN ('phone', 'sms') AND removed_at IS NULL`.execute(trx)
  return rows
}

/** An account that a requested call is about. `live`: not registered with a test key. */
export interface PermitAccount extends AccountForDecision {
  externalId: string
  live: boolean
}

/** This recipient's accounts of these upstream ids as they stand now, in the given order; call it after the locks. */
export async function accountsToCallAbout(
  trx: Transaction<Database>,
  recipientId: string,
  externalIds: readonly string[],
): Promise<PermitAccount[]> {
  const { rows } = await sql<PermitAccount>`
    SELECT a.external_id AS "externalId", a.live, '' AS "reminderId", wanted.no = 1 AS lead, a.spell_id AS "spellId", a.spell_id AS "currentSpellId", a.id,
      a.product, a.role, a.state, a.currency, a.overdue_minor AS "overdueMinor", a.minimum_due_minor AS "minimumDueMinor", a.due_date AS "dueDate",
      a.stated_days_past_due AS "statedDaysPastDue", a.reference_masked AS "referenceMasked", a.facts_for_words AS "factsForWords",
      a.as_of AS "asOf", a.variables
    FROM unnest(${externalIds}::text[]) WITH ORDINALITY AS wanted (external_id, no)
    JOIN decorum.account a ON a.external_id = wanted.external_id AND a.recipient_id = ${recipientId}::uuid
    ORDER BY wanted.no`.execute(trx)
  return rows
}
