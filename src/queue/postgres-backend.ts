import { createPostgresBackend, runMigrations, withBackend } from 'bullmq'
import type pg from 'pg'
import { RETRY_MS, type BellBackend } from './doorbell.ts'

const { Queue, Worker } = withBackend(createPostgresBackend)

/**
 * BullMQ on the ledger's PostgreSQL, server or embedded.
 *
 * Its tables live in the schema `bullmq`, which must stand in the pool's search_path. Each
 * listening route holds one connection of the pool.
 */
export function postgresBackend(ledgerPool: pg.Pool): BellBackend {
  // Each queue and worker adds an error listener for the life of the pool.
  ledgerPool.setMaxListeners(0)
  let migrated: Promise<void> | undefined
  const migrateOnce = async (): Promise<void> => {
    const client = await ledgerPool.connect()
    try {
      await runMigrations(client)
    } finally {
      client.release()
    }
  }
  return {
    shards: 1,
    ready: () =>
      (migrated ??= migrateOnce().catch((error: unknown) => {
        // The next caller tries again.
        migrated = undefined
        throw error
      })),
    queue: (route) => new Queue(route, { connection: ledgerPool, streams: { events: { maxLen: 100 } } }),
    worker: (route, _shard, concurrency, process) =>
      new Worker(route, process, { connection: ledgerPool, concurrency, runRetryDelay: RETRY_MS }),
    ping: () => ledgerPool.query('SELECT 1'),
    cure: 'Is PostgreSQL up, and does DATABASE_URL name it?',
    close: async () => undefined,
  }
}
