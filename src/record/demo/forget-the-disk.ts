import { sql, type Kysely } from 'kysely'
import type { Database } from '../schema.ts'

/**
 * Lets commits of the embedded ledger return before they are on disk.
 *
 * For a ledger that is thrown away with the run: the embedded ledger has one session, so this
 * holds for all that follows. Closing it writes everything.
 */
export async function forgetTheDisk(db: Kysely<Database>): Promise<void> {
  await sql`SET synchronous_commit TO off`.execute(db)
}
