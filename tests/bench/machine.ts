import { readFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { Redis } from 'ioredis'
import pg from 'pg'

/** What the figures were taken on. */
export interface Machine {
  processor: string
  cores: number
  memoryGiB: number
  node: string
  postgres: string
  postgresSettings: string
  redis: string
  versions: Record<string, string>
  /** One-minute load when the run began: above the number of cores, others had a share. */
  loadAtStart: number
}

const PACKAGES = [
  'bullmq',
  'ioredis',
  'pg',
  '@electric-sql/pglite',
  'twilio',
  'handlebars',
  'graphile-worker',
  'pg-boss',
]
const SETTINGS = ['fsync', 'synchronous_commit', 'shared_buffers', 'max_wal_size']

export async function describeMachine(postgresUrl: string | null, redisUrl: string | null): Promise<Machine> {
  const postgres = postgresUrl === null ? null : await askPostgres(postgresUrl)
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    postgres: postgres?.version ?? 'none',
    postgresSettings: postgres?.settings ?? '',
    redis: redisUrl === null ? 'none' : await redisVersion(redisUrl),
    versions: Object.fromEntries(PACKAGES.map((name) => [name, packageVersion(name)])),
    loadAtStart: loadavg()[0] as number,
  }
}

const packageVersion = (name: string): string =>
  (
    JSON.parse(readFileSync(new URL(`../../node_modules/${name}/package.json`, import.meta.url), 'utf8')) as {
      version: string
    }
  ).version

async function askPostgres(url: string): Promise<{ version: string; settings: string }> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const version = await client.query<{ server_version: string }>('SHOW server_version')
    const settings = await client.query<{ name: string; value: string }>(
      'SELECT name, current_setting(name) AS value FROM pg_settings WHERE name = ANY($1)',
      [SETTINGS],
    )
    return {
      version: version.rows[0]?.server_version ?? '',
      settings: settings.rows.map(({ name, value }) => `${name}=${value}`).join(' '),
    }
  } finally {
    await client.end()
  }
}

async function redisVersion(url: string): Promise<string> {
  const redis = new Redis(url)
  try {
    return /^redis_version:(.*?)\r?$/m.exec(await redis.info('server'))?.[1] ?? ''
  } finally {
    redis.disconnect()
  }
}
