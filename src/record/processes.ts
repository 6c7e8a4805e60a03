import { sql, type Kysely } from 'kysely'
import type { Database } from './schema.ts'

/** A process that works on this ledger, as it reports itself. */
export interface ProcessRow {
  id: string
  name: string
  daemons: string[]
  build: string
  words: string
  /** The ids in its DECORUM_KEYS, newest first. */
  ring: string[]
}

/** A process that has not reported for this long has ended. */
const PROCESS_GONE_AFTER_SECONDS = 60

/** Reports a process as alive, and deletes those silent for a day. In the server's machine time. */
export async function reportProcess(db: Kysely<Database>, process: ProcessRow): Promise<void> {
  await sql`/* report-process */
    WITH gone AS (DELETE FROM decorum.process WHERE seen_at < clock_timestamp() - interval '1 day' AND id <> ${process.id}::uuid)
    INSERT INTO decorum.process (id, name, daemons, build, words, ring, started_at, seen_at)
    VALUES (${process.id}::uuid, ${process.name}, ${process.daemons}::text[], ${process.build}, ${process.words}, ${process.ring}::text[], clock_timestamp(), clock_timestamp())
    ON CONFLICT (id) DO UPDATE SET seen_at = clock_timestamp(), daemons = excluded.daemons, words = excluded.words, ring = excluded.ring`.execute(
    db,
  )
}

/** Removes a process that ends in order, so that it is not counted as at work. */
export const withdrawProcess = async (db: Kysely<Database>, id: string): Promise<void> =>
  void (await db.deleteFrom('decorum.process').where('id', '=', id).execute())

/** Which processes are at work on this ledger now? */
export const processesAtWork = (db: Kysely<Database>): Promise<ProcessRow[]> =>
  db
    .selectFrom('decorum.process')
    .select(['id', 'name', 'daemons', 'build', 'words', 'ring'])
    .where('seen_at', '>', sql<Date>`clock_timestamp() - ${PROCESS_GONE_AFTER_SECONDS} * interval '1 second'`)
    .orderBy('name')
    .limit(500)
    .execute()
