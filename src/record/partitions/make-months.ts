import { sql, type Kysely, type Transaction } from 'kysely'
import type { Instant } from '../../model/instant.ts'
import type { Database } from '../schema.ts'
import { firstKey, monthLabel, monthOf, PARTITIONED, type Month, type PartitionedTable, type Piece } from './months.ts'
import { listPieces, takePieces, wasBusy } from './pieces.ts'

/** This month, and as many after it. */
const AHEAD = 3

export interface MadeMonths {
  /** Pieces made, by name. */
  made: string[]
  /** Rows that had fallen into a default piece and were moved into one of these. */
  moved: number
  /** Some could not be made now: locks were held, or somebody else is making them. Nothing is lost by waiting. */
  busy: boolean
}

/**
 * Makes the pieces for this month and the next ones that do not exist yet.
 *
 * Each in a transaction of its own. Reading and writing goes on meanwhile; only the default piece is locked, for as
 * long as it takes to look for rows of that month in it. Safe from several processes at once.
 *
 * @param now            ids bear machine time, contacts business time
 * @param lockTimeoutMs  others wait behind a lock that is waited for
 */
export async function makeMonths(db: Kysely<Database>, now: { machine: Instant; business: Instant }, lockTimeoutMs: number): Promise<MadeMonths> {
  const result: MadeMonths = { made: [], moved: 0, busy: false }
  const pieces = await listPieces(db)
  for (const table of PARTITIONED) {
    for (let ahead = 0; ahead <= AHEAD; ahead++) {
      const month = monthOf(table.by === 'at' ? now.business : now.machine, ahead)
      if (isThere(pieces, table, month)) continue
      const outcome = await makeMonth(db, table, month, lockTimeoutMs)
      if (outcome === 'busy') result.busy = true
      if (typeof outcome === 'string') continue
      result.made.push(`${table.name}_${monthLabel(month)}`)
      result.moved += outcome.moved
    }
  }
  return result
}

const isThere = (pieces: readonly Piece[], table: PartitionedTable, month: Month): boolean =>
  pieces.some((piece) => piece.table === table && piece.to !== null && month < piece.to && (piece.from === null || month >= piece.from))

/** `there`: somebody else made it meanwhile. */
async function makeMonth(
  db: Kysely<Database>, table: PartitionedTable, month: Month, lockTimeoutMs: number,
): Promise<{ moved: number } | 'busy' | 'there'> {
  try {
    return await db.transaction().execute(async (trx) => {
      await sql`SELECT set_config('lock_timeout', ${String(lockTimeoutMs)}, true)`.execute(trx)
      if (!(await takePieces(trx))) return 'busy'
      if (isThere(await listPieces(trx), table, month)) return 'there'
      return { moved: await attach(trx, table, month) }
    })
  } catch (error) {
    if (wasBusy(error)) return 'busy'
    throw error
  }
}

/**
 * Made apart and attached: `CREATE TABLE … PARTITION OF` would lock the whole table against everybody.
 *
 * Rows from the default go in through the parent, after the attaching, so that the memory of conversations, which
 * follows every delete and insert, is the same afterwards.
 *
 * @returns  how many those were
 */
async function attach(trx: Transaction<Database>, table: PartitionedTable, month: Month): Promise<number> {
  const parent = sql.table(`decorum.${table.name}`)
  const rest = sql.table(`decorum.${table.name}_default`)
  const piece = sql.table(`decorum.${table.name}_${monthLabel(month)}`)
  const [from, to] = [firstKey(table, month), firstKey(table, monthOf(month, 1))]
  const fallen = sql`${sql.ref(table.key)} >= ${from} AND ${sql.ref(table.key)} < ${to}`
  await sql`CREATE TABLE ${piece} (LIKE ${parent} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE) WITH (fillfactor = ${sql.lit(table.fill)})`.execute(trx)
  await sql`LOCK TABLE ${rest} IN ACCESS EXCLUSIVE MODE`.execute(trx)
  await sql`CREATE TEMP TABLE moved_rows ON COMMIT DROP AS SELECT * FROM ${parent} LIMIT 0`.execute(trx)
  await sql`INSERT INTO moved_rows SELECT * FROM ${rest} WHERE ${fallen}`.execute(trx)
  await sql`DELETE FROM ${rest} WHERE ${fallen}`.execute(trx)
  await sql`ALTER TABLE ${parent} ATTACH PARTITION ${piece} FOR VALUES FROM (${sql.lit(from)}) TO (${sql.lit(to)})`.execute(trx)
  const { numAffectedRows } = await sql`INSERT INTO ${parent} SELECT * FROM moved_rows`.execute(trx)
  return Number(numAffectedRows ?? 0)
}
