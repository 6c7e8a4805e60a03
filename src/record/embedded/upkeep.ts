import type pg from 'pg'

const EVERY_MS = 10 * 60_000

/**
 * What a server's background processes do and PGlite, a single one, does not: without a checkpoint
 * its log grows until it is closed, without vacuum and analyze tables bloat and plans go blind.
 */
export async function keepUp(pool: pg.Pool): Promise<void> {
  await pool.query('VACUUM (ANALYZE)')
  await pool.query('CHECKPOINT')
}

/** Keeps up every ten minutes; a failure waits for the next time, as it would come up in every other query too. */
export function startUpkeep(pool: pg.Pool): () => void {
  const timer = setInterval(() => void keepUp(pool).catch(() => undefined), EVERY_MS).unref()
  return () => clearInterval(timer)
}
