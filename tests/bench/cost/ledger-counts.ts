import type pg from 'pg'

/** What has happened to one table; a partitioned one with all its partitions. */
export interface TableCounts {
  inserted: number
  updated: number
  /** Updates that needed no new index entry. */
  hot: number
  deleted: number
  /** Pieces of values that were too long for their row. */
  chunks: number
  /** Values that were too long for their row included. */
  tableBytes: number
  indexBytes: number
}

/** Which tables there are is asked of PostgreSQL, so that a changed schema is measured as it is. */
const COUNTS = `
  SELECT coalesce(root.relname, c.relname)::text AS name,
    sum(s.n_tup_ins)::float8 AS inserted, sum(s.n_tup_upd)::float8 AS updated, sum(s.n_tup_hot_upd)::float8 AS hot,
    sum(s.n_tup_del)::float8 AS deleted, coalesce(sum(long.n_tup_ins), 0)::float8 AS chunks,
    sum(pg_table_size(c.oid))::float8 AS "tableBytes", sum(pg_indexes_size(c.oid))::float8 AS "indexBytes"
  FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
  LEFT JOIN pg_class root ON root.oid = pg_partition_root(c.oid)
  LEFT JOIN pg_stat_all_tables long ON long.relid = c.reltoastrelid
  GROUP BY 1 ORDER BY 1`

/** What has happened to each table so far? What a session has not handed in yet is missing: see `handIn`. */
export async function ledgerCounts(watcher: pg.Client): Promise<Map<string, TableCounts>> {
  const { rows } = await watcher.query<TableCounts & { name: string }>(COUNTS)
  return new Map(rows.map(({ name, ...counts }) => [name, counts]))
}

/** Makes every session of the pool hand in its statistics, which it otherwise does once a second at most. */
export async function handIn(pool: pg.Pool): Promise<void> {
  await onEach(pool, 'SELECT pg_stat_force_next_flush()')
}

/** Runs a statement in every session that the pool has. */
export async function onEach(pool: pg.Pool, statement: string): Promise<void> {
  const clients = await Promise.all(Array.from({ length: pool.totalCount }, () => pool.connect()))
  try {
    for (const client of clients) await client.query(statement)
  } finally {
    for (const client of clients) client.release()
  }
}

/** What has been added between two counts, of tables where anything was. */
export function tablesBetween(
  before: ReadonlyMap<string, TableCounts>,
  after: ReadonlyMap<string, TableCounts>,
): Map<string, TableCounts> {
  const changed = [...after].map(([name, counts]) => {
    const earlier = before.get(name)
    const entries = Object.entries(counts) as [keyof TableCounts, number][]
    return [
      name,
      Object.fromEntries(entries.map(([key, value]) => [key, value - (earlier?.[key] ?? 0)])) as unknown as TableCounts,
    ] as const
  })
  return new Map(changed.filter(([, counts]) => Object.values(counts).some((value) => value !== 0)))
}
