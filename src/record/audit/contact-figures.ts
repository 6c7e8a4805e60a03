import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Database } from '../schema.ts'

/** A query as it ran, so that whoever doubts a figure can run it again. */
export interface RunQuery {
  sql: string
  parameters: unknown[]
}

export interface AuditedPeriod {
  from: Date
  to: Date
  creditor: string | null
}

const asRun = (db: Kysely<Database>, query: RawBuilder<unknown>): RunQuery => {
  const { sql: text, parameters } = query.compile(db)
  return { sql: text.replace(/\s+/g, ' ').trim(), parameters: [...parameters] }
}

export interface ContactCount {
  channel: string
  direction: string
  by: string
  contacts: number
}

/** How many contacts were there in the period, by channel, direction and who made them? */
export async function contactCounts(db: Kysely<Database>, period: AuditedPeriod): Promise<{ rows: ContactCount[]; query: RunQuery }> {
  const query = sql<ContactCount>`
    SELECT channel, direction, made_by AS by, count(*)::int AS contacts FROM decorum.contact
    WHERE at >= ${period.from} AND at < ${period.to} AND (${period.creditor}::text IS NULL OR creditor = ${period.creditor})
    GROUP BY channel, direction, made_by ORDER BY channel, direction, made_by`
  return { rows: (await query.execute(db)).rows, query: asRun(db, query) }
}

/** The query that shows these contacts. */
export const contactsQuery = (db: Kysely<Database>, ids: readonly string[]): RunQuery =>
  asRun(db, sql`SELECT * FROM decorum.contact WHERE id = ANY(${ids}::uuid[]) ORDER BY at, id`)

export interface OptOutLatency {
  optOuts: number
  worstMs: number | null
  p99Ms: number | null
  /** Of the slowest. */
  worstId: string | null
}

/**
 * How long did opt-outs of the period take from when they were said until they held?
 *
 * One that was said before we heard of it held from when we did; one that is to begin later holds from then.
 */
export async function optOutLatency(db: Kysely<Database>, period: AuditedPeriod): Promise<{ row: OptOutLatency; query: RunQuery }> {
  const query = sql<OptOutLatency>`
    SELECT count(*)::int AS "optOuts", max(ms)::float8 AS "worstMs", (percentile_disc(0.99) WITHIN GROUP (ORDER BY ms))::float8 AS "p99Ms",
      (array_agg(id ORDER BY ms DESC, id))[1] AS "worstId"
    FROM (
      SELECT id, floor(extract(epoch FROM greatest(starts_at, received_at) - least(starts_at, received_at)) * 1000) AS ms FROM decorum.suppression
      WHERE reason = 'opt-out' AND received_at >= ${period.from} AND received_at < ${period.to}
        AND (${period.creditor}::text IS NULL OR creditor = ${period.creditor})
    ) s`
  const { rows } = await query.execute(db)
  return { row: rows[0] ?? { optOuts: 0, worstMs: null, p99Ms: null, worstId: null }, query: asRun(db, query) }
}
