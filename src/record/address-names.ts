import { sql } from 'kysely'
import { binaryArray } from './pg/binary-array.ts'
import type { Db } from './schema.ts'

/**
 * Under which hashes do these numbers and mailboxes stand in the ledger?
 *
 * An address keeps the hash that it was added with when keys change; `address_name` says by which other it is found.
 *
 * @param lookups  hashes under every key, of any number of addresses
 * @returns        by the lookup in hexadecimal; those that the ledger does not know are left out
 */
export async function addressNames(db: Db, lookups: readonly Buffer[]): Promise<Map<string, Buffer>> {
  if (lookups.length === 0) return new Map()
  const wanted = binaryArray('bytea', lookups)
  const { rows } = await sql<{ lookup: Buffer; hash: Buffer }>`/* address-names */
    SELECT DISTINCT a.hash AS lookup, a.hash FROM unnest(${wanted}::bytea[]) AS x (hash) JOIN decorum.address a ON a.hash = x.hash
    UNION ALL
    SELECT n.lookup, n.hash FROM unnest(${wanted}::bytea[]) AS x (hash) JOIN decorum.address_name n ON n.lookup = x.hash`.execute(
    db,
  )
  return new Map(rows.map(({ lookup, hash }) => [lookup.toString('hex'), hash]))
}
