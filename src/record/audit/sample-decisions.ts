import { sql, type Kysely } from 'kysely'
import type { Decision } from '../../model/decision.ts'
import type { Facts } from '../../model/facts.ts'
import type { Database, StoredObjection } from '../schema.ts'

/** A decision as it was recorded, with the facts that it was made from. */
export interface RecordedDecision {
  source: 'reminder' | 'permit'
  /** The reminder's or the permit's. */
  id: string
  /** Which of the reminder's decisions; 1 for a permit. */
  no: number
  /** The `now` that it was decided for. */
  at: Date
  verdict: Decision['verdict']
  until: Date | null
  reasons: StoredObjection[]
  packs: Decision['packs']
  facts: Facts
}

const TABLES = {
  reminder: { table: 'decorum.decision', key: sql`reminder_id AS id, no`, join: sql`t.reminder_id = picked.id AND t.no = picked.no`, at: sql`t.at` },
  permit: { table: 'decorum.permit', key: sql`id, 1 AS no`, join: sql`t.id = picked.id`, at: sql`t.decided_at` },
} as const

/** A row without its facts, which are stored apart when they are long. */
const BYTES_A_ROW = 1_000
/** More than is asked for, since whole pages are drawn and some have few rows. */
const SPARE = 4

/**
 * Some recorded decisions at random.
 *
 * Pages of the table are drawn, each with the same chance, so the table is neither counted nor read
 * whole: the share to draw comes from the planner's estimate and grows until enough were found.
 */
export async function sampleDecisions(db: Kysely<Database>, source: RecordedDecision['source'], wanted: number): Promise<RecordedDecision[]> {
  const { table, key, join, at } = TABLES[source]
  const rows = await estimatedRows(db, table)
  for (let percent = rows === 0 ? 100 : Math.min(100, (100 * SPARE * wanted) / rows); ; percent = Math.min(100, percent * SPARE)) {
    const found = await sql<RecordedDecision>`
      WITH picked AS (
        SELECT ${key} FROM ${sql.table(table)} TABLESAMPLE SYSTEM (${percent}::real) ORDER BY random() LIMIT ${wanted}
      )
      SELECT ${source}::text AS source, picked.id, picked.no, ${at} AS at, t.verdict, t.until, t.reasons, t.packs, t.facts
      FROM picked JOIN ${sql.table(table)} t ON ${join}`.execute(db)
    if (found.rows.length >= wanted || percent >= 100) return found.rows
  }
}

/** About how many rows a table and its partitions have, without reading them; 0: hardly any. */
async function estimatedRows(db: Kysely<Database>, table: string): Promise<number> {
  const { rows } = await sql<{ estimate: number }>`
    SELECT coalesce(sum(greatest(reltuples, pg_relation_size(oid) / ${BYTES_A_ROW}::int)), 0)::float8 AS estimate FROM pg_class
    WHERE oid = ${table}::regclass OR oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = ${table}::regclass)`.execute(db)
  return rows[0]?.estimate ?? 0
}
