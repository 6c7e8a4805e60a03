import { Cluster, Redis, type RedisOptions } from 'ioredis'
import type { RedisPlace } from './redis-url.ts'

/**
 * Opens a connection that reconnects for ever, with growing pauses up to 2 s.
 *
 * @param purpose  `ring`: a command fails at once while there is no connection, so that a planner is not
 *                 held up and nothing arrives late; `listen`: commands wait, as BullMQ's workers need
 */
export function connectRedis(place: RedisPlace, purpose: 'ring' | 'listen'): Redis | Cluster {
  const retry = (times: number): number => Math.min(50 * 2 ** Math.min(times, 6), 2_000)
  const shared: RedisOptions = {
    ...(place.username === undefined ? {} : { username: place.username }),
    ...(place.password === undefined ? {} : { password: place.password }),
    ...(place.tls ? { tls: {} } : {}),
    maxRetriesPerRequest: null,
    connectTimeout: 5_000,
    keepAlive: 10_000,
  }
  const enableOfflineQueue = purpose === 'listen'
  if (place.kind === 'cluster') {
    // Asked for now and then: a node that vanished without closing its connections is noticed by its absence alone.
    return new Cluster(place.nodes, { redisOptions: shared, clusterRetryStrategy: retry, enableOfflineQueue, slotsRefreshInterval: 5_000 })
  }
  const options: RedisOptions = { ...shared, db: place.db, retryStrategy: retry, enableOfflineQueue }
  if (place.kind === 'sentinel') {
    return new Redis({
      ...options,
      sentinels: place.nodes,
      name: place.master as string,
      sentinelRetryStrategy: retry,
      ...(place.tls ? { enableTLSForSentinelMode: true } : {}),
    })
  }
  const [node] = place.nodes
  return new Redis({ ...options, host: node?.host as string, port: node?.port as number })
}
