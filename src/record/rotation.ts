import { type Kysely, sql } from 'kysely'
import type { Channel } from '../model/vocabulary.ts'
import type { Locked } from './locks.ts'
import { insertRows } from './pg/batch.ts'
import { binaryArray } from './pg/binary-array.ts'
import type { Database } from './schema.ts'

/** How much is still to be done under another key than this one? */
export async function leftToRotate(
  db: Kysely<Database>,
  current: string,
): Promise<{ people: number; addresses: number }> {
  const { rows } = await sql<{ people: number; addresses: number }>`
    SELECT (SELECT count(*) FROM decorum.recipient WHERE data_key IS NOT NULL AND data_key_id <> ${current})::int AS people,
      (SELECT count(DISTINCT hash) FROM decorum.address WHERE hash_key <> ${current})::int AS addresses`.execute(db)
  return rows[0] ?? { people: 0, addresses: 0 }
}

/** A person whose data key another key wraps. */
export interface WrappedElsewhere {
  id: string
  dataKey: Buffer
  dataKeyId: string
}

/** Which people's data keys does another key wrap? By id, after this one. */
export async function wrappedElsewhere(
  db: Kysely<Database>,
  current: string,
  after: string,
  limit: number,
): Promise<WrappedElsewhere[]> {
  const { rows } = await sql<WrappedElsewhere>`
    SELECT id, data_key AS "dataKey", data_key_id AS "dataKeyId" FROM decorum.recipient
    WHERE id > ${after}::uuid AND data_key IS NOT NULL AND data_key_id <> ${current} ORDER BY id LIMIT ${limit}`.execute(
    db,
  )
  return rows
}

/** Stores data keys under another key; one that was destroyed or changed meanwhile stays as it is. Their people are locked. */
export async function writeRewrapped(
  trx: Locked,
  current: string,
  rewrapped: readonly { id: string; was: Buffer; wrapped: Buffer }[],
): Promise<number> {
  const result = await sql`
    UPDATE decorum.recipient r SET data_key = x.wrapped, data_key_id = ${current}
    FROM unnest(${rewrapped.map(({ id }) => id)}::uuid[], ${binaryArray(
      'bytea',
      rewrapped.map(({ was }) => was),
    )}::bytea[],
      ${binaryArray(
        'bytea',
        rewrapped.map(({ wrapped }) => wrapped),
      )}::bytea[]) AS x (id, was, wrapped)
    WHERE r.id = x.id AND r.data_key = x.was`.execute(trx)
  return Number(result.numAffectedRows ?? 0)
}

/** The keys of the processes whose notes the chain of evidence proves, where another key than this one wraps them. */
export async function writersElsewhere(db: Kysely<Database>, current: string): Promise<WrappedElsewhere[]> {
  const { rows } = await sql<WrappedElsewhere>`
    SELECT id, data_key AS "dataKey", data_key_id AS "dataKeyId" FROM decorum.chain_writer WHERE data_key_id <> ${current}`.execute(
    db,
  )
  return rows
}

export async function writeWriterRewrapped(
  db: Kysely<Database>,
  current: string,
  { id, was, wrapped }: { id: string; was: Buffer; wrapped: Buffer },
): Promise<void> {
  await sql`UPDATE decorum.chain_writer SET data_key = ${wrapped}, data_key_id = ${current} WHERE id = ${id}::uuid AND data_key = ${was}`.execute(
    db,
  )
}

/** An address that is found by a hash of another key, with somebody who has it in clear; null: nobody does. */
export interface HashedElsewhere {
  hash: Buffer
  creditors: string[]
  holder: {
    recipientId: string
    dataKey: Buffer
    dataKeyId: string
    addressId: string
    channel: Channel
    value: Buffer
    live: boolean
  } | null
}

/** Which addresses are found by a hash of another key? By hash, after this one. */
export async function hashedElsewhere(
  db: Kysely<Database>,
  current: string,
  after: Buffer,
  limit: number,
): Promise<HashedElsewhere[]> {
  const { rows } = await sql<
    Omit<HashedElsewhere, 'holder'> & {
      [K in keyof NonNullable<HashedElsewhere['holder']>]: NonNullable<HashedElsewhere['holder']>[K] | null
    }
  >`
    SELECT a.hash, a.creditors, h.* FROM (
      SELECT hash, array_agg(creditor ORDER BY creditor) AS creditors FROM decorum.address
      WHERE hash_key <> ${current} AND hash > ${after} GROUP BY hash ORDER BY hash LIMIT ${limit}
    ) a LEFT JOIN LATERAL (
      SELECT r.id AS "recipientId", r.data_key AS "dataKey", r.data_key_id AS "dataKeyId", ra.id AS "addressId", ra.channel, ra.value, r.live
      FROM unnest(a.creditors) AS c (creditor)
      JOIN decorum.recipient_address ra ON ra.creditor = c.creditor AND ra.hash = a.hash AND ra.value IS NOT NULL
      JOIN decorum.recipient r ON r.id = ra.recipient_id AND r.data_key IS NOT NULL LIMIT 1
    ) h ON true ORDER BY a.hash`.execute(db)
  return rows.map(({ hash, creditors, recipientId, dataKey, dataKeyId, addressId, channel, value, live }) => ({
    hash,
    creditors,
    holder:
      recipientId === null ||
      dataKey === null ||
      dataKeyId === null ||
      addressId === null ||
      channel === null ||
      value === null
        ? null
        : { recipientId, dataKey, dataKeyId, addressId, channel, value, live: live === true },
  }))
}

/** By what an address is found from now on. */
export interface AddressName {
  lookup: Buffer
  lookup_key: string
  hash: Buffer
}

const insertNames = insertRows<AddressName>(
  'decorum.address_name',
  { lookup: 'bytea', lookup_key: 'text', hash: 'bytea' },
  'ON CONFLICT (lookup) DO NOTHING',
)

/** Lets addresses be found by other hashes, and no longer by those before; the addresses are locked. */
export async function nameAddresses(trx: Locked, names: readonly AddressName[], current: string): Promise<void> {
  const hashes = binaryArray(
    'bytea',
    names.map(({ hash }) => hash),
  )
  await sql`DELETE FROM decorum.address_name WHERE hash = ANY(${hashes}::bytea[]) AND lookup_key <> ${current}`.execute(
    trx,
  )
  await insertNames(trx, names)
  await sql`UPDATE decorum.address SET hash_key = ${current} WHERE hash = ANY(${hashes}::bytea[])`.execute(trx)
}
