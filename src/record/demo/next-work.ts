import { sql, type Kysely } from 'kysely'
import type { Database } from '../schema.ts'

/** When each daemon has something to do next; null: never, until something is reported. */
export interface NextWork {
  planner: Date | null
  sweeper: Date | null
}

/**
 * When does the ledger next have work for the planner, and when for the sweeper?
 *
 * For a stepped clock, in one look: what is to be planned and what is due or deferred until then;
 * receipts that capture invented, pauses and steps for people that end.
 */
export async function nextWork(db: Kysely<Database>): Promise<NextWork> {
  const { rows } = await sql<NextWork>`
    SELECT
      least(
        (SELECT min(plan_at) FROM decorum.account),
        (SELECT min(next_at) FROM decorum.reminder WHERE status = 'scheduled')) AS planner,
      least(
        (SELECT min(at) FROM decorum.invented_receipt WHERE applied_at IS NULL),
        (SELECT min(ends_at) FROM decorum.hold WHERE ended_at IS NULL),
        (SELECT min(expires_at) FROM decorum.task WHERE status = 'open')) AS sweeper`.execute(db)
  return rows[0] as NextWork
}
