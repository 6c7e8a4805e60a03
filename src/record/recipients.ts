import { type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import type { Instant } from '../model/time.ts'
import { CONTACT_MEMORY_MS } from './dispatch/decision-inputs.ts'
import { heldByAdding, type Locked, requireHeld } from './locks.ts'
import { type Columns, insertRows, updateRows } from './pg/batch.ts'
import { binaryArray } from './pg/binary-array.ts'
import { reaches, type Reach } from './reach.ts'
import type { Db, ConsentTable, Database, RecipientAddressTable, RecipientTable } from './schema.ts'

export type RecipientRow = Selectable<RecipientTable>
export type OwnAddress = Selectable<RecipientAddressTable>
export type Consent = Omit<Selectable<ConsentTable>, 'seq'>

/** A recipient with every address, removed ones included, and every consent. */
export interface KnownRecipient {
  row: RecipientRow
  addresses: OwnAddress[]
  consents: Consent[]
}

/** A resource by the creditor's own id. */
export interface UpstreamKey {
  creditor: string
  externalId: string
}

/** An upstream key as a map key. */
export const keyText = (key: UpstreamKey): string => `${key.creditor} ${key.externalId}`

/** What are our ids of these recipients? By `keyText`; locks nothing. */
export async function findRecipients(db: Db, keys: readonly UpstreamKey[]): Promise<Map<string, string>> {
  if (keys.length === 0) return new Map()
  const { rows } = await sql<UpstreamKey & { id: string }>`
    SELECT id, creditor, external_id AS "externalId" FROM decorum.recipient
    WHERE (creditor, external_id) IN (
      SELECT * FROM unnest(${binaryArray(
        'text',
        keys.map((k) => k.creditor),
      )}::text[], ${binaryArray(
        'text',
        keys.map((k) => k.externalId),
      )}::text[])
    )`.execute(db)
  return new Map(rows.map((row) => [keyText(row), row.id]))
}

/** Which of these accounts and recipients were registered with a live key? By `keyText`; for a test key, which may name none of them. */
export async function liveAmong(
  db: Db,
  what: 'account' | 'recipient',
  keys: readonly UpstreamKey[],
): Promise<Set<string>> {
  const { rows } = await sql<UpstreamKey>`
    SELECT creditor, external_id AS "externalId" FROM ${sql.table(`decorum.${what}`)}
    WHERE live AND (creditor, external_id) IN (
      SELECT * FROM unnest(${keys.map((k) => k.creditor)}::text[], ${keys.map((k) => k.externalId)}::text[])
    )`.execute(db)
  return new Set(rows.map(keyText))
}

/** A person's data key as it is stored; null: no such person. */
export const dataKeyOf = async (
  db: Db,
  id: string,
): Promise<{ dataKey: Buffer | null; dataKeyId: string | null } | null> =>
  (await db
    .selectFrom('decorum.recipient')
    .select(['data_key as dataKey', 'data_key_id as dataKeyId'])
    .where('id', '=', id)
    .executeTakeFirst()) ?? null

/** These recipients as they stand now; call it after locking them. */
export async function knownRecipients(trx: Transaction<Database>, ids: readonly string[]): Promise<KnownRecipient[]> {
  if (ids.length === 0) return []
  const rows = await trx.selectFrom('decorum.recipient').selectAll().where('id', 'in', ids).execute()
  const addresses = await trx
    .selectFrom('decorum.recipient_address')
    .selectAll()
    .where('recipient_id', 'in', ids)
    .orderBy('position')
    .execute()
  const consents = await trx.selectFrom('decorum.consent').selectAll().where('recipient_id', 'in', ids).execute()
  const recipients = new Map(rows.map((row) => [row.id, { row, addresses: [], consents: [] } as KnownRecipient]))
  for (const address of addresses) recipients.get(address.recipient_id)?.addresses.push(address)
  for (const consent of consents) recipients.get(consent.recipient_id)?.consents.push(consent)
  return [...recipients.values()]
}

/** What may change about a recipient; the rest is fixed when it is added, or written elsewhere. */
const CHANGING = {
  name: 'bytea',
  locale: 'text',
  time_zone: 'text',
  jurisdiction: 'text',
  location_evidence: 'jsonb',
  blocked_times: 'jsonb',
  as_of: 'timestamptz',
  updated_at: 'timestamptz',
} as const satisfies Columns<RecipientRow>

const insertRecipients = insertRows<RecipientRow>(
  'decorum.recipient',
  {
    id: 'uuid',
    creditor: 'text',
    external_id: 'text',
    data_key: 'bytea',
    data_key_id: 'text',
    live: 'boolean',
    created_at: 'timestamptz',
    ...CHANGING,
  },
  'ON CONFLICT (creditor, external_id) DO NOTHING',
)

/**
 * Adds recipients, in one order, so that two imports of the same ones cannot deadlock.
 *
 * @returns  the token that holds their locks; null: one of them was added meanwhile
 */
export async function addRecipients(
  trx: Transaction<Database>,
  recipients: readonly RecipientRow[],
): Promise<Locked | null> {
  const ordered = recipients
    .map((row) => ({ row, key: textOf(row) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ row }) => row)
  return (await insertRecipients(trx, ordered)) === recipients.length
    ? heldByAdding(
        trx,
        recipients.map((row) => row.id),
      )
    : null
}

const textOf = (row: RecipientRow): string => keyText({ creditor: row.creditor, externalId: row.external_id })

const updateRecipients = updateRows<RecipientRow>('decorum.recipient', { id: 'uuid', ...CHANGING })

/** Writes what changed about locked recipients. */
export async function writeRecipients(trx: Locked, recipients: readonly RecipientRow[]): Promise<void> {
  requireHeld(
    trx,
    recipients.map((row) => row.id),
  )
  await updateRecipients(trx, recipients)
}

const ADDRESS: Columns<OwnAddress> = {
  id: 'uuid',
  creditor: 'text',
  recipient_id: 'uuid',
  hash: 'bytea',
  channel: 'text',
  kind: 'text',
  relation: 'text',
  source: 'text',
  position: 'smallint',
  value: 'bytea',
  country: 'text',
  zones: 'texts',
  subdivisions: 'texts',
  verified_at: 'timestamptz',
  removed_at: 'timestamptz',
  created_at: 'timestamptz',
}

const upsertAddresses = insertRows<OwnAddress>(
  'decorum.recipient_address',
  ADDRESS,
  `ON CONFLICT (id) DO UPDATE SET
  kind = excluded.kind, relation = excluded.relation, source = excluded.source, position = excluded.position, verified_at = excluded.verified_at,
  removed_at = excluded.removed_at, country = excluded.country, zones = excluded.zones, subdivisions = excluded.subdivisions`,
)

/** Adds addresses, or writes what changed about them (a retired one that came back included). */
export async function writeAddresses(trx: Locked, addresses: readonly OwnAddress[]): Promise<void> {
  requireHeld(
    trx,
    addresses.map((address) => address.recipient_id),
  )
  await upsertAddresses(trx, addresses)
}

/** Which of these retired addresses does nothing refer to: no contact that caps may count, no stop in force, no attempt, no open permit? */
export async function unusedAddresses(
  trx: Transaction<Database>,
  ids: readonly string[],
  now: Instant,
): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const { rows } = await sql<{ id: string }>`
    SELECT ra.id FROM decorum.recipient_address ra WHERE ra.id = ANY(${ids}::uuid[]) AND ra.removed_at IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM decorum.suppression s
        WHERE s.lifted_at IS NULL AND s.creditor = ra.creditor AND s.address_hash = ra.hash)
      AND NOT EXISTS (SELECT 1 FROM decorum.reservation t WHERE t.recipient_id = ra.recipient_id AND t.address_id = ra.id)
      AND NOT EXISTS (SELECT 1 FROM decorum.contacts_since(${new Date(now - CONTACT_MEMORY_MS)}::timestamptz) c
        WHERE c.recipient_id = ra.recipient_id AND c.address_hash = ra.hash)
      AND NOT EXISTS (SELECT 1 FROM decorum.conversation c WHERE c.recipient_id = ra.recipient_id AND c.address_hash = ra.hash)
      AND NOT EXISTS (SELECT 1 FROM decorum.permit p
        WHERE p.status = 'open' AND p.recipient_id = ra.recipient_id AND p.address_hash = ra.hash)`.execute(trx)
  return new Set(rows.map(({ id }) => id))
}

