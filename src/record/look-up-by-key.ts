import { sql, type Transaction } from 'kysely'
import type { Database } from './schema.ts'

/**
 * Tells PostgreSQL that this transaction looks up a batch of rows by their keys, so that its plans do not depend on statistics.
 *
 * A young table has none: it is read from end to end for each batch of 50 (measured at 5,000
 * accounts: 147 µs a reminder for the accounts alone, growing with the table), and a plan that is
 * kept would go on doing so. Ends with the transaction.
 *
 * A statement that also asks for a status names it as a parameter: as a constant it would be found by that status's own
 * index, and each batch of 50 would read everything that is queued (measured at 5,000 queued: 45 µs a reminder).
 */
export async function lookUpByKey(trx: Transaction<Database>): Promise<void> {
  await sql`/* look-up-by-key */ SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
    set_config('enable_mergejoin', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true)`.execute(trx)
}
