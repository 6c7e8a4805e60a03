import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import {
  findProgram,
  freePort,
  postgresDirectories,
  serverDirectory,
  startChild,
  type ChildServer,
} from './child-server.ts'
import { answersSql } from './readiness.ts'
import { userIds } from './user-ids.ts'

/** Small, but as durable as a real one: fsync stays on. */
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'shared_buffers=64MB',
  'max_connections=200',
  'max_wal_size=256MB',
  'logging_collector=off',
]

/** An empty data directory within one of its own, and the server's program; null when PostgreSQL is not installed. */
export async function newDatabase(name: string): Promise<{ postgres: string; directory: string; data: string } | null> {
  const [initdb, postgres] = ['initdb', 'postgres'].map((program) => findProgram(program, postgresDirectories()))
  if (initdb == null || postgres == null) return null
  const directory = serverDirectory(name)
  const data = `${directory}/data`
  await promisify(execFile)(
    initdb,
    ['-D', data, '-U', 'decorum', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions'],
    {
      cwd: directory,
      ...userIds(),
    },
  )
  return { postgres, directory, data }
}

/**
 * A throwaway PostgreSQL with the URL of its maintenance database; null when it is not installed.
 *
 * @param settings  beyond the usual ones, or instead of them
 */
export async function startPostgres(settings: readonly string[] = []): Promise<(ChildServer & { url: string }) | null> {
  const made = await newDatabase('postgres')
  if (made === null) return null
  const port = await freePort()
  const url = `postgres://decorum@127.0.0.1:${port}/postgres`
  const command = [
    made.postgres,
    '-D',
    made.data,
    '-p',
    String(port),
    ...[...SETTINGS, ...settings].flatMap((setting) => ['-c', setting]),
  ]
  return { ...(await startChild(made.directory, command, () => answersSql(url))), url }
}
