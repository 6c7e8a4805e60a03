import { Kysely, PostgresDialect } from 'kysely'
import type pg from 'pg'
import { openEmbedded } from './embedded/open.ts'
import { preparesNamed } from './prepared.ts'
import type { Database } from './schema.ts'
import { openServerPool } from './server-pool.ts'

/** Where the ledger lives: a PostgreSQL server, or a directory of our own for one process. */
export type LedgerSource = { databaseUrl: string } | { dataDir: string }

export interface LedgerOptions {
  /** Shown in pg_stat_activity; names the daemon. */
  applicationName?: string
  /** Connections at most; one is held for each route that is listened to through PostgreSQL. */
  poolSize?: number
  /** Told when an idle connection breaks; the pool replaces it by itself. */
  onError?: (error: Error) => void
}

/** The open ledger. Tables are qualified (`decorum.reminder`); `search_path` belongs to BullMQ. */
export interface Ledger {
  readonly db: Kysely<Database>
  readonly pool: pg.Pool
  readonly embedded: boolean
  /** Null when it answers; otherwise what is wrong, without credentials. */
  check(): Promise<string | null>
  /** Waits for what is running. Safe to call twice. */
  close(): Promise<void>
}

/**
 * Opens the ledger; runs no migration.
 *
 * A server is not contacted yet: `check()` tells whether it answers.
 *
 * @throws DECORUM_CONFIG when the URL is not one; DECORUM_DATA_DIR_LOCKED when another
 *         process holds the directory; DECORUM_LEDGER_UNAVAILABLE when its data cannot be opened
 */
export async function openLedger(source: LedgerSource, options: LedgerOptions = {}): Promise<Ledger> {
  const embedded = 'dataDir' in source
  const { pool, close } = embedded
    ? await openEmbedded(source.dataDir, options)
    : openServerPool(source.databaseUrl, options)
  pool.on('error', (error) => options.onError?.(error))
  // One that breaks in somebody's hands between two statements tells nobody but itself, and an
  // 'error' that nobody hears ends the process. The next statement on it fails, and that is heard.
  pool.on('connect', (client) => client.on('error', () => undefined))
  pool.on('connect', preparesNamed)
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
  let closing: Promise<void> | undefined
  return {
    db,
    pool,
    embedded,
    check: async () => {
      try {
        await pool.query('SELECT 1')
        return null
      } catch (error) {
        return describeFailure(error)
      }
    },
    close: () => (closing ??= close()),
  }
}

/** pg reports a refused connection as an AggregateError with an empty message and one cause per address. */
function describeFailure(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(describeFailure).join('; ')
  return error instanceof Error ? error.message : String(error)
}
