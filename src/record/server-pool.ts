import pg from 'pg'
import { DecorumError } from '../model/errors.ts'
import { pgTypes } from './pg-types.ts'
import type { LedgerOptions } from './ledger.ts'

/**
 * A pool of connections to a PostgreSQL server, with every wait bounded.
 *
 * Stock PostgreSQL lets a partitioned client hold its locks for two hours (keepalive 7200 s,
 * no timeouts); here a transaction that sits idle, a lock that does not come and a statement
 * that does not end each give up within half a minute.
 *
 * @throws DECORUM_CONFIG when the URL cannot be read
 */
export function openServerPool(databaseUrl: string, options: LedgerOptions): { pool: pg.Pool; close: () => Promise<void> } {
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
    // BullMQ's PostgreSQL backend names its tables without a schema when it is given a pool. Without statistics, as after
    // a first import, PostgreSQL thought planning's question dear and compiled it for 0.7 s each time to answer it in 1 ms.
    options: '-c search_path=bullmq,public -c jit=off',
    types: pgTypes,
  })
  return { pool, close: () => pool.end() }
}

function assertPostgresUrl(text: string): void {
  if (!URL.canParse(text) || !['postgres:', 'postgresql:'].includes(new URL(text).protocol)) {
    throw new DecorumError('DECORUM_CONFIG', 'DATABASE_URL is not a PostgreSQL URL', {
      hint: 'Write it as postgres://user:password@host:5432/database.',
    })
  }
}