/** Removes addresses of a locked recipient that nothing refers to (`unusedAddresses`). */
export async function dropAddresses(trx: Locked, recipientId: string, ids: readonly string[]): Promise<void> {
  requireHeld(trx, [recipientId])
  if (ids.length === 0) return
  await trx
    .deleteFrom('decorum.recipient_address')
    .where('recipient_id', '=', recipientId)
    .where('id', 'in', [...ids])
    .execute()
}

/** Removes consents of a locked recipient that allow nothing any more. */
export async function dropConsents(trx: Locked, recipientId: string, ids: readonly string[]): Promise<void> {
  requireHeld(trx, [recipientId])
  if (ids.length === 0) return
  await trx
    .deleteFrom('decorum.consent')
    .where('recipient_id', '=', recipientId)
    .where('id', 'in', [...ids])
    .execute()
}

const insertConsents = insertRows<Consent>('decorum.consent', {
  id: 'uuid',
  creditor: 'text',
  recipient_id: 'uuid',
  kind: 'text',
  channel: 'text',
  address_hash: 'bytea',
  starts_at: 'timestamptz',
  ends_at: 'timestamptz',
  source: 'text',
  recorded_at: 'timestamptz',
})

export async function addConsents(trx: Locked, consents: readonly Consent[]): Promise<void> {
  requireHeld(
    trx,
    consents.map((consent) => consent.recipient_id),
  )
  await insertConsents(trx, consents)
}

