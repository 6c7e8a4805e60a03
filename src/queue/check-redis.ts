import { connectRedis } from './redis-connection.ts'
import { parseRedisUrl } from './redis-url.ts'
import { within } from './within.ts'

const DEADLINE_MS = 3000

/**
 * Does Redis answer, and will it keep what it is given?
 *
 * `noeviction` matters: under any other policy a full Redis drops keys of BullMQ silently, and a queue stops.
 *
 * @returns  what is wrong and what to do, without credentials; empty when all is well
 */
export async function checkRedis(redisUrl: string): Promise<{ version: string; problems: string[] }> {
  const redis = connectRedis(parseRedisUrl(redisUrl), 'listen')
  redis.on('error', () => { /* told by the deadline below */ })
  try {
    const info: string | null = await within(DEADLINE_MS, redis.info(), () => null)
    if (info === null) return { version: '', problems: [`Redis does not answer within ${DEADLINE_MS / 1000} s. Is it up, and does REDIS_URL name it?`] }
    const field = (name: string): string => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? ''
    const policy = field('maxmemory_policy')
    const problems = policy === 'noeviction' ? [] : [`Redis evicts keys (maxmemory-policy ${policy}); set it to noeviction, or queues lose tickets when memory runs short`]
    return { version: field('redis_version'), problems }
  } finally {
    redis.disconnect()
  }
}
