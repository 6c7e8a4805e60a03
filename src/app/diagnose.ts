import { existsSync } from 'node:fs'
import type { Config } from '../config/config.ts'
import { DecorumError } from '../model/errors.ts'
import type { Route } from '../model/route.ts'
import { checkZoneData } from '../model/zones/zone-data.ts'
import { prepareQueueTables } from '../queue/backends.ts'
import { checkRedis } from '../queue/redis-connection.ts'
import { readClockMark } from '../record/lapses.ts'
import { type Ledger, openLedger } from '../record/ledger.ts'
import { checkSchema, migrate } from '../record/migrate.ts'
import { makeMonths } from '../record/partitions.ts'
import { processesAtWork } from '../record/processes.ts'
import { grantRoles, type LedgerRoles, rolesSql } from '../record/roles.ts'
import type { PartHealth } from './app.ts'
import { buildProvider } from './open-routes.ts'
import { wordsMismatch, wordsVersion } from './process-register.ts'

const CLOCK_TOLERANCE_MS = 2_000
/** How long `decorum migrate` waits for a lock; other writers queue behind it meanwhile. */
const LOCK_TIMEOUT_MS = 5_000

/** A part and what was found. */
interface Diagnosis extends PartHealth {
  /** e.g. `PostgreSQL, schema step 3`; empty when there is a problem. */
  finding: string
}

/**
 * Can everything that this configuration names be reached, and is it set up correctly?
 *
 * Reads only: no migration, no message, nothing written.
 */
export async function diagnose(config: Config): Promise<Diagnosis[]> {
  const ledger = await ledgerParts(config)
  return [
    ...zoneDataParts(config),
    ...ledger,
    ...(await queueParts(config, ledger)),
    ...(await Promise.all(config.routes.map((route) => routePart(config, route)))),
  ]
}

const healthy = (part: string, finding: string): Diagnosis => ({ part, ok: true, problem: null, finding })
const unhealthy = (part: string, problem: string): Diagnosis => ({ part, ok: false, problem, finding: '' })

function zoneDataParts({ packs }: Config): Diagnosis[] {
  const { version, published, faults } = checkZoneData(packs, Date.now())
  return faults.length === 0
    ? [healthy('time zone data', `${version}, published ${published}`)]
    : faults.map((fault) => unhealthy('time zone data', fault))
}

async function ledgerParts(config: Config): Promise<Diagnosis[]> {
  const kind = config.databaseUrl === null ? `embedded in ${config.dataDir}` : 'PostgreSQL'
  if (config.databaseUrl === null && !existsSync(config.dataDir))
    return [healthy('ledger', `${kind}, made at the first start`)]
  let ledger: Ledger | null = null
  try {
    ledger = await openLedger(
      config.databaseUrl === null ? { dataDir: config.dataDir } : { databaseUrl: config.databaseUrl },
      { applicationName: 'decorum doctor', poolSize: 2 },
    )
    const problem = await ledger.check()
    if (problem !== null)
      return [unhealthy('ledger', `does not answer: ${problem}. Is PostgreSQL up, and does DATABASE_URL name it?`)]
    const schema = await checkSchema(ledger)
    if (schema.state === 'newer')
      return [
        healthy('ledger', kind),
        unhealthy(
          'schema',
          `is at step ${schema.ledger}, this build knows ${schema.build}; run a build at least as new`,
        ),
      ]
    if (schema.state === 'foreign')
      return [
        healthy('ledger', kind),
        unhealthy(
          'schema',
          'was made by a build that was never released; point DATABASE_URL or DECORUM_DATA_DIR at another ledger',
        ),
      ]
    if (schema.state === 'older')
      return [
        healthy('ledger', kind),
        unhealthy('schema', `is at step ${schema.ledger}, this build needs ${schema.build}; run \`decorum migrate\``),
      ]
    return [
      healthy('ledger', kind),
      healthy('schema', `step ${schema.ledger}`),
      await clockPart(ledger),
      await wordsPart(config, ledger),
    ]
  } catch (error) {
    if (!(error instanceof DecorumError)) throw error
    return [unhealthy('ledger', `${error.message}. ${error.hint}`)]
  } finally {
    await ledger?.close()
  }
}

