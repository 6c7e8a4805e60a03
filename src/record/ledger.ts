import { join, resolve } from 'node:path'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { failureInWords } from '../model/database-failure.ts'
import { DecorumError } from '../model/errors.ts'
import { lockDataDir } from './embedded/data-dir-lock.ts'
import { startEngine } from './embedded/engine.ts'
import { EmbeddedPool } from './embedded/pool.ts'
import { Session } from './embedded/session.ts'
import { simpleQuery } from './embedded/wire.ts'
import { newWriter, type Writer, writerSettings } from './chain/writer.ts'
import { pgTypes, PLAN_SETTINGS, PreparingClient } from './pg/connection.ts'
import { ownStatements } from './pg/own-statements.ts'
import type { Database } from './schema.ts'

/** Where the ledger lives: a PostgreSQL server, or a directory of our own for one process. */
type LedgerSource = { databaseUrl: string } | { dataDir: string }

interface LedgerOptions {
  /** Shown in pg_stat_activity; names the daemon. */
  applicationName?: string
  /** Maximum of connections; one is held for each route that is listened to through PostgreSQL. */
  poolSize?: number
  /** Called when an idle connection breaks; the pool replaces it by itself. */
  onError?: (error: Error) => void
}

/** The open ledger. Tables are qualified (`decorum.reminder`); `search_path` belongs to BullMQ. */
export interface Ledger {
  readonly db: Kysely<Database>
  readonly pool: pg.Pool
  readonly embedded: boolean
  /** What its sessions prove their notes with, once the writer is registered. */
  readonly writer: Writer
  /** Null when it answers; otherwise the failure, without credentials. */
  check(): Promise<string | null>
  /** Waits for running queries. Safe to call twice. */
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
  const writer = newWriter()
  const { pool, close } = embedded
    ? await openEmbedded(source.dataDir, options, writer)
    : openServerPool(source.databaseUrl, options, writer)
  pool.on('error', (error) => options.onError?.(error))
  // A connection that breaks while checked out, between two statements, emits 'error' on itself, which without
  // a listener would end the process. Its next statement fails, which is reported.
  pool.on('connect', (client) => client.on('error', () => undefined))
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: ownStatements(pool) }) })
  let closing: Promise<void> | undefined
  return {
    db,
    pool,
    embedded,
    writer,
    check: async () => {
      try {
        await pool.query('SELECT 1')
        return null
      } catch (error) {
        return failureInWords(error)
      }
    },
    close: () => (closing ??= close()),
  }
}

/**
 * A pool of connections to a PostgreSQL server, with every wait bounded.
 *
 * Stock PostgreSQL lets a partitioned client hold its locks for two hours (keepalive 7200 s,
 * no timeouts); here a transaction that sits idle, a lock that does not come and a statement
 * that does not end each give up within half a minute.
 *
 * @throws DECORUM_CONFIG when the URL cannot be read
 */
function openServerPool(
  databaseUrl: string,
  options: LedgerOptions,
  writer: Writer,
): { pool: pg.Pool; close: () => Promise<void> } {
  assertPostgresUrl(databaseUrl)
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: options.poolSize ?? 20,
    application_name: options.applicationName ?? 'decorum',
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: 10_000,
    idle_in_transaction_session_timeout: 30_000,
    lock_timeout: 10_000,
    statement_timeout: 30_000,
    // BullMQ's PostgreSQL backend names its tables without a schema when it is given a pool.
    options: ['search_path=bullmq,public', ...PLAN_SETTINGS, ...writerSettings(writer)]
      .map((setting) => `-c ${setting}`)
      .join(' '),
    types: pgTypes,
    pipeline: true,
    Client: PreparingClient,
  } as pg.PoolConfig)
  return { pool, close: () => pool.end() }
}

function assertPostgresUrl(text: string): void {
  if (!URL.canParse(text) || !['postgres:', 'postgresql:'].includes(new URL(text).protocol)) {
    throw new DecorumError('DECORUM_CONFIG', 'DATABASE_URL is not a PostgreSQL URL', {
      hint: 'Write it as postgres://user:password@host:5432/database.',
    })
  }
}

/** As `idle_in_transaction_session_timeout` on a server. */
const IDLE_IN_TRANSACTION_MS = 30_000

/**
 * Opens the embedded ledger: PGlite on `<dataDir>/ledger`, behind a pool like a server's.
 *
 * @throws DECORUM_DATA_DIR_LOCKED, DECORUM_LEDGER_UNAVAILABLE
 */
async function openEmbedded(
  dataDir: string,
  options: LedgerOptions,
  writer: Writer,
): Promise<{ pool: pg.Pool; close: () => Promise<void> }> {
  const directory = resolve(dataDir)
  const unlock = lockDataDir(directory)
  try {
    const engine = await startEngine(join(directory, 'ledger'))
    await engine.ask(
      simpleQuery(
        [...PLAN_SETTINGS, ...writerSettings(writer)]
          .map((setting) => `SET ${setting.replace(/=(.*)/, " = '$1'")}`)
          .join('; '),
      ),
    )
    const pool = new EmbeddedPool(new Session(engine, IDLE_IN_TRANSACTION_MS), options.poolSize ?? 20)
    const stopMaintenance = startMaintenance(pool)
    return {
      pool,
      close: async () => {
        stopMaintenance()
        await pool.end()
        await engine.close()
        unlock()
      },
    }
  } catch (error) {
    unlock()
    throw error
  }
}

const EVERY_MS = 10 * 60_000

/**
 * Runs the maintenance that a server does in the background and PGlite, a single process, does not: without
 * checkpoints its log grows until it is closed, without vacuum and analyze tables bloat and plans lack statistics.
 */
export async function maintainEmbedded(pool: pg.Pool): Promise<void> {
  await pool.query('VACUUM (ANALYZE)')
  await pool.query('CHECKPOINT')
}

/** Maintains it every ten minutes; a failure is ignored until the next time, since every other query would show it too. */
function startMaintenance(pool: pg.Pool): () => void {
  const timer = setInterval(() => void maintainEmbedded(pool).catch(() => undefined), EVERY_MS).unref()
  return () => clearInterval(timer)
}
