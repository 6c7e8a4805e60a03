import type pg from 'pg'
import { onEach } from './ledger-counts.ts'

/** What one statement has taken. */
export interface StatementCounts {
  name: string
  calls: number
  rows: number
  /** Elapsed, not processor time. */
  planMicros: number
  runMicros: number
  logBytes: number
}

/** Makes PostgreSQL keep statistics of every statement of these sessions. */
export const listStatements = (pool: pg.Pool): Promise<void> =>
  onEach(pool, "SET pg_stat_statements.track = 'top'; SET pg_stat_statements.track_planning = on")

/** Forgets the statements that were listed so far. */
export const forgetStatements = async (watcher: pg.Client): Promise<void> =>
  void (await watcher.query('SELECT pg_stat_statements_reset()'))

const LISTED = `
  SELECT query AS name, calls::float8, rows::float8, total_plan_time * 1000 AS "planMicros", total_exec_time * 1000 AS "runMicros",
    wal_bytes::float8 AS "logBytes"
  FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  ORDER BY total_plan_time + total_exec_time DESC`

/** Which statements were run since they were last forgotten, the longest first? */
export async function statementsListed(watcher: pg.Client): Promise<StatementCounts[]> {
  const { rows } = await watcher.query<StatementCounts>(LISTED)
  return rows.map((row) => ({ ...row, name: titleOf(row.name) }))
}

const LONGEST_TITLE = 64

/** A statement's own name, from its leading comment, or how it begins. */
function titleOf(text: string): string {
  const own = /^\s*\/\* ([a-z-]+) \*\//.exec(text)?.[1]
  const words = text.replace(/\s+/g, ' ').trim()
  return own ?? (words.length > LONGEST_TITLE ? `${words.slice(0, LONGEST_TITLE)}…` : words)
}
