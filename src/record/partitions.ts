import { type Kysely, sql, type Transaction } from 'kysely'
import { databaseFailure } from '../model/database-failure.ts'
import type { Instant } from '../model/time.ts'
import type { Database, Db } from './schema.ts'

/** This month, and as many after it. */
const AHEAD = 3

/** One key for every Decorum: partitions are made and dropped by one process at a time. */
const ADVISORY_LOCK = 5_324_417_002

/**
 * The tables that are partitioned by month, and by which key.
 *
 * `reminder-id`: by the month in which the reminder's uuidv7 was made, which is machine time. `at`: by
 * business time. Pages of settlements are left more than half empty, because receipts change each of them soon, mostly together
 * with its neighbours, and make it longer; with room on the page the update touches no index. A partition is named after its
 * month (`reservation_2026_11`); `_default` holds the rows without one.
 */
export const PARTITIONED = [
  { name: 'reservation', by: 'at', key: 'reserved_at' },
  { name: 'settlement', by: 'at', key: 'reserved_at' },
  { name: 'withheld_decision', by: 'reminder-id', key: 'reminder_id' },
  { name: 'receipt', by: 'reminder-id', key: 'reminder_id' },
  { name: 'reported_contact', by: 'at', key: 'at' },
] as const
export type PartitionedTable = (typeof PARTITIONED)[number]

/** The first moment of a month in UTC. */
export type Month = Instant

/** In which month does this instant lie? `ahead`: so many months later. */
export function monthOf(instant: Instant, ahead = 0): Month {
  const date = new Date(instant)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + ahead)
}

/** `2026_11` */
export const monthLabel = (month: Month): string => new Date(month).toISOString().slice(0, 7).replace('-', '_')

/** The first key of a month, as text: an instant, or the smallest uuidv7 of its first millisecond. */
export function firstKey(table: PartitionedTable, month: Month): string {
  if (table.by === 'at') return new Date(month).toISOString()
  const hex = month.toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`
}

/** One partition of a partitioned table: a month's, from `from` until before `to`, or the default one. */
export type Partition = {
  table: PartitionedTable
  /** Without the schema. */
  name: string
} & ({ kind: 'month'; from: Month; to: Month } | { kind: 'default'; from: null; to: null })

const PARTITION_NAME = /^(\w+?)_(?:(default)|(\d{4})_(\d{2}))$/

/** Which partition has this name? Null: none of ours. */
export function partitionNamed(name: string): Partition | null {
  const [, base, isDefault, year, month] = PARTITION_NAME.exec(name) ?? []
  const table = PARTITIONED.find((t) => t.name === base)
  if (table === undefined) return null
  if (isDefault !== undefined) return { table, name, kind: 'default', from: null, to: null }
  const from = Date.UTC(Number(year), Number(month) - 1)
  return { table, name, kind: 'month', from, to: monthOf(from, 1) }
}

/** Which partitions do the partitioned tables have? Those attached by hand under other names are ignored. */
export async function listPartitions(db: Db): Promise<Partition[]> {
  const { rows } = await sql<{ name: string }>`
    SELECT piece.relname AS name FROM pg_inherits h JOIN pg_class piece ON piece.oid = h.inhrelid
    WHERE h.inhparent = ANY(${PARTITIONED.map((table) => `decorum.${table.name}`)}::text[]::regclass[]) ORDER BY piece.relname`.execute(
    db,
  )
  return rows.flatMap((row) => partitionNamed(row.name) ?? [])
}

interface MadeMonths {
  /** Partitions made, by name. */
  made: string[]
  /** Rows moved from a default partition into one of these. */
  moved: number
  /** Some could not be made now: locks were held, or another process is making them. Try again later. */
  busy: boolean
}

/**
 * Makes the missing partitions for this month and the next ones.
 *
 * Each in a transaction of its own. Reads and writes go on meanwhile; only the default partition is locked, while
 * rows of that month are moved out of it. Safe from several processes at once.
 *
 * @param now            ids carry machine time, contacts business time
 * @param lockTimeoutMs  kept short, since other transactions queue behind a lock that is waited for
 */
export async function makeMonths(
  db: Kysely<Database>,
  now: { machine: Instant; business: Instant },
  lockTimeoutMs: number,
): Promise<MadeMonths> {
  const result: MadeMonths = { made: [], moved: 0, busy: false }
  const partitions = await listPartitions(db)
  for (const table of PARTITIONED) {
    for (let ahead = 0; ahead <= AHEAD; ahead++) {
      const month = monthOf(table.by === 'at' ? now.business : now.machine, ahead)
      if (partitionExists(partitions, table, month)) continue
      const outcome = await makeMonth(db, table, month, lockTimeoutMs)
      if (outcome === 'busy') result.busy = true
      if (typeof outcome === 'string') continue
      result.made.push(`${table.name}_${monthLabel(month)}`)
      result.moved += outcome.moved
    }
  }
  return result
}

const partitionExists = (partitions: readonly Partition[], table: PartitionedTable, month: Month): boolean =>
  partitions.some(
    (partition) =>
      partition.table === table && partition.kind === 'month' && month >= partition.from && month < partition.to,
  )

/** `there`: another process made it meanwhile. */
async function makeMonth(
  db: Kysely<Database>,
  table: PartitionedTable,
  month: Month,
  lockTimeoutMs: number,
): Promise<{ moved: number } | 'busy' | 'there'> {
  try {
    return await db.transaction().execute(async (trx) => {
      await sql`SELECT set_config('lock_timeout', ${String(lockTimeoutMs)}, true)`.execute(trx)
      if (!(await lockPartitions(trx))) return 'busy'
      if (partitionExists(await listPartitions(trx), table, month)) return 'there'
      return { moved: await attach(trx, table, month) }
    })
  } catch (error) {
    if (isLockConflict(error)) return 'busy'
    throw error
  }
}

/**
 * Makes a month's partition as a table and attaches it: `CREATE TABLE … PARTITION OF` would lock the whole table exclusively.
 *
 * A function of the ledger's owner does it, so that who runs the daemons needs no right to make tables. Rows from the default partition are
 * inserted through the parent, after attaching, so that the trigger that maintains `conversation` on every delete and insert leaves it
 * unchanged.
 *
 * @returns  how many rows were moved
 */
async function attach(trx: Transaction<Database>, table: PartitionedTable, month: Month): Promise<number> {
  const { rows } = await sql<{
    moved: number
  }>`SELECT decorum.make_month(${table.name}, ${new Date(month)}) AS moved`.execute(trx)
  return rows[0]?.moved ?? 0
}

/** Takes the lock for making or dropping partitions until the transaction ends; false: another process has it. */
export async function lockPartitions(trx: Transaction<Database>): Promise<boolean> {
  const { rows } = await sql<{ taken: boolean }>`SELECT pg_try_advisory_xact_lock(${ADVISORY_LOCK}) AS taken`.execute(
    trx,
  )
  return rows[0]?.taken === true
}

/** Did this fail for a lock that another transaction holds? Then it is worth trying again later. */
export function isLockConflict(error: unknown): boolean {
  const failure = databaseFailure(error)
  return failure === 'lock_timeout' || failure === 'conflict'
}
