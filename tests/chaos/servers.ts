import { readFileSync, rmSync } from 'node:fs'
import { findProgram, freePort, serverDirectory, startChild, type ChildServer } from '../support/child-server.ts'
import { answersSql, processOfRedis } from '../support/readiness.ts'
import { newDatabase } from '../support/start-postgres.ts'

/** A server of the run's own that can be struck down and comes back on the same port. */
export interface StrickenServer {
  url: string
  /** Ends it at once, as a crash would, and starts it again after `downMs`. */
  strike(downMs: number): Promise<void>
  stop(): Promise<void>
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function stricken(
  url: string,
  start: () => Promise<ChildServer>,
  pid: () => number,
  signal: NodeJS.Signals,
  cleanUp: () => void,
): Promise<StrickenServer> {
  let running = await start()
  return {
    url,
    async strike(downMs) {
      process.kill(pid(), signal)
      await running.stop()
      await pause(downMs)
      running = await start()
    },
    async stop() {
      await running.stop()
      cleanUp()
    },
  }
}

/** PostgreSQL on a data directory that outlives its crashes (SIGQUIT: immediate shutdown, recovery at the next start); null when it is not installed. */
export async function openPostgres(): Promise<StrickenServer | null> {
  const made = await newDatabase('chaos-postgres')
  if (made === null) return null
  const { postgres, directory, data } = made
  const port = await freePort()
  const url = `postgres://decorum@127.0.0.1:${port}/postgres`
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    'logging_collector=off',
  ]
  const command = [postgres, '-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])]
  return stricken(
    url,
    () => startChild(serverDirectory('chaos-postgres-run'), command, () => answersSql(url)),
    () => Number(readFileSync(`${data}/postmaster.pid`, 'utf8').split('\n')[0]),
    'SIGQUIT',
    () => rmSync(directory, { recursive: true, force: true }),
  )
}

/** Redis without persistence: struck down, it comes back empty. Null when it is not installed. */
export async function openRedis(): Promise<StrickenServer | null> {
  const program = findProgram('redis-server')
  if (program === null) return null
  const home = serverDirectory('chaos-redis')
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}/0`
  const command = [
    program,
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    home,
    '--pidfile',
    `${home}/redis.pid`,
    '--save',
    '',
    '--appendonly',
    'no',
    '--maxmemory-policy',
    'noeviction',
  ]
  return stricken(
    url,
    () => startChild(serverDirectory('chaos-redis-run'), command, async () => (await processOfRedis(url)) !== null),
    () => Number(readFileSync(`${home}/redis.pid`, 'utf8')),
    'SIGKILL',
    () => rmSync(home, { recursive: true, force: true }),
  )
}
