import { sql, type Kysely } from 'kysely'
import type { Database } from '../schema.ts'

/** What stands at this moment, each from an index that holds nothing else. */
export interface StandingCounts {
  /** Rung and not yet taken, by route: the queue as the ledger knows it, a few seconds of rate at most. */
  queued: { route: string; count: number }[]
  /** How long the most overdue reminder of each route has been waiting, in seconds. */
  lag: { route: string; seconds: number }[]
  sending: number
  inDoubt: number
}

/** Counts only what partial indexes keep short; what grows with the portfolio is never counted here. */
export async function standingCounts(db: Kysely<Database>, routes: readonly string[], now: Date): Promise<StandingCounts> {
  const queued = await sql<{ route: string; count: number }>`
    SELECT route, count(*) AS count FROM decorum.reminder WHERE status = 'queued' GROUP BY route`.execute(db)
  const lag = await sql<{ route: string; next_at: Date | null }>`
    SELECT r.route, w.next_at FROM unnest(${[...routes]}::text[]) AS r (route)
    LEFT JOIN LATERAL (
      SELECT m.next_at FROM decorum.reminder m WHERE m.status = 'scheduled' AND m.route = r.route ORDER BY m.next_at, m.id LIMIT 1
    ) AS w ON true`.execute(db)
  const open = await sql<{ sending: number; in_doubt: number }>`
    SELECT (SELECT count(*) FROM decorum.attempt WHERE status = 'sending') AS sending,
           (SELECT count(*) FROM decorum.attempt WHERE status = 'in_doubt') AS in_doubt`.execute(db)
  return {
    queued: queued.rows,
    lag: lag.rows.map(({ route, next_at: next }) => ({ route, seconds: next === null ? 0 : Math.max(0, (now.getTime() - next.getTime()) / 1000) })),
    sending: open.rows[0]?.sending ?? 0,
    inDoubt: open.rows[0]?.in_doubt ?? 0,
  }
}
