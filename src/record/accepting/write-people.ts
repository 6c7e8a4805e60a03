import { sql, type Transaction } from 'kysely'
import type { AddressHash } from '../vault/vault.ts'
import type { Database } from '../schema.ts'
import type { Consent, OwnAddress, RecipientRow } from './known-people.ts'

/** Makes sure that each of these addresses has a row to lock; in one order, as everybody does. */
export async function ensureAnchors(trx: Transaction<Database>, anchors: readonly (AddressHash & { creditor: string })[], at: Date): Promise<void> {
  if (anchors.length === 0) return
  const unique = new Map(anchors.map((anchor) => [`${anchor.hash.toString('hex')} ${anchor.creditor}`, anchor]))
  const ordered = [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, anchor]) => anchor)
  await trx.insertInto('decorum.address')
    .values(ordered.map((anchor) => ({ creditor: anchor.creditor, hash: anchor.hash, hash_key: anchor.keyId, created_at: at })))
    .onConflict((oc) => oc.columns(['creditor', 'hash']).doNothing()).execute()
}

/** Writes what was learnt about people that are locked; their sequence included. */
export async function writePeople(trx: Transaction<Database>, people: readonly RecipientRow[]): Promise<void> {
  if (people.length === 0) return
  await sql`
    UPDATE decorum.recipient r SET seq = x.seq, name = decode(x.name, 'hex'), locale = x.locale, time_zone = x.time_zone,
      jurisdiction = x.jurisdiction, location_evidence = x.location_evidence, blocked_times = x.blocked_times,
      as_of = x.as_of, updated_at = x.updated_at
    FROM jsonb_to_recordset(${JSON.stringify(people.map((p) => ({ ...p, data_key: null, name: p.name?.toString('hex') ?? null })))}::jsonb)
      AS x (id uuid, seq bigint, name text, locale text, time_zone text, jurisdiction text, location_evidence jsonb,
        blocked_times jsonb, as_of timestamptz, updated_at timestamptz)
    WHERE r.id = x.id`.execute(trx)
}

/** Adds addresses, or writes what changed about them (a retired one that came back included). */
export async function writeAddresses(trx: Transaction<Database>, addresses: readonly OwnAddress[]): Promise<void> {
  if (addresses.length === 0) return
  await trx.insertInto('decorum.recipient_address').values([...addresses]).onConflict((oc) => oc.column('id').doUpdateSet((eb) => ({
    kind: eb.ref('excluded.kind'), relation: eb.ref('excluded.relation'), source: eb.ref('excluded.source'),
    position: eb.ref('excluded.position'), verified_at: eb.ref('excluded.verified_at'), removed_at: eb.ref('excluded.removed_at'),
    country: eb.ref('excluded.country'), zones: eb.ref('excluded.zones'), subdivisions: eb.ref('excluded.subdivisions'),
  }))).execute()
}

export async function addConsents(trx: Transaction<Database>, consents: readonly Consent[]): Promise<void> {
  if (consents.length > 0) await trx.insertInto('decorum.consent').values([...consents]).execute()
}
