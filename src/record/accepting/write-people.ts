import type { Transaction } from 'kysely'
import { heldByAdding, requireHeld, type Locked } from '../locks.ts'
import type { Database } from '../schema.ts'
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
 * @returns  they are locked from then on; null: somebody had added one of them meanwhile
 */
export async function addPeople(trx: Transaction<Database>, people: readonly RecipientRow[]): Promise<Locked | null> {
  const ordered = people.map((row) => ({ row, key: textOf(row) })).sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ row }) => row)
  return (await insertPeople(trx, ordered)) === people.length ? heldByAdding(trx, people.map((row) => row.id)) : null
}

const textOf = (row: RecipientRow): string => keyText({ creditor: row.creditor, externalId: row.external_id })

const updatePeople = updateRows<RecipientRow>('decorum.recipient', { id: 'uuid', ...LEARNT })

/** Writes what was learnt about people that are locked; their sequence included. */
export async function writePeople(trx: Locked, people: readonly RecipientRow[]): Promise<void> {
  requireHeld(trx, people.map((row) => row.id))
  await updatePeople(trx, people)
}

const ADDRESS: Columns<OwnAddress> = {
  id: 'uuid', creditor: 'text', recipient_id: 'uuid', hash: 'bytea', channel: 'text', kind: 'text', relation: 'text', source: 'text', position: 'smallint',
  value: 'bytea', country: 'text', zones: 'texts', subdivisions: 'texts', verified_at: 'timestamptz', removed_at: 'timestamptz', created_at: 'timestamptz',
}

const upsertAddresses = insertRows<OwnAddress>('decorum.recipient_address', ADDRESS, `ON CONFLICT (id) DO UPDATE SET
  kind = excluded.kind, relation = excluded.relation, source = excluded.source, position = excluded.position, verified_at = excluded.verified_at,
  removed_at = excluded.removed_at, country = excluded.country, zones = excluded.zones, subdivisions = excluded.subdivisions`)

/** Adds addresses, or writes what changed about them (a retired one that came back included). */
export async function writeAddresses(trx: Locked, addresses: readonly OwnAddress[]): Promise<void> {
  requireHeld(trx, addresses.map((address) => address.recipient_id))
  await upsertAddresses(trx, addresses)
}

const insertConsents = insertRows<Consent>('decorum.consent', {
  id: 'uuid', creditor: 'text', recipient_id: 'uuid', kind: 'text', channel: 'text', address_hash: 'bytea', starts_at: 'timestamptz', ends_at: 'timestamptz',
  source: 'text', recorded_at: 'timestamptz', seq: 'bigint',
})

export async function addConsents(trx: Locked, consents: readonly Consent[]): Promise<void> {
  requireHeld(trx, consents.map((consent) => consent.recipient_id))
  await insertConsents(trx, consents)
}