async function clockPart(ledger: Ledger): Promise<Diagnosis> {
  const asked = Date.now()
  const { highWater, databaseNow } = await readClockMark(ledger.db)
  const off = databaseNow.getTime() - asked
  if (Math.abs(off) > CLOCK_TOLERANCE_MS)
    return unhealthy(
      'clock',
      `is ${Math.round(off / 1000)} s off the ledger’s; synchronise both hosts, until then nothing is sent`,
    )
  if (highWater !== null && highWater.getTime() - asked > CLOCK_TOLERANCE_MS)
    return unhealthy(
      'clock',
      `is behind the latest time in the ledger, ${highWater.toISOString()}; set it right, until then nothing is sent`,
    )
  return healthy('clock', `within ${CLOCK_TOLERANCE_MS / 1000} s of the ledger’s`)
}

/** Do the processes at work use the words of these files? */
async function wordsPart(config: Config, ledger: Ledger): Promise<Diagnosis> {
  const own = wordsVersion(config)
  const processes = await processesAtWork(ledger.db)
  const problem = wordsMismatch(own, processes)
  return problem === null
    ? healthy('words', `version ${own}, the same in all ${processes.length} processes at work`)
    : unhealthy('words', problem)
}

async function queueParts({ redisUrl }: Config, ledger: readonly Diagnosis[]): Promise<Diagnosis[]> {
  if (redisUrl === null)
    return ledger.some(({ part, ok }) => part === 'ledger' && !ok)
      ? [unhealthy('queue', 'is BullMQ on the ledger’s PostgreSQL, which does not answer')]
      : [healthy('queue', 'BullMQ on the ledger’s PostgreSQL')]
  const { problems, version } = await checkRedis(redisUrl)
  return problems.length === 0
    ? [healthy('queue', `BullMQ on Redis ${version}, noeviction`)]
    : problems.map((problem) => unhealthy('queue', problem))
}

async function routePart(config: Config, route: Route): Promise<Diagnosis> {
  const part = `route ${route.id}`
  const provider = buildProvider(route, { publicUrl: config.publicUrl, keep: async () => {} })
  try {
    const problem = await provider.check()
    return problem === null ? healthy(part, `${route.channel} through ${route.provider}`) : unhealthy(part, problem)
  } finally {
    await provider.close()
  }
}

interface MigratedLedger {
  /** Migrations, by name. */
  applied: string[]
  /** Partitions of the coming months, by name. */
  made: string[]
}

/**
 * Migrates the configured ledger to this build's schema and creates the partitions of the coming months.
 *
 * @throws DECORUM_LEDGER_UNAVAILABLE, DECORUM_SCHEMA_NEWER, DECORUM_SCHEMA_FOREIGN, DECORUM_DATA_DIR_LOCKED
 */
export async function migrateLedger(config: Config): Promise<MigratedLedger> {
  const ledger = await openLedger(
    config.databaseUrl === null ? { dataDir: config.dataDir } : { databaseUrl: config.databaseUrl },
    { applicationName: 'decorum migrate' },
  )
  try {
    const problem = await ledger.check()
    if (problem !== null) throw new DecorumError('DECORUM_LEDGER_UNAVAILABLE', `the ledger does not answer: ${problem}`)
    const applied = await migrate(ledger)
    const { made } = await makeMonths(ledger.db, { machine: Date.now(), business: Date.now() }, LOCK_TIMEOUT_MS)
    return { applied, made }
  } finally {
    await ledger.close()
  }
}

/** The SQL that gives these roles their rights. */
export const ledgerRolesSql = (roles: LedgerRoles): string[] => rolesSql(roles)

/**
 * Gives database roles their rights on the configured ledger, and makes the queue's tables where there is no Redis.
 *
 * @throws DECORUM_BAD_INPUT for an embedded ledger, which has one user
 */
export async function grantLedgerRoles(config: Config, roles: LedgerRoles): Promise<void> {
  if (config.databaseUrl === null)
    throw new DecorumError('DECORUM_BAD_INPUT', 'an embedded ledger has no roles', {
      hint: 'Set DATABASE_URL to the database, as its owner.',
    })
  const ledger = await openLedger(
    { databaseUrl: config.databaseUrl },
    { applicationName: 'decorum roles', poolSize: 2 },
  )
  try {
    if (config.redisUrl === null) await prepareQueueTables(ledger.pool)
    await grantRoles(ledger.db, roles)
  } finally {
    await ledger.close()
  }
}
