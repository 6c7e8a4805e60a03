import type pg from 'pg'

/** What was written to PostgreSQL's log (WAL) in a while. */
export interface LogWritten {
  /** All of it, page headers included. */
  bytes: number
  /** Whole pages that were written because it was the first change to them after a checkpoint; null: cannot be told. */
  imageBytes: number | null
  /** By kind of record, without whole pages; empty when it cannot be told. */
  kinds: Map<string, { count: number; bytes: number }>
}

/** Where does the log end by now? */
export async function endOfLog(watcher: pg.Client): Promise<string> {
  const { rows } = await watcher.query<{ lsn: string }>('SELECT pg_current_wal_flush_lsn()::text AS lsn')
  return rows[0]?.lsn as string
}

/**
 * What stands in the log between two places?
 *
 * @param readable  is pg_walinspect there to read the records?
 */
export async function logBetween(watcher: pg.Client, from: string, to: string, readable: boolean): Promise<LogWritten> {
  const { rows } = await watcher.query<{ bytes: number }>('SELECT pg_wal_lsn_diff($2, $1)::float8 AS bytes', [from, to])
  const bytes = rows[0]?.bytes as number
  if (!readable || bytes === 0) return { bytes, imageBytes: bytes === 0 ? 0 : null, kinds: new Map() }
  const records = await watcher.query<{ kind: string; count: number; bytes: number; images: number }>(
    `SELECT "resource_manager/record_type" AS kind, count::float8, record_size::float8 AS bytes, fpi_size::float8 AS images
     FROM pg_get_wal_stats($1, $2, true) WHERE count > 0`,
    [from, to],
  )
  return {
    bytes,
    imageBytes: records.rows.reduce((sum, { images }) => sum + images, 0),
    kinds: new Map(records.rows.map(({ kind, count, bytes: size }) => [kind, { count, bytes: size }])),
  }
}
