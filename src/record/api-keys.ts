import type { Kysely } from 'kysely'
import { newId } from './id.ts'
import type { ApiKeyTable, Database } from './schema.ts'

export type ApiKeyRow = Omit<ApiKeyTable, 'hash'>

const COLUMNS = ['id', 'label', 'creditor', 'kind', 'scopes', 'created_at', 'revoked_at'] as const

/** Which key has this SHA-256, if it was not revoked? */
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
  key: Omit<ApiKeyTable, 'id' | 'revoked_at'>,
): Promise<ApiKeyRow | null> {
  const row = await db
    .insertInto('decorum.api_key')
    .values({ id: newId(), revoked_at: null, ...key })
    .onConflict((conflict) => conflict.column('hash').doNothing())
    .returning(COLUMNS)
    .executeTakeFirst()
  return row ?? null
}

/** Every key, oldest first, revoked ones included. Null creditor: all. */
export const listKeys = (db: Kysely<Database>, creditor: string | null): Promise<ApiKeyRow[]> =>
  db
    .selectFrom('decorum.api_key')
    .select(COLUMNS)
    .$if(creditor !== null, (q) => q.where('creditor', '=', creditor as string))
    .orderBy('id')
    .execute()

/** Revokes a key and returns it; the time of an earlier revocation stays. Null: no such key. */
export async function revokeKey(
  db: Kysely<Database>,
  id: string,
  creditor: string | null,
  at: Date,
): Promise<ApiKeyRow | null> {
  await db
    .updateTable('decorum.api_key')
    .set({ revoked_at: at })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .$if(creditor !== null, (q) => q.where('creditor', '=', creditor as string))
    .execute()
  const row = await db
    .selectFrom('decorum.api_key')
    .select(COLUMNS)
    .where('id', '=', id)
    .$if(creditor !== null, (q) => q.where('creditor', '=', creditor as string))
    .executeTakeFirst()
  return row ?? null
}

/** Does this ledger have an administrator's key? */
export const hasAdminKey = async (db: Kysely<Database>): Promise<boolean> =>
  (await db
    .selectFrom('decorum.api_key')
    .select('id')
    .where('revoked_at', 'is', null)
    .where('creditor', 'is', null)
    .where((eb) => eb(eb.val('admin'), '=', eb.fn.any('scopes')))
    .limit(1)
    .executeTakeFirst()) !== undefined