const recipientRows = (db: Kysely<Database>) => db.selectFrom('decorum.recipient as r').selectAll('r')
export type RecipientListing = Awaited<ReturnType<ReturnType<typeof recipientRows>['execute']>>[number]

/** Which recipients have this id of a creditor? At most two, which is enough to see that it is ambiguous. */
export const recipientsByExternalId = (
  db: Kysely<Database>,
  reach: Reach,
  externalId: string,
): Promise<RecipientListing[]> =>
  recipientRows(db)
    .where('r.external_id', '=', externalId)
    .where(reaches(reach, 'r.creditor', ['r.live']))
    .limit(2)
    .execute()

/** Which recipients have, or had, an address with one of these keyed hashes? */
export async function recipientsByAddressHash(
  db: Kysely<Database>,
  reach: Reach,
  hashes: readonly Buffer[],
): Promise<RecipientListing[]> {
  if (hashes.length === 0) return []
  return recipientRows(db)
    .where('r.id', 'in', (eb) =>
      eb
        .selectFrom('decorum.recipient_address as ra')
        .innerJoin('decorum.address as x', (on) =>
          on.onRef('x.creditor', '=', 'ra.creditor').onRef('x.hash', '=', 'ra.hash'),
        )
        .select('ra.recipient_id')
        .where('x.hash', 'in', [...hashes]),
    )
    .where(reaches(reach, 'r.creditor', ['r.live']))
    .orderBy('r.id')
    .limit(100)
    .execute()
}

/** Every address of one recipient, also those that were removed. */
export const addressesOf = (db: Kysely<Database>, recipientId: string) =>
  db
    .selectFrom('decorum.recipient_address')
    .selectAll()
    .where('recipient_id', '=', recipientId)
    .orderBy('position')
    .orderBy('id')
    .execute()
export type RecipientAddressRow = Awaited<ReturnType<typeof addressesOf>>[number]

/** The creditor's own ids of a recipient's accounts. */
export const externalAccountIdsOf = async (db: Kysely<Database>, recipientId: string): Promise<string[]> =>
  (
    await db
      .selectFrom('decorum.account')
      .select('external_id')
      .where('recipient_id', '=', recipientId)
      .orderBy('id')
      .execute()
  ).map((row) => row.external_id)
