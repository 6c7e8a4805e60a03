import { Queue, Worker } from 'bullmq'
import type { Cluster, Redis } from 'ioredis'
import { RETRY_MS, type BellBackend } from './bell-backend.ts'
import type { Outage } from './outage.ts'
import { connectRedis } from './redis-connection.ts'
import { parseRedisUrl } from './redis-url.ts'

/** BullMQ on Redis. Keys are `decorum:{<route>:0}:<route>:…`: the braces keep one queue on one node of a cluster. */
export function redisBackend(redisUrl: string, namespace: string, outage: Outage): BellBackend {
  const place = parseRedisUrl(redisUrl)
  const open = (purpose: 'ring' | 'listen'): Redis | Cluster => {
    const client = connectRedis(place, purpose)
    client.on('error', (error) => outage.note(error))
    client.on('ready', () => outage.over())
    return client
  }
  const ringer = open('ring')
  let listening: Redis | Cluster | undefined
  const shared = (route: string) => ({ prefix: `${namespace}:{${route}:0}`, skipVersionCheck: true })
  return {
    ready: async () => undefined,
    queue: (route) => new Queue(route, { ...shared(route), connection: ringer, streams: { events: { maxLen: 100 } } }),
    worker: (route, concurrency, process) =>
      new Worker(route, process, { ...shared(route), concurrency, runRetryDelay: RETRY_MS, connection: (listening ??= open('listen')) }),
    ping: async () => {
      if (ringer.status !== 'ready') await new Promise((resolve) => ringer.once('ready', resolve))
      await ringer.ping()
    },
    cure: 'Is Redis up, and does REDIS_URL name it?',
    close: async () => {
      ringer.disconnect()
      listening?.disconnect()
    },
  }
}
