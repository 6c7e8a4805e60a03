import { findProgram, freePort, serverDirectory, startChild, type ChildServer } from './child-server.ts'
import { processOfRedis } from './readiness.ts'

export interface RedisServer extends ChildServer {
  url: string
  port: number
  /** Of redis-server itself. */
  pid: number
}

/** A throwaway Redis; null when redis-server is not installed. `settings` go to its command line. */
export async function startRedis(
  settings: readonly string[] = [],
  choosePort: () => Promise<number> = () => freePort(),
): Promise<RedisServer | null> {
  const program = findProgram('redis-server')
  if (program === null) return null
  const port = await choosePort()
  const url = `redis://127.0.0.1:${port}/0`
  const directory = serverDirectory('redis')
  const command = [
    program,
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    directory,
    '--save',
    '',
    '--appendonly',
    'no',
    '--maxmemory-policy',
    'noeviction',
    ...settings,
  ]
  let pid = 0
  const child = await startChild(directory, command, async () => {
    pid = (await processOfRedis(url)) ?? 0
    return pid > 0
  })
  return { ...child, url, port, pid }
}
