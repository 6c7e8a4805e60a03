import { type Kysely, sql } from 'kysely'
import { keepTriggers } from './chain/evidence.ts'
import { keepDictionaries } from './dictionaries.ts'
import { DecorumError } from '../model/errors.ts'
import type { Ledger } from './ledger.ts'
import * as m0001 from './migrations/0001-schema.ts'
import * as m0002 from './migrations/0002-chain.ts'
import * as m0003 from './migrations/0003-people.ts'
import * as m0004 from './migrations/0004-keys.ts'

/** What a daemon exits with when the ledger is newer than its build; a supervisor must not restart it. */
export const EXIT_SCHEMA_NEWER = 57

/**
 * `older`: run `migrate`. `newer`: the ledger has a breaking step that this build does not know. `foreign`: a step has
 * a number of this build's but another name, as from a build that was never released; its tables are unknown.
 */
export interface SchemaState {
  state: 'ok' | 'older' | 'newer' | 'foreign'
  /** The highest step recorded in the ledger; 0 when there is none. */
  ledger: number
  /** The highest step this build knows. */
  build: number
}

/** One key for every Decorum; held until the transaction ends, so a killed migrator releases it. */
const ADVISORY_LOCK = 5_324_417_001

/**
 * Migrates the schema to this build, in one transaction: all missing steps or none.
 *
 * Safe from several processes at once; the others wait, then find nothing to do.
 *
 * @returns  the names of the steps that were applied
 * @throws   DECORUM_SCHEMA_NEWER when the ledger is ahead with a breaking step, DECORUM_SCHEMA_FOREIGN when its steps are not this build's
 */
export async function migrate(
  ledger: Pick<Ledger, 'db'>,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<string[]> {
  return ledger.db.transaction().execute(async (trx) => {
    // No time limits: a migrator waits for another one, and steps on big tables are slow.
    await sql`SET LOCAL lock_timeout = 0`.execute(trx)
    await sql`SET LOCAL statement_timeout = 0`.execute(trx)
    await sql`SELECT pg_advisory_xact_lock(${ADVISORY_LOCK})`.execute(trx)
    await sql`CREATE SCHEMA IF NOT EXISTS decorum`.execute(trx)
    await sql`CREATE TABLE IF NOT EXISTS decorum.migration (
      number integer PRIMARY KEY,
      name text NOT NULL,
      breaking boolean NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now() -- machine time
    )`.execute(trx)
    const recorded = await readRecorded(trx)
    refuseOthers(compare(recorded, migrations))
    const missing = migrations.filter((m) => !recorded.some((r) => r.number === m.number))
    for (const m of missing) {
      await m.up(trx as unknown as Kysely<unknown>)
      await sql`INSERT INTO decorum.migration (number, name, breaking) VALUES (${m.number}, ${m.name}, ${m.breaking})`.execute(
        trx,
      )
    }
    if (await isThere(trx, 'dictionary')) await keepDictionaries(trx)
    if (await isThere(trx, 'chain_shape')) await keepTriggers(trx)
    return missing.map((m) => m.name)
  })
}

/** Does the ledger's schema fit this build? Reads only. */
export async function checkSchema(
  ledger: Pick<Ledger, 'db'>,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<SchemaState> {
  return compare((await isThere(ledger.db, 'migration')) ? await readRecorded(ledger.db) : [], migrations)
}

async function isThere(db: Kysely<never> | Ledger['db'], table: string): Promise<boolean> {
  const { rows } = await sql<{
    present: boolean
  }>`SELECT to_regclass(${`decorum.${table}`}) IS NOT NULL AS present`.execute(db)
  return rows[0]?.present === true
}

/**
 * Is the ledger's schema the one of this build? Asked by every process before its daemons start.
 *
 * @throws DECORUM_SCHEMA_NEWER (exit with EXIT_SCHEMA_NEWER), DECORUM_SCHEMA_FOREIGN or DECORUM_SCHEMA_OLDER
 */
export async function requireSchema(ledger: Pick<Ledger, 'db'>): Promise<void> {
  const found = await checkSchema(ledger)
  refuseOthers(found)
  if (found.state === 'older') {
    throw new DecorumError(
      'DECORUM_SCHEMA_OLDER',
      `the ledger is at step ${found.ledger}, this build needs ${found.build}`,
    )
  }
}

type Recorded = { number: number; name: string; breaking: boolean }

async function readRecorded(db: Kysely<never> | Ledger['db']): Promise<Recorded[]> {
  return (await sql<Recorded>`SELECT number, name, breaking FROM decorum.migration ORDER BY number`.execute(db)).rows
}

function compare(recorded: readonly Recorded[], migrations: readonly Migration[]): SchemaState {
  const build = migrations.at(-1)?.number ?? 0
  const ledger = recorded.at(-1)?.number ?? 0
  if (recorded.some((r) => migrations.some((m) => m.number === r.number && m.name !== r.name)))
    return { state: 'foreign', ledger, build }
  if (recorded.some((r) => r.number > build && r.breaking)) return { state: 'newer', ledger, build }
  const lacking = migrations.some((m) => !recorded.some((r) => r.number === m.number))
  return { state: lacking ? 'older' : 'ok', ledger, build }
}

function refuseOthers(found: SchemaState): void {
  if (found.state === 'foreign')
    throw new DecorumError(
      'DECORUM_SCHEMA_FOREIGN',
      `the ledger is at step ${found.ledger} of other migrations than this build's`,
    )
  if (found.state !== 'newer') return
  throw new DecorumError(
    'DECORUM_SCHEMA_NEWER',
    `the ledger is at step ${found.ledger}, this build knows ${found.build}`,
  )
}

/** One numbered step of the schema. Frozen once released: a test compares checksums. */
export interface Migration {
  readonly number: number
  /** The file's name without `.ts`. */
  readonly name: string
  /** True when a build that does not know this step must not touch the ledger. */
  readonly breaking: boolean
  up(db: Kysely<unknown>): Promise<void>
}

const step = (name: string, module: Pick<Migration, 'breaking' | 'up'>): Migration => ({
  number: Number(name.slice(0, 4)),
  name,
  breaking: module.breaking,
  up: module.up,
})

/** Every migration of this build, in order. */
export const MIGRATIONS: readonly Migration[] = [
  step('0001-schema', m0001),
  step('0002-chain', m0002),
  step('0003-people', m0003),
  step('0004-keys', m0004),
]
