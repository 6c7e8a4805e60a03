import { sql, type Kysely } from 'kysely'
import type { Database } from '../schema.ts'

/**
 * Takes what has been queued for too long, to be rung again under new rings.
 *
 * With the depth of each queue bounded to seconds of its rate, waiting this long means that the
 * ticket was lost. Safe from several sweepers at once: each row gets one of their rings.
 *
 * @param olderThanMs  machine time
 * @param rings        one uuid for each ring that may be needed, ceil(limit / ringSize)
 */
export async function lostRings(
  db: Kysely<Database>, lost: { route: string; olderThanMs: number; limit: number; ringSize: number; rings: readonly string[] },
): Promise<{ id: string; ring: string }[]> {
  const { rows } = await sql<{ id: string; ring: string }>`
    WITH lost AS (
      SELECT id, row_number() OVER () AS n FROM (
        SELECT id FROM decorum.reminder
        WHERE route = ${lost.route} AND status = 'queued' AND queued_at < clock_timestamp() - ${lost.olderThanMs} * interval '1 millisecond'
        ORDER BY queued_at LIMIT ${lost.limit} FOR UPDATE SKIP LOCKED
      ) locked
    )
    UPDATE decorum.reminder r SET ring = (${lost.rings}::uuid[])[1 + (lost.n - 1) / ${lost.ringSize}], queued_at = clock_timestamp()
    FROM lost WHERE r.id = lost.id RETURNING r.id, r.ring`.execute(db)
  return rows
}
