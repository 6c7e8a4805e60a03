import { sql, type Transaction } from 'kysely'
import type { Database } from '../schema.ts'

/** So many of the latest attempts are looked at, of all routes together. */
const LOOKED_AT = 10_000

/** What the latest attempts of one template on one route took. */
export interface RecentAttempts {
  route: string
  template: string
  attempts: number
  /** Mean, in units of the route's rate. */
  weight: number
  /** Phone: mean time from the reservation to the end of the call, in seconds; null when no call has ended. */
  lineSeconds: number | null
}

/** How heavy were messages lately, and how long were calls? The newest reminders by their ids, which are in order of making. */
export async function recentAttempts(trx: Transaction<Database>): Promise<RecentAttempts[]> {
  const { rows } = await sql<RecentAttempts>`
    SELECT route, template, count(*)::int AS attempts, avg(weight)::float8 AS weight,
      (avg(extract(epoch FROM delivery_at - reserved_at)) FILTER (WHERE channel = 'phone' AND delivery_final AND delivery_at > reserved_at))::float8 AS "lineSeconds"
    FROM (
      SELECT route, template, weight, channel, delivery_final, delivery_at, reserved_at FROM decorum.attempt
      WHERE status IN ('accepted', 'in_doubt', 'sending') ORDER BY reminder_id DESC, no DESC LIMIT ${LOOKED_AT}
    ) latest GROUP BY route, template`.execute(trx)
  return rows
}
