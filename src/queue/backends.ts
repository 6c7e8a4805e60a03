import { LATEST_SCHEMA_VERSION, Queue, Worker, createPostgresBackend, runMigrations, withBackend } from 'bullmq'
import { Cluster, type Redis } from 'ioredis'
import type pg from 'pg'
import { type BellBackend, RETRY_MS } from './doorbell.ts'
import type { Outage } from './outage.ts'
import { connectRedis, parseRedisUrl } from './redis-connection.ts'

/** Default number of queues per route: on a cluster enough that they rarely all share one node. */
const DEFAULT_SHARDS = { standalone: 1, sentinel: 1, cluster: 4 }

interface RedisQueues {
  redisUrl: string
  /** Prefix of every key. */
  namespace: string
  /** Queues for each route; null: one, on a cluster four. */
  shards: number | null
}

/**
 * BullMQ on Redis: each shard of a route is a queue of its own.
 *
 * Keys are `decorum:{<route>:<shard>}:<route>:…`: the braces keep one queue on one node of a cluster,
 * and let the shards of a route fall on different ones.
 */
export function redisBackend({ redisUrl, namespace, shards }: RedisQueues, outage: Outage): BellBackend {
  const target = parseRedisUrl(redisUrl)
  const open = (purpose: 'ring' | 'listen'): Redis | Cluster => {
    const client = connectRedis(target, purpose)
    client.on('error', (error) => outage.reportError(error))
    client.on('ready', () => outage.reportRecovery())
    return client
  }
  const ringer = open('ring')
  let listening: Redis | Cluster | undefined
  const shared = (route: string, shard: number) => ({
    prefix: `${namespace}:{${route}:${shard}}`,
    skipVersionCheck: true,
  })
  return {
    shards: shards ?? DEFAULT_SHARDS[target.kind],
    ready: async () => undefined,
    queue: (route, shard) =>
      new Queue(route, { ...shared(route, shard), connection: ringer, streams: { events: { maxLen: 100 } } }),
    worker: (route, shard, concurrency, process) =>
      new Worker(route, process, {
        ...shared(route, shard),
        concurrency,
        runRetryDelay: RETRY_MS,
        connection: (listening ??= open('listen')),
      }),
    ping: async () => {
      if (ringer.status !== 'ready') await new Promise((resolve) => ringer.once('ready', resolve))
      await (ringer instanceof Cluster ? Promise.all(ringer.nodes('master').map((node) => node.ping())) : ringer.ping())
    },
    cure: 'Is Redis up, and does REDIS_URL name it?',
    close: async () => {
      ringer.disconnect()
      listening?.disconnect()
    },
  }
}

const { Queue: PostgresQueue, Worker: PostgresWorker } = withBackend(createPostgresBackend)

const INSUFFICIENT_PRIVILEGE = '42501'

/** Makes BullMQ's own tables in the schema `bullmq`, or brings them up to its version. */
export async function prepareQueueTables(ledgerPool: pg.Pool): Promise<void> {
  const client = await ledgerPool.connect()
  try {
    await runMigrations(client)
  } finally {
    client.release()
  }
}

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
  const migrateOnce = (): Promise<void> =>
    prepareQueueTables(ledgerPool).catch(async (error: unknown) => {
      // Who may make no schema can still use the one that the ledger's owner has made.
      if ((error as { code?: string }).code !== INSUFFICIENT_PRIVILEGE) throw error
      const { rows } = await ledgerPool.query<{ version: number | null }>(
        'SELECT max(version) AS version FROM bullmq.migration',
      )
      if ((rows[0]?.version ?? 0) < LATEST_SCHEMA_VERSION) throw error
    })
  return {
    shards: 1,
    ready: () =>
      (migrated ??= migrateOnce().catch((error: unknown) => {
        // The next caller tries again.
        migrated = undefined
        throw error
      })),
    queue: (route) => new PostgresQueue(route, { connection: ledgerPool, streams: { events: { maxLen: 100 } } }),
    worker: (route, _shard, concurrency, process) =>
      new PostgresWorker(route, process, { connection: ledgerPool, concurrency, runRetryDelay: RETRY_MS }),
    ping: () => ledgerPool.query('SELECT 1'),
    cure: 'Is PostgreSQL up, and does DATABASE_URL name it?',
    close: async () => undefined,
  }
}
