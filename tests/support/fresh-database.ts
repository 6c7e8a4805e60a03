import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { openLedger } from '../../src/record/ledger.ts'
import { migrate } from '../../src/record/migrate.ts'
import { templateKey } from './fresh-embedded.ts'

/** A database that one user has to itself, until it is dropped. */
export interface OwnDatabase {
  url: string
  drop(): Promise<void>
}

/** One builder of the template at a time, among all test files; also keeps it unused while it is copied. */
const TEMPLATE_LOCK = 740_511

/**
 * A database of its own with a migrated, empty ledger, cloned from a template on the run's server.
 *
 * @param serverUrl  `postgresUrl` from servers.ts
 */
export async function freshDatabase(serverUrl: string): Promise<OwnDatabase> {
  const name = newName()
  await asAdmin(serverUrl, async (admin) => {
    await admin.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK])
    const template = await ensureTemplate(serverUrl, admin)
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`)
  })
  return owned(serverUrl, name)
}

/** A copy of a database that nobody is connected to, with everything in it. */
export async function copyDatabase(serverUrl: string, databaseUrl: string): Promise<OwnDatabase> {
  const name = newName()
  await asAdmin(
    serverUrl,
    async (admin) =>
      void (await admin.query(`CREATE DATABASE ${name} TEMPLATE ${new URL(databaseUrl).pathname.slice(1)}`)),
  )
  return owned(serverUrl, name)
}

const newName = (): string => `decorum_${randomUUID().replaceAll('-', '')}`

function owned(serverUrl: string, name: string): OwnDatabase {
  return {
    url: withDatabase(serverUrl, name),
    drop: () =>
      asAdmin(serverUrl, async (admin) => void (await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))),
  }
}

async function ensureTemplate(serverUrl: string, admin: pg.Client): Promise<string> {
  const name = `decorum_template_${templateKey()}`
  const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])
  if (rowCount !== 0) return name
  const building = `${name}_building`
  await admin.query(`DROP DATABASE IF EXISTS ${building}`)
  await admin.query(`CREATE DATABASE ${building} TEMPLATE template0`)
  const ledger = await openLedger({ databaseUrl: withDatabase(serverUrl, building) })
  try {
    await migrate(ledger)
  } finally {
    await ledger.close()
  }
  await admin.query(`ALTER DATABASE ${building} RENAME TO ${name}`)
  return name
}

async function asAdmin(serverUrl: string, work: (admin: pg.Client) => Promise<void>): Promise<void> {
  const admin = new pg.Client({ connectionString: serverUrl })
  await admin.connect()
  try {
    await work(admin)
  } finally {
    await admin.end()
  }
}

function withDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}
