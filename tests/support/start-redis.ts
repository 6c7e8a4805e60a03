import { Redis } from 'ioredis'
import { findProgram, freePort, serverDirectory, startChild, type ChildServer } from './child-server.ts'

/** A throwaway Redis with its URL; null when redis-server is not installed. `settings` go to its command line. */
export async function startRedis(settings: readonly string[] = []): Promise<(ChildServer & { url: string }) | null> {
  const program = findProgram('redis-server')
  if (program === null) return null
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}/0`
  const directory = serverDirectory('redis')
  const command = [program, '--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction', ...settings]
  const child = await startChild(directory, command, async () => {
    const client = new Redis(url, { lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0 })
    client.on('error', () => undefined)
    try {
      await client.connect()
      return (await client.ping()) === 'PONG'
    } catch {
      return false
    } finally {
      client.disconnect()
    }
  })
  return { ...child, url }
}
