import { sql, type Kysely } from 'kysely'
import { openLedger } from '../../src/record/ledger.ts'
import type { Database } from '../../src/record/schema.ts'
import type { Setting } from './bench.ts'
import { openPlace, type Mode, type Place } from './decorum-place.ts'
import { microsEach, postgresMicros, type TakenIn } from './import-paths.ts'

/**
 * Rows of these are what an import of new accounts leaves, in the order that foreign keys ask for; each person's
 * rows stand at the same place in all of them, so that a chunk refers to nothing outside of it.
 */
const TABLES: readonly { table: string; inOrder: string }[] = [
  { table: 'recipient', inOrder: 'ORDER BY t.id' },
  {
    table: 'address',
    inOrder: 'JOIN decorum.recipient_address o ON o.creditor = t.creditor AND o.hash = t.hash ORDER BY o.recipient_id',
  },
  { table: 'recipient_address', inOrder: 'ORDER BY t.recipient_id' },
  { table: 'ladder_version', inOrder: '' },
  { table: 'account', inOrder: 'ORDER BY t.recipient_id' },
  { table: 'spell', inOrder: 'JOIN decorum.account o ON o.id = t.account_id ORDER BY o.recipient_id' },
]
/** Accounts to a transaction, as the import has them. */
export const CHUNK = 200

/** Every row of one table, as text. */
export interface TableRows {
  table: string
  columns: { name: string; type: string }[]
  rows: (string | null)[][]
}

const openAt = ({ databaseUrl, dataDir }: Place) => openLedger(databaseUrl === null ? { dataDir } : { databaseUrl })

/** What has an import left in the ledger at this place? Nobody else may have it open. */
export async function rowsLeft(place: Place): Promise<TableRows[]> {
  const ledger = await openAt(place)
  try {
    return await Promise.all(TABLES.map(({ table, inOrder }) => rowsOf(ledger.db, table, inOrder)))
  } finally {
    await ledger.close()
  }
}

/** How many rows of each table are there, for comparing and for printing? */
export async function countsAt(place: Place): Promise<string> {
  const ledger = await openAt(place)
  try {
    const counts = await Promise.all(
      TABLES.map(async ({ table }) => {
        const { rows } = await sql<{
          count: number
        }>`SELECT count(*)::integer AS count FROM ${sql.raw(`decorum.${table}`)}`.execute(ledger.db)
        return `${rows[0]?.count} ${table}`
      }),
    )
    return counts.join(', ')
  } finally {
    await ledger.close()
  }
}

/**
 * How fast does a bare INSERT … unnest take in these rows?
 *
 * With the same tables, keys and indexes; one connection, one statement for each table and transaction,
 * the arrays made from text that is there already: no reading, no checks, no encryption. As with the
 * imports, the first accounts are taken in before the time is taken.
 */
export async function bareInsert(
  tables: readonly TableRows[],
  warmUp: number,
  mode: Mode,
  setting: Setting,
): Promise<TakenIn> {
  const accounts = tables.find(({ table }) => table === 'account')?.rows.length ?? 0
  const place = await openPlace(mode, setting)
  const ledger = await openAt(place)
  const insert = async (from: number, to: number): Promise<void> => {
    for (let start = from; start < to; start += CHUNK) {
      await ledger.db.transaction().execute(async (trx) => {
        for (const table of tables)
          await insertChunk(trx, { ...table, rows: table.rows.slice(start, Math.min(start + CHUNK, to)) })
      })
    }
  }
  try {
    await insert(0, warmUp)
    const postgres = await postgresMicros(place.databaseUrl)
    const micros = (): Record<string, number> => {
      const { user, system } = process.cpuUsage()
      return { client: user + system, ...postgres() }
    }
    const [before, began] = [micros(), performance.now()]
    await insert(warmUp, accounts)
    const [milliseconds, timed] = [performance.now() - began, accounts - warmUp]
    return { perSecond: (timed / milliseconds) * 1_000, micros: microsEach(before, micros(), timed) }
  } finally {
    await ledger.close()
    await place.clear()
  }
}

async function insertChunk(db: Kysely<Database>, { table, columns, rows }: TableRows): Promise<void> {
  if (rows.length === 0) return
  const names = sql.raw(columns.map((column) => column.name).join(', '))
  const values = sql.raw(columns.map((column, i) => `c${i}::${column.type}`).join(', '))
  const arrays = sql.join(columns.map((_, i) => sql`${rows.map((row) => row[i])}::text[]`))
  const aliases = sql.raw(columns.map((_, i) => `c${i}`).join(', '))
  await sql`INSERT INTO ${sql.raw(`decorum.${table}`)} (${names}) SELECT ${values} FROM unnest(${arrays}) AS x (${aliases})`.execute(
    db,
  )
}

async function rowsOf(db: Kysely<Database>, table: string, inOrder: string): Promise<TableRows> {
  const { rows: columns } = await sql<{ name: string; type: string }>`
    SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type FROM pg_attribute a
    WHERE a.attrelid = ${`decorum.${table}`}::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`.execute(
    db,
  )
  const texts = sql.raw(columns.map((column, i) => `t.${column.name}::text AS c${i}`).join(', '))
  const { rows } = await sql<
    Record<string, string | null>
  >`SELECT ${texts} FROM ${sql.raw(`decorum.${table} t ${inOrder}`)}`.execute(db)
  return { table, columns, rows: rows.map((row) => columns.map((_, i) => row[`c${i}`] ?? null)) }
}
