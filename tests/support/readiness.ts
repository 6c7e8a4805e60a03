import { Redis } from 'ioredis'
import pg from 'pg'

/** Does a PostgreSQL take connections here? */
export async function answersSql(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url })
  // One that is shot while it answers says so here, and nowhere else.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Does a Redis answer here, and as which process? Null: none does. */
export async function processOfRedis(url: string): Promise<number | null> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return Number(/process_id:(\d+)/.exec(await client.info('server'))?.[1]) || null
  } catch {
    return null
  } finally {
    client.disconnect()
  }
}
