import pg from 'pg'
import { startPostgres } from '../support/start-postgres.ts'
import { startProcess } from './ask.ts'
import type { Section, Setting } from './bench.ts'
import { COST_ROUNDS, type CostMeasured, type CostPlace } from './cost/measure-cost.ts'
import { assertBooks, type BooksRead } from './provider-books.ts'

/** Nothing but the steps is to write: no vacuum, and no checkpoint in the middle of a round. */
const SERVER_SETTINGS = ['autovacuum=off', 'checkpoint_timeout=1h', 'max_wal_size=4GB', 'shared_buffers=256MB']
/** Statistics of statements are off until the one round that lists them. */
const STATEMENT_SETTINGS = ['shared_preload_libraries=pg_stat_statements', 'pg_stat_statements.track=none']
/** The first whose sessions can be told to hand in their statistics. */
const OLDEST_VERSION = 150_000

/** What does one reminder cost, step by step: rows, bytes, log, statements, round trips, processor time? */
export async function costBench(setting: Setting): Promise<Section> {
  const { reminders, rounds } = COST_ROUNDS[setting.quick ? 'quick' : 'full']
  const section: Section = {
    bench: 'cost',
    configuration:
      `per reminder, ${rounds === 1 ? 'one round' : `medians of ${rounds} rounds`} of ${reminders} after one that warms up; SMS of 2 segments, one per person, all packs in force, a person and a number of its own each; one process, ` +
      `one step after the other: plan and claim by one planner, reserve 4 tickets of 50 at once, 100 calls at once to a stub provider, settle in batches of 50, 2 receipts each, 10 at once; ` +
      `a server of its own with ${SERVER_SETTINGS.join(' ')}; ANALYZE and CHECKPOINT before each round`,
    figures: [],
    leftOut: [],
  }
  const installed = setting.postgresUrl === null ? null : await askInstalled(setting.postgresUrl)
  if (installed !== null && installed.version < OLDEST_VERSION)
    return { ...section, leftOut: ['all of it: needs PostgreSQL 15'] }
  const statements = installed?.extensions.includes('pg_stat_statements') ?? false
  const server = await startPostgres([...SERVER_SETTINGS, ...(statements ? STATEMENT_SETTINGS : [])])
  if (server === null)
    return { ...section, leftOut: ["all of it: needs PostgreSQL's programs, to start a server of its own"] }
  setting.progress('cost')
  const stub = await startProcess('stub-provider', null)
  try {
    const place: CostPlace = {
      quick: setting.quick,
      postgresUrl: server.url,
      stubUrl: await stub.ask<string>('url'),
      statements,
      logRecords: installed?.extensions.includes('pg_walinspect') ?? false,
    }
    const measuring = await startProcess('cost', place)
    try {
      const { owed, ...measured } = await measuring.ask<CostMeasured>('measure')
      assertBooks('cost', owed, await stub.ask<BooksRead>('books'))
      return { ...section, ...measured }
    } finally {
      await measuring.end()
    }
  } finally {
    await stub.end()
    await server.stop()
  }
}

/** What is PostgreSQL here, and which of its own modules that look into it are installed with it? */
async function askInstalled(url: string): Promise<{ version: number; extensions: string[] }> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ version: number; extensions: string[] }>(
      `SELECT current_setting('server_version_num')::integer AS version,
         ARRAY(SELECT name::text FROM pg_available_extensions WHERE name IN ('pg_stat_statements', 'pg_walinspect')) AS extensions`,
    )
    return rows[0] ?? { version: 0, extensions: [] }
  } finally {
    await client.end()
  }
}
