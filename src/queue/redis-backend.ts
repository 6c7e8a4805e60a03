import { Queue, Worker } from 'bullmq'
import { Cluster, type Redis } from 'ioredis'
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
