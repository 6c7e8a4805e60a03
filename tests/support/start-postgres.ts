import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import pg from 'pg'
import { findProgram, freePort, postgresDirectories, serverDirectory, startChild, type ChildServer } from './child-server.ts'
import { userIds } from './user-ids.ts'

/** Small, but as durable as a real one: fsync stays on. */
const SETTINGS = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'shared_buffers=64MB', 'max_connections=200', 'max_wal_size=256MB', 'logging_collector=off']

/** A throwaway PostgreSQL with the URL of its maintenance database; null when it is not installed. */
export async function startPostgres(): Promise<(ChildServer & { url: string }) | null> {
  const [initdb, postgres] = ['initdb', 'postgres'].map((name) => findProgram(name, postgresDirectories()))
  if (initdb == null || postgres == null) return null
  const port = await freePort()
  const url = `postgres://decorum@127.0.0.1:${port}/postgres`
  const directory = serverDirectory('postgres')
  const data = `${directory}/data`
  await promisify(execFile)(initdb, ['-D', data, '-U', 'decorum', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions'], {
    cwd: directory,
    ...userIds(),
  })
  const command = [postgres, '-D', data, '-p', String(port), ...SETTINGS.flatMap((setting) => ['-c', setting])]
  const child = await startChild(directory, command, async () => {
    const client = new pg.Client({ connectionString: url })
    try {
      await client.connect()
      return true
    } catch {
      return false
    } finally {
      await client.end().catch(() => undefined)
    }
  })
  return { ...child, url }
}
