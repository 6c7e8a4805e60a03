import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../schema.ts'

/** Which attempts does the ledger hold as `sending` for this batch? Asked when the answer to COMMIT was lost. */
export async function attemptsOfBatch(db: Kysely<Database>, batch: string): Promise<{ reminderId: string; attemptNo: number }[]> {
  const { rows } = await sql<{ reminderId: string; attemptNo: number }>`
    SELECT reminder_id AS "reminderId", no AS "attemptNo" FROM decorum.attempt
    WHERE status = 'sending' AND lease_until > clock_timestamp() - interval '1 hour' AND batch = ${batch}::uuid`.execute(db)
  return rows
}

/**
 * How many calls are on the line on this route?
 *
 * Serialises the route's reservations until this transaction ends, so that two workers cannot
 * both take the last line.
 */
export async function callsOnLine(trx: Transaction<Database>, route: string): Promise<number> {
  await sql`SELECT pg_advisory_xact_lock(hashtext('decorum.calls'), hashtext(${route}))`.execute(trx)
  // Prepared: a call may be on the line in any month's piece, and to plan for all of them took most of the time.
  const { rows } = await sql<{ calls: number }>`/* calls-on-line */
    SELECT count(*)::int AS calls FROM decorum.attempt
    WHERE route = ${route} AND channel = 'phone' AND status IN ('sending', 'accepted', 'in_doubt') AND NOT delivery_final`.execute(trx)
  return rows[0]?.calls ?? 0
}
