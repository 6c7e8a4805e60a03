import { Cluster, type Redis } from 'ioredis'
import { connectRedis } from './redis-connection.ts'
import { parseRedisUrl } from './redis-url.ts'
import { withTimeout } from './with-timeout.ts'

const DEADLINE_MS = 3000

/**
 * Does Redis answer, and will it keep what it is given?
 *
 * `noeviction` matters: under any other policy a full Redis drops keys of BullMQ silently, and a queue stops.
 * On a cluster every master is asked.
 *
 * @returns  what is wrong and what to do, without credentials; empty when all is well
 */
export async function checkRedis(redisUrl: string): Promise<{ version: string; problems: string[] }> {
  const redis = connectRedis(parseRedisUrl(redisUrl), 'listen')
  redis.on('error', () => { /* told by the deadline below */ })
  try {
    const infos = await withTimeout(DEADLINE_MS, infosOf(redis), () => null)
    if (infos === null) return { version: '', problems: [`Redis does not answer within ${DEADLINE_MS / 1000} s. Is it up, and does REDIS_URL name it?`] }
    const values = (name: string): string[] => [...new Set(infos.map((info) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? ''))]
    const problems = values('maxmemory_policy')
      .filter((policy) => policy !== 'noeviction')
      .map((policy) => `Redis evicts keys (maxmemory-policy ${policy}); set it to noeviction, or queues lose tickets when memory runs short`)
    return { version: values('redis_version').join(', '), problems }
  } finally {
    redis.disconnect()
  }
}

async function infosOf(redis: Redis | Cluster): Promise<string[]> {
  if (!(redis instanceof Cluster)) return [await redis.info()]
  if (redis.status !== 'ready') await new Promise((resolve) => redis.once('ready', resolve))
  return Promise.all(redis.nodes('master').map((node) => node.info()))
}
