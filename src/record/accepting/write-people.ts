import type { Transaction } from 'kysely'
import { anchorKey } from '../locks.ts'
import type { Database } from '../schema.ts'
import type { AddressHash } from '../vault/vault.ts'
import { insertRows, updateRows, type Columns } from '../write-rows.ts'
import { keyText, type Consent, type OwnAddress, type RecipientRow } from './known-people.ts'

/** What may be learnt about a person; the rest is fixed when it is added, or written elsewhere. */
const LEARNT = {
  seq: 'bigint', name: 'bytea', locale: 'text', time_zone: 'text', jurisdiction: 'text', location_evidence: 'jsonb', blocked_times: 'jsonb',
  as_of: 'timestamptz', updated_at: 'timestamptz',
} as const satisfies Columns<RecipientRow>

const insertPeople = insertRows<RecipientRow>('decorum.recipient', {
  id: 'uuid', creditor: 'text', external_id: 'text', data_key: 'bytea', data_key_id: 'text', created_at: 'timestamptz', ...LEARNT,
}, 'ON CONFLICT (creditor, external_id) DO NOTHING')

/**
 * Adds people with all that is known about them, in one order, so that two imports of the same people cannot deadlock.
 *
 * @returns  whether nobody had added one of them meanwhile; they are locked from then on
 */
export async function addPeople(trx: Transaction<Database>, people: readonly RecipientRow[]): Promise<boolean> {
  const ordered = people.map((row) => ({ row, key: textOf(row) })).sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ row }) => row)
  return (await insertPeople(trx, ordered)) === people.length
}

const textOf = (row: RecipientRow): string => keyText({ creditor: row.creditor, externalId: row.external_id })

const updatePeople = updateRows<RecipientRow>('decorum.recipient', { id: 'uuid', ...LEARNT })

/** Writes what was learnt about people that are locked; their sequence included. */
export async function writePeople(trx: Transaction<Database>, people: readonly RecipientRow[]): Promise<void> {
  await updatePeople(trx, people)
}

/** One number or mailbox at one creditor, and which key made its hash. */
export type NewAnchor = AddressHash & { creditor: string }

const insertAnchors = insertRows<{ creditor: string; hash: Buffer; hash_key: string; created_at: Date }>('decorum.address', {
  creditor: 'text', hash: 'bytea', hash_key: 'text', created_at: 'timestamptz',
}, 'ON CONFLICT (creditor, hash) DO NOTHING')

/**
 * Makes sure that each of these addresses has a row to lock; in one order, as everybody does.
 *
 * @returns  whether none of them had one: then all are locked already, by having been added
 */
export async function ensureAnchors(trx: Transaction<Database>, anchors: readonly NewAnchor[], at: Date): Promise<boolean> {
  const unique = new Map(anchors.map((anchor) => [anchorKey(anchor), anchor]))
  const ordered = [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { creditor, hash, keyId }]) => ({ creditor, hash, hash_key: keyId, created_at: at }))
  return (await insertAnchors(trx, ordered)) === ordered.length
}

const ADDRESS: Columns<OwnAddress> = {
  id: 'uuid', creditor: 'text', recipient_id: 'uuid', hash: 'bytea', channel: 'text', kind: 'text', relation: 'text', source: 'text', position: 'smallint',
  value: 'bytea', country: 'text', zones: 'texts', subdivisions: 'texts', verified_at: 'timestamptz', removed_at: 'timestamptz', created_at: 'timestamptz',
}

const upsertAddresses = insertRows<OwnAddress>('decorum.recipient_address', ADDRESS, `ON CONFLICT (id) DO UPDATE SET
  kind = excluded.kind, relation = excluded.relation, source = excluded.source, position = excluded.position, verified_at = excluded.verified_at,
  removed_at = excluded.removed_at, country = excluded.country, zones = excluded.zones, subdivisions = excluded.subdivisions`)

/** Adds addresses, or writes what changed about them (a retired one that came back included). */
export async function writeAddresses(trx: Transaction<Database>, addresses: readonly OwnAddress[]): Promise<void> {
  await upsertAddresses(trx, addresses)
}

const insertConsents = insertRows<Consent>('decorum.consent', {
  id: 'uuid', creditor: 'text', recipient_id: 'uuid', kind: 'text', channel: 'text', address_hash: 'bytea', starts_at: 'timestamptz', ends_at: 'timestamptz',
  source: 'text', recorded_at: 'timestamptz', seq: 'bigint',
})

export async function addConsents(trx: Transaction<Database>, consents: readonly Consent[]): Promise<void> {
  await insertConsents(trx, consents)
}
