import type { Transaction } from 'kysely'
import type { Database, Db } from './schema.ts'

/** What was created under this key, and from which body? Null: nothing yet. */
export async function findIdempotencyKey(
  db: Db,
  creditor: string,
  scope: string,
  key: string,
): Promise<{ bodyHash: Buffer; resourceId: string } | null> {
  const row = await db
    .selectFrom('decorum.idempotency')
    .select(['body_hash as bodyHash', 'resource_id as resourceId'])
    .where('creditor', '=', creditor)
    .where('scope', '=', scope)
    .where('key', '=', key)
    .executeTakeFirst()
  return row ?? null
}

/** Records what was created under a key. A concurrent second use is a unique violation, which callers retry. */
export async function rememberIdempotencyKey(
  trx: Transaction<Database>,
  use: { creditor: string; scope: string; key: string; bodyHash: Buffer; resourceId: string },
  at: Date,
): Promise<void> {
  await trx
    .insertInto('decorum.idempotency')
    .values({
      creditor: use.creditor,
      scope: use.scope,
      key: use.key,
      body_hash: use.bodyHash,
      resource_id: use.resourceId,
      created_at: at,
    })
    .execute()
}
