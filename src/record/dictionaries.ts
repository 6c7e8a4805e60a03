import { type Kysely, sql } from 'kysely'
import { DecorumError } from '../model/errors.ts'
import { CODEC, type Dictionaries, DICTIONARIES, openDictionary, versionOf } from './packed/packed-json.ts'
import type { Db } from './schema.ts'

/** The table as a migration makes it. Migrations import nothing, so that it stands there once more. */
export const CREATE_DICTIONARY = `CREATE TABLE IF NOT EXISTS decorum.dictionary (
  version smallint PRIMARY KEY CHECK (version BETWEEN 1 AND 255),
  codec text NOT NULL,
  bytes bytea NOT NULL
)`

interface StoredDictionary {
  version: number
  codec: string
  bytes: Buffer
}

/**
 * Stores every dictionary of this build that the ledger lacks, so that other builds can read what this one packs.
 *
 * Called after the migrations and before anything is packed. Safe from several processes at once.
 *
 * @throws DECORUM_SCHEMA_FOREIGN when the ledger has another dictionary under the same version
 */
export async function keepDictionaries(db: Db | Kysely<never>): Promise<void> {
  const versions = [...DICTIONARIES.keys()]
  const bytes = [...DICTIONARIES.values()].map((dictionary) => dictionary.bytes)
  await sql`
    INSERT INTO decorum.dictionary (version, codec, bytes)
    SELECT version, ${CODEC}, bytes FROM unnest(${versions}::smallint[], ${bytes}::bytea[]) AS d (version, bytes)
    ON CONFLICT DO NOTHING`.execute(db)
  for (const stored of await readStored(db, versions)) {
    const known = DICTIONARIES.get(stored.version)
    if (known !== undefined && (stored.codec !== CODEC || !stored.bytes.equals(known.bytes)))
      throw new DecorumError(
        'DECORUM_SCHEMA_FOREIGN',
        `the ledger's dictionary ${stored.version} is not the one of this build`,
      )
  }
}

/**
 * Which dictionaries are needed for these bytes that this build lacks? Usually none, and nothing is asked.
 *
 * @throws DECORUM_SCHEMA_NEWER when one of them is read in a way that this build does not know
 */
export async function dictionariesFor(db: Db | Kysely<never>, packed: Iterable<Uint8Array>): Promise<Dictionaries> {
  const lacking = new Set<number>()
  for (const bytes of packed) {
    const version = versionOf(bytes)
    if (version !== 0 && !DICTIONARIES.has(version)) lacking.add(version)
  }
  if (lacking.size === 0) return new Map()
  const stored = await readStored(db, [...lacking])
  const unreadable = stored.find((dictionary) => dictionary.codec !== CODEC)
  if (unreadable !== undefined)
    throw new DecorumError(
      'DECORUM_SCHEMA_NEWER',
      `dictionary ${unreadable.version} of the ledger is for ${unreadable.codec}, which this build does not read`,
    )
  return new Map(stored.map(({ version, bytes }) => [version, openDictionary(version, bytes)]))
}

const readStored = async (db: Db | Kysely<never>, versions: readonly number[]): Promise<StoredDictionary[]> =>
  (
    await sql<StoredDictionary>`
      SELECT version, codec, bytes FROM decorum.dictionary WHERE version = ANY(${versions}::smallint[])`.execute(db)
  ).rows
