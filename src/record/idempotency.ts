import { type Kysely, sql, type Transaction } from 'kysely'
import { isConfined } from './reach.ts'
import type { Database, Db } from './schema.ts'

/** Live and test keys never meet: a test key cannot use up a key that a live request will bring, nor read what came of one. */
const apart = (db: Db, scope: string): string => (isConfined(db) ? `test:${scope}` : scope)

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
    .where('scope', '=', apart(db, scope))
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
      scope: apart(trx, use.scope),
      key: use.key,
      body_hash: use.bodyHash,
      resource_id: use.resourceId,
      created_at: at,
    })
    .execute()
}

/** Which of these checksums does an import job of the creditor have? Null: none. */
export const knownChecksum = async (
  db: Kysely<Database>,
  creditor: string,
  checksums: readonly Buffer[],
): Promise<Buffer | null> =>
  (
    await db
      .selectFrom('decorum.import_job')
      .select('checksum')
      .where('creditor', '=', creditor)
      .where('checksum', 'in', [...checksums])
      .limit(1)
      .executeTakeFirst()
  )?.checksum ?? null

/** How far an import of one file has come. */
interface ImportJob {
  id: string
  status: 'running' | 'done' | 'failed'
  linesDone: number
  applied: number
  unchanged: number
  rejected: number
}

/**
 * The import job of a file with this checksum, created if there is none.
 *
 * An interrupted one resumes. One that ended with rejected lines starts over, since what they lacked may exist by
 * now. `again` starts every finished one over.
 */
export async function openImportJob(
  db: Kysely<Database>,
  file: { id: string; creditor: string; checksum: Buffer; source: string; format: string; again: boolean },
  at: Date,
): Promise<ImportJob> {
  await db
    .insertInto('decorum.import_job')
    .values({
      id: file.id,
      creditor: file.creditor,
      checksum: file.checksum,
      source: file.source,
      format: file.format,
      status: 'running',
      started_at: at,
      finished_at: null,
    })
    .onConflict((oc) =>
      oc
        .columns(['creditor', 'checksum'])
        .doUpdateSet({
          status: 'running',
          started_at: at,
          finished_at: null,
          lines_done: 0,
          applied: 0,
          unchanged: 0,
          rejected: 0,
        })
        .where(sql<boolean>`import_job.status <> 'running' AND (import_job.rejected > 0 OR ${file.again}::boolean)`),
    )
    .execute()
  return db
    .selectFrom('decorum.import_job')
    .select(['id', 'status', 'lines_done as linesDone', 'applied', 'unchanged', 'rejected'])
    .where('creditor', '=', file.creditor)
    .where('checksum', '=', file.checksum)
    .executeTakeFirstOrThrow()
}

/** Records the progress of an import; call it after the counted lines have been committed. */
export async function noteImport(
  db: Kysely<Database>,
  job: Omit<ImportJob, 'status'>,
  finishedAt: Date | null,
): Promise<void> {
  await db
    .updateTable('decorum.import_job')
    .set({
      lines_done: job.linesDone,
      applied: job.applied,
      unchanged: job.unchanged,
      rejected: job.rejected,
      status: finishedAt === null ? 'running' : 'done',
      finished_at: finishedAt,
    })
    .where('id', '=', job.id)
    .execute()
}
