import { type Kysely, type Selectable, sql } from 'kysely'
import { outOfReach, type Reach } from './reach.ts'
import type { ApiKeyTable, Database } from './schema.ts'

export type ApiKeyRow = Omit<Selectable<ApiKeyTable>, 'hash' | 'bootstrap'>

const COLUMNS = [
  'id',
  'label',
  'creditor',
  'kind',
  'scopes',
  'created_at',
  'revoked_at',
  'expires_at',
  'created_by',
  'revoked_by',
  'last_used_at',
] as const

/** Which key has this SHA-256, if it was not revoked? One that has expired is found; the caller looks at its end. */
export const keyByHash = async (db: Kysely<Database>, hash: Buffer): Promise<ApiKeyRow | null> =>
  (await db
    .selectFrom('decorum.api_key')
    .select(COLUMNS)
    .where('hash', '=', hash)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()) ?? null

/** Stores a key by its hash. Null: it is stored already, revoked or not. */
export async function insertKey(
  db: Kysely<Database>,
  key: Omit<Selectable<ApiKeyTable>, 'revoked_at' | 'revoked_by' | 'last_used_at' | 'bootstrap'> & {
    bootstrap?: boolean
  },
): Promise<ApiKeyRow | null> {
  const row = await db
    .insertInto('decorum.api_key')
    .values({ revoked_at: null, ...key })
    .onConflict((conflict) => conflict.column('hash').doNothing())
    .returning(COLUMNS)
    .executeTakeFirst()
  return row ?? null
}

/** The keys that this caller may see, oldest first, revoked ones included: a test key sees test keys only. */
export const listKeys = (db: Kysely<Database>, reach: Reach): Promise<ApiKeyRow[]> =>
  db
    .selectFrom('decorum.api_key')
    .select(COLUMNS)
    .$if(reach.creditor !== null, (q) => q.where('creditor', '=', reach.creditor as string))
    .$if(!reach.live, (q) => q.where('kind', '=', 'test'))
    .orderBy('id')
    .execute()

/**
 * Revokes a key and returns it; the time of an earlier revocation stays. Null: no such key.
 *
 * @throws DECORUM_FORBIDDEN for a live key, asked by a test key
 */
export async function revokeKey(
  db: Kysely<Database>,
  id: string,
  reach: Reach,
  { at, by }: { at: Date; by: string },
): Promise<ApiKeyRow | null> {
  const known = () =>
    db
      .selectFrom('decorum.api_key')
      .select(COLUMNS)
      .where('id', '=', id)
      .$if(reach.creditor !== null, (q) => q.where('creditor', '=', reach.creditor as string))
      .executeTakeFirst()
  const before = await known()
  if (before === undefined) return null
  if (!reach.live && before.kind === 'live') throw outOfReach('key')
  await db
    .updateTable('decorum.api_key')
    .set({ revoked_at: at, revoked_by: by })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .execute()
  return (await known()) ?? null
}

/** Notes that these keys were used just now, to the minute: a row is written at most once a minute, whatever the load. */
export const noteKeysUsed = async (db: Kysely<Database>, ids: readonly string[]): Promise<void> => {
  await sql`UPDATE decorum.api_key SET last_used_at = date_trunc('minute', clock_timestamp())
    WHERE id = ANY(${[...ids]}::uuid[]) AND (last_used_at IS NULL OR last_used_at < date_trunc('minute', clock_timestamp()))`.execute(
    db,
  )
}

/** Revokes every bootstrap key but this one; returns those that were in force. */
export const revokeOtherBootstrapKeys = async (db: Kysely<Database>, hash: Buffer, at: Date): Promise<string[]> =>
  (
    await db
      .updateTable('decorum.api_key')
      .set({ revoked_at: at, revoked_by: 'bootstrap' })
      .where('bootstrap', '=', true)
      .where('hash', '<>', hash)
      .where('revoked_at', 'is', null)
      .returning('id')
      .execute()
  ).map(({ id }) => id)

/** Does this ledger have an administrator's key that is in force? */
export const hasAdminKey = async (db: Kysely<Database>, now: Date): Promise<boolean> =>
  (await db
    .selectFrom('decorum.api_key')
    .select('id')
    .where('revoked_at', 'is', null)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
    .where('creditor', 'is', null)
    .where((eb) => eb(eb.val('admin'), '=', eb.fn.any('scopes')))
    .limit(1)
    .executeTakeFirst()) !== undefined
