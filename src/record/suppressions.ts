import { type Insertable, type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import type { Channel, SuppressionReason, SuppressionScope } from '../model/vocabulary.ts'
import { type Locked, requireHeld, nextInOrder } from './locks.ts'
import { isConfined, outOfReach, reaches, type Reach } from './reach.ts'
import type { Database, Db, SuppressionTable } from './schema.ts'

type SuppressionRow = Omit<Selectable<SuppressionTable>, 'seq' | 'live'>

export interface SuppressionTerms {
  creditor: string
  scope: SuppressionScope
  recipientId: string | null
  addressHash: Buffer | null
  channel: Channel | null
  reason: SuppressionReason
  until: Date | null
  /** True: of this recipient (or of none in particular), even where it suppresses an address that others have. */
  personal: boolean
  awaitsRecipient: string | null
  awaitsAccount: string | null
}

/** Is exactly this suppression in force already? Its id, or null. That of an address is the same for each of its holders. */
export async function standingSuppression(db: Db, terms: SuppressionTerms): Promise<string | null> {
  const holders = terms.scope === 'address' && !terms.personal
  const row = await db
    .selectFrom('decorum.suppression')
    .select('id')
    .where('creditor', '=', terms.creditor)
    .where('scope', '=', terms.scope)
    .where('reason', '=', terms.reason)
    .where('lifted_at', 'is', null)
    .where('live', '=', !isConfined(db))
    .$if(!holders, (q) => q.where('recipient_id', 'is not distinct from', terms.recipientId))
    .where('address_hash', 'is not distinct from', terms.addressHash)
    .where('awaits_recipient', 'is not distinct from', terms.awaitsRecipient)
    .where('awaits_account', 'is not distinct from', terms.awaitsAccount)
    .where('channel', 'is not distinct from', terms.channel)
    .where('ends_at', 'is not distinct from', terms.until)
    .orderBy('id')
    .executeTakeFirst()
  return row?.id ?? null
}

/** Adds a suppression; its recipient, its address and every recipient with that address are locked. */
export async function addSuppression(trx: Locked, row: SuppressionRow): Promise<void> {
  requireHeld(trx, [row.recipient_id])
  await trx
    .insertInto('decorum.suppression')
    .values({
      ...row,
      live: !isConfined(trx),
      seq: row.recipient_id === null ? null : nextInOrder,
    } as Insertable<SuppressionTable>)
    .execute()
}

/** One suppression; null: no such one, or not of this creditor. */
export async function findSuppression(db: Db, id: string, creditor: string | null): Promise<SuppressionRow | null> {
  let query = db.selectFrom('decorum.suppression').selectAll().where('id', '=', id)
  if (creditor !== null) query = query.where('creditor', '=', creditor)
  return (await query.executeTakeFirst()) ?? null
}

/** Which recipients are suppressed because of this suppression of an address? */
export async function recipientsSuppressedBy(db: Db, cause: string): Promise<string[]> {
  const rows = await db
    .selectFrom('decorum.suppression')
    .select('recipient_id')
    .where('cause', '=', cause)
    .where('recipient_id', 'is not', null)
    .execute()
  return rows.flatMap((row) => row.recipient_id ?? [])
}

/** A suppression that is about to be lifted, and the person's data key. */
export interface LiftedSuppression {
  id: string
  scope: SuppressionScope
  recipientId: string | null
  dataKey: Buffer | null
  dataKeyId: string | null
}

/**
 * Lifts a suppression and those that follow from it; false when it was lifted before. Their recipients are locked.
 *
 * @param reasonFor  the reason as it is to be stored with each of them
 * @throws DECORUM_FORBIDDEN for a live one in a test key's transaction
 */
export async function writeSuppressionLifted(
  trx: Locked,
  cause: string,
  at: Date,
  by: string,
  reasonFor: (lifted: LiftedSuppression) => string,
): Promise<boolean> {
  if (isConfined(trx) && (await isLive(trx, cause))) throw outOfReach('suppression')
  const lifted = await trx
    .selectFrom('decorum.suppression as s')
    .leftJoin('decorum.recipient as r', 'r.id', 's.recipient_id')
    .select(['s.id', 's.scope', 's.recipient_id as recipientId', 'r.data_key as dataKey', 'r.data_key_id as dataKeyId'])
    .where((eb) => eb.or([eb('s.id', '=', cause), eb('s.cause', '=', cause)]))
    .where('s.lifted_at', 'is', null)
    .execute()
  const { numAffectedRows } = await sql`
    UPDATE decorum.suppression s SET lifted_at = ${at}, lifted_by = ${by}, lift_reason = x.reason
    FROM unnest(${lifted.map(({ id }) => id)}::uuid[], ${lifted.map(reasonFor)}::text[]) AS x (id, reason)
    WHERE s.id = x.id AND s.lifted_at IS NULL`.execute(trx)
  return Number(numAffectedRows ?? 0) > 0
}

const isLive = async (db: Db, id: string): Promise<boolean> =>
  (await db.selectFrom('decorum.suppression').select('live').where('id', '=', id).executeTakeFirst())?.live !== false

/** Which recipients of a creditor have, or had, one of these addresses? By hash. */
export async function recipientsWithAddress(db: Db, creditor: string, hashes: readonly Buffer[]): Promise<string[]> {
  if (hashes.length === 0) return []
  const rows = await db
    .selectFrom('decorum.recipient_address')
    .select('recipient_id')
    .distinct()
    .where('creditor', '=', creditor)
    .where('hash', 'in', [...hashes])
    .orderBy('recipient_id')
    .execute()
  return rows.map((row) => row.recipient_id)
}

/** Opt-outs of these addresses that their holders sent as messages, or their provider for them; only these can a message lift. */
export async function ownOptOuts(
  db: Db,
  creditor: string,
  hashes: readonly Buffer[],
  source: string,
): Promise<string[]> {
  const rows = await db
    .selectFrom('decorum.suppression')
    .select('id')
    .where('creditor', '=', creditor)
    .where('address_hash', 'in', [...hashes])
    .where('scope', '=', 'address')
    .where('reason', '=', 'opt-out')
    .where('lifted_at', 'is', null)
    .where((eb) =>
      eb.or([eb('source', '=', source), eb('source', 'like', 'receipt:%'), eb('source', 'like', 'provider:%')]),
    )
    .execute()
  return rows.map((row) => row.id)
}

/** Deletes a creditor's suppressions older than this whose recipient never arrived; returns how many still wait, of a test key's those of test keys. */
export async function countAwaited(trx: Locked, creditor: string, since: Date): Promise<number> {
  const live = !isConfined(trx)
  await sql`SELECT decorum.forget_awaited(${creditor}, ${since})`.execute(trx)
  const { rows } = await sql<{ waiting: number }>`SELECT count(*)::int AS waiting FROM decorum.suppression
    WHERE creditor = ${creditor} AND live = ${live} AND recipient_id IS NULL AND lifted_at IS NULL AND (awaits_recipient IS NOT NULL OR awaits_account IS NOT NULL)`.execute(
    trx,
  )
  return rows[0]?.waiting ?? 0
}

/** A suppression that waited for its recipient, or one of an address that is a fact about its holder. */
export interface FoundSuppression {
  suppression: SuppressionRow
  recipientId: string
}

/** What has just been added: recipients, accounts with their recipients, addresses with their holders. */
export interface Arrivals {
  recipients: readonly { creditor: string; externalId: string; recipientId: string }[]
  accounts: readonly { creditor: string; externalId: string; recipientId: string }[]
  addresses: readonly { creditor: string; hash: Buffer; recipientId: string }[]
}

/**
 * Which suppressions waited for these, and which concern the holders of these addresses?
 *
 * Looked up one by one in their indexes, with or without statistics.
 */
export async function suppressionsFor(
  trx: Transaction<Database>,
  { recipients, accounts, addresses }: Arrivals,
  reasons: readonly SuppressionReason[],
  since: Date,
): Promise<FoundSuppression[]> {
  const keys = (rows: readonly { creditor: string; externalId: string; recipientId: string }[]) => sql`
    unnest(${rows.map((row) => row.creditor)}::text[], ${rows.map((row) => row.externalId)}::text[], ${rows.map((row) => row.recipientId)}::uuid[]) AS k (creditor, external_id, recipient_id)`
  // What a live key registers meets no stop that a test key recorded, nor the reverse.
  const live = !isConfined(trx)
  const { rows } = await sql<SuppressionRow & { for_recipient: string }>`/* stops-for */
    SELECT s.*, k.recipient_id AS for_recipient FROM ${keys(recipients)} CROSS JOIN LATERAL (
      SELECT * FROM decorum.suppression w WHERE w.creditor = k.creditor AND w.awaits_recipient = k.external_id AND w.recipient_id IS NULL
        AND w.live = ${live} AND w.lifted_at IS NULL AND w.received_at >= ${since} OFFSET 0) s
    UNION ALL SELECT s.*, k.recipient_id FROM ${keys(accounts)} CROSS JOIN LATERAL (
      SELECT * FROM decorum.suppression w WHERE w.creditor = k.creditor AND w.awaits_account = k.external_id AND w.recipient_id IS NULL
        AND w.live = ${live} AND w.lifted_at IS NULL AND w.received_at >= ${since} OFFSET 0) s
    UNION ALL SELECT s.*, k.recipient_id
      FROM unnest(${addresses.map((row) => row.creditor)}::text[], ${addresses.map((row) => row.hash)}::bytea[], ${addresses.map((row) => row.recipientId)}::uuid[]) AS k (creditor, hash, recipient_id)
      CROSS JOIN LATERAL (
        SELECT * FROM decorum.suppression w WHERE w.creditor = k.creditor AND w.address_hash = k.hash AND w.live = ${live} AND w.lifted_at IS NULL AND w.recipient_id IS NULL
          AND w.awaits_recipient IS NULL AND w.reason = ANY(${[...reasons]}::text[]) OFFSET 0) s`.execute(trx)
  return rows.map(({ for_recipient: recipientId, ...suppression }) => ({ suppression, recipientId }))
}

/** Assigns a suppression that waited for its recipient to the recipient. */
export async function assignSuppression(trx: Locked, id: string, recipientId: string): Promise<void> {
  requireHeld(trx, [recipientId])
  await trx
    .updateTable('decorum.suppression')
    .set({ recipient_id: recipientId, seq: nextInOrder })
    .where('id', '=', id)
    .where('recipient_id', 'is', null)
    .execute()
}

const suppressionRows = (db: Kysely<Database>) =>
  db
    .selectFrom('decorum.suppression as s')
    .leftJoin('decorum.recipient as r', 'r.id', 's.recipient_id')
    .select([
      's.id',
      's.creditor',
      's.scope',
      's.channel',
      's.reason',
      's.source',
      's.starts_at',
      's.ends_at',
      's.received_at',
      's.lifted_at',
      's.lifted_by',
      's.lift_reason',
      's.created_by',
      's.awaits_recipient',
      's.awaits_account',
      's.recipient_id',
      'r.data_key',
      'r.data_key_id',
      'r.external_id as recipient_external_id',
    ])
export type SuppressionListing = Awaited<ReturnType<ReturnType<typeof suppressionRows>['execute']>>[number]

interface SuppressionFilter extends Reach {
  recipientExternalId: string | null
  accountExternalId: string | null
  /** True: only those in force at `at`; false: only the others; null: all. */
  open: boolean | null
  at: Date
  before: string | null
  limit: number
}

/** Suppressions, the newest first: of a recipient, and of any address that the recipient has. */
export const listSuppressions = (db: Kysely<Database>, filter: SuppressionFilter): Promise<SuppressionListing[]> =>
  suppressionRows(db)
    .where(reaches(filter, 's.creditor', ['s.live']))
    .$if(filter.recipientExternalId !== null, (q) =>
      q.where((eb) =>
        eb.or([
          coversRecipient(sql`p.external_id = ${filter.recipientExternalId}`),
          eb.and([eb('s.awaits_recipient', '=', filter.recipientExternalId), eb('s.recipient_id', 'is', null)]),
        ]),
      ),
    )
    .$if(filter.accountExternalId !== null, (q) =>
      q.where((eb) =>
        eb.or([
          coversRecipient(
            sql`p.id = (SELECT a.recipient_id FROM decorum.account a WHERE a.external_id = ${filter.accountExternalId} AND a.creditor = s.creditor)`,
          ),
          eb('s.awaits_account', '=', filter.accountExternalId),
        ]),
      ),
    )
    .$if(filter.open === true, (q) =>
      q
        .where('s.lifted_at', 'is', null)
        .where((eb) => eb.or([eb('s.ends_at', 'is', null), eb('s.ends_at', '>', filter.at)])),
    )
    .$if(filter.open === false, (q) =>
      q.where((eb) => eb.or([eb('s.lifted_at', 'is not', null), eb('s.ends_at', '<=', filter.at)])),
    )
    .$if(filter.before !== null, (q) => q.where('s.id', '<', filter.before as string))
    .orderBy('s.id', 'desc')
    .limit(filter.limit)
    .execute()

const coversRecipient = (which: ReturnType<typeof sql>) => sql<boolean>`EXISTS (
  SELECT 1 FROM decorum.recipient p LEFT JOIN decorum.recipient_address pa ON pa.recipient_id = p.id
  WHERE p.creditor = s.creditor AND ${which} AND (p.id = s.recipient_id OR pa.hash = s.address_hash))`

/** The address that an unsubscribe link names. */
export interface UnsubscribeAddress {
  creditor: string
  recipientId: string
  hash: Buffer
  locale: string | null
  /** A suppression of this address is in force already. */
  stopped: boolean
}

/** Which address does an unsubscribe link name? Null: none of ours. */
export async function unsubscribeAddress(
  db: Kysely<Database>,
  recipientAddressId: string,
): Promise<UnsubscribeAddress | null> {
  const { rows } = await sql<UnsubscribeAddress>`
    SELECT ra.creditor, ra.recipient_id AS "recipientId", ra.hash, r.locale,
      EXISTS (SELECT 1 FROM decorum.suppression s WHERE s.creditor = ra.creditor AND s.address_hash = ra.hash AND s.lifted_at IS NULL
        AND s.ends_at IS NULL AND (s.channel IS NULL OR s.channel = 'email')) AS stopped
    FROM decorum.recipient_address ra JOIN decorum.recipient r ON r.id = ra.recipient_id
    WHERE ra.id = ${recipientAddressId}::uuid`.execute(db)
  return rows[0] ?? null
}

export interface StandingSuppression {
  id: string
  recipient_id: string
  scope: SuppressionScope
  channel: Channel | null
  reason: SuppressionReason
  starts_at: Date
  ends_at: Date | null
}

/** Which suppressions are in force for these recipients at `at`: of the recipient, a channel, or an address that they have? */
export async function standingSuppressions(
  db: Kysely<Database>,
  recipientIds: readonly string[],
  at: Date,
): Promise<StandingSuppression[]> {
  if (recipientIds.length === 0) return []
  const { rows } = await sql<StandingSuppression>`
    SELECT s.id, s.recipient_id, s.scope, s.channel, s.reason, s.starts_at, s.ends_at FROM (
      SELECT id, recipient_id, scope, channel, reason, starts_at, ends_at FROM decorum.suppression WHERE recipient_id = ANY(${recipientIds}::uuid[]) AND lifted_at IS NULL AND scope <> 'address'
      UNION ALL
      SELECT theirs.id, own.recipient_id, theirs.scope, theirs.channel, theirs.reason, theirs.starts_at, theirs.ends_at
      FROM (SELECT DISTINCT recipient_id, creditor, hash FROM decorum.recipient_address WHERE recipient_id = ANY(${recipientIds}::uuid[]) AND removed_at IS NULL) own
      JOIN decorum.suppression theirs ON theirs.creditor = own.creditor AND theirs.address_hash = own.hash AND theirs.lifted_at IS NULL
    ) s WHERE s.ends_at IS NULL OR s.ends_at > ${at} ORDER BY s.starts_at, s.id`.execute(db)
  return rows
}
