import { CompiledQuery, type Kysely, type RawBuilder, sql, type Transaction } from 'kysely'
import type { Database, Db } from '../schema.ts'
import { binaryArray, type ColumnType } from './binary-array.ts'

/** The columns that a statement writes, with their types. */
export type Columns<Row> = Readonly<Partial<Record<keyof Row & string, ColumnType>>>

/** Writes rows and returns how many were written; for no rows no query is made. */
type WriteRows<Row> = (db: Db, rows: readonly Row[]) => Promise<number>

/**
 * Makes a function that inserts any number of rows of one shape with one statement.
 *
 * Each column is one array, so the statement has one text and as many parameters as columns. A VALUES
 * list of 200 accounts has 5,400, and building, sending and parsing those took longer than writing the rows.
 *
 * @param after  what follows the rows, such as ON CONFLICT
 */
export function insertRows<Row>(table: string, columns: Columns<Row>, after = ''): WriteRows<Row> {
  const text = `INSERT INTO ${table} (${Object.keys(columns).join(', ')}) SELECT ${valuesOf(columns)} FROM ${unnested(columns)} ${after}`
  return writer(text, columns)
}

/**
 * Makes a function that updates any number of rows by id with one statement.
 *
 * @param columns  those that are written, and `id`, by which the row is found
 */
export function updateRows<Row extends { id: string }>(table: string, columns: Columns<Row>): WriteRows<Row> {
  const set = entriesOf(columns)
    .filter(([name]) => name !== 'id')
    .map(([name, type]) => `${name} = ${valueOf(name, type)}`)
    .join(', ')
  return writer(`UPDATE ${table} AS known SET ${set} FROM ${unnested(columns)} WHERE known.id = x.id`, columns)
}

function writer<Row>(text: string, columns: Columns<Row>): WriteRows<Row> {
  return async (db, rows) => {
    if (rows.length === 0) return 0
    return Number((await db.executeQuery(CompiledQuery.raw(text, columnArrays(columns, rows)))).numAffectedRows ?? 0)
  }
}

const entriesOf = <Row>(columns: Columns<Row>) => Object.entries(columns) as [keyof Row & string, ColumnType][]

/** `unnest(…) AS x (…)` over one array for each column, the first of which is parameter number `first`. */
export const unnested = (columns: Columns<never>, first = 1): string =>
  `unnest(${entriesOf(columns)
    .map(([, type], i) => `$${i + first}::${LISTS[type] === undefined ? type : 'text'}[]`)
    .join(', ')}) AS x (${Object.keys(columns).join(', ')})`

/** The parameters of `unnested`: each column of these rows as one array. */
export const columnArrays = <Row>(columns: Columns<Row>, rows: readonly Row[]): Buffer[] =>
  entriesOf(columns).map(([name, type]) =>
    binaryArray(
      type,
      rows.map((row) => row[name]),
    ),
  )

/** The columns of `unnested`, each as its table has it. */
export const valuesOf = (columns: Columns<never>): string =>
  entriesOf(columns)
    .map(([name, type]) => valueOf(name, type))
    .join(', ')

/** Columns that are lists themselves stand in the arrays of rows as text. */
const LISTS: Partial<Record<ColumnType, string>> = { texts: 'text[]', uuids: 'uuid[]' }

const valueOf = (name: string, type: ColumnType): string => {
  const list = LISTS[type]
  return list === undefined ? `x.${name}` : `x.${name}::${list}`
}

/**
 * Makes this transaction keep one plan for each statement, made without its values.
 *
 * That plans look rows up by key is the session's own setting (`PLAN_SETTINGS`); so that each is made once, and not
 * with every batch (measured: planning was an eighth of the server's time for a reservation). Ends with the transaction.
 */
export async function useGenericPlans(trx: Transaction<Database>): Promise<void> {
  await sql`/* use-generic-plans */ SELECT set_config('plan_cache_mode', 'force_generic_plan', true)`.execute(trx)
}

/**
 * Reads what a report or the retention needs: whole tables or months, as PostgreSQL finds cheapest.
 *
 * In a transaction of its own, or in the one that is given and then until its end.
 */
export async function readInBulk<T>(
  db: Kysely<Database>,
  read: (trx: Transaction<Database>) => Promise<T>,
): Promise<T> {
  const unbound = async (trx: Transaction<Database>): Promise<T> => {
    await sql`SELECT set_config('enable_seqscan', 'on', true), set_config('enable_hashjoin', 'on', true), set_config('enable_mergejoin', 'on', true),
      set_config('max_parallel_workers_per_gather', '2', true)`.execute(trx)
    return read(trx)
  }
  return db.isTransaction ? unbound(db as Transaction<Database>) : db.transaction().execute(unbound)
}

/** A timestamp column in milliseconds since 1970, as `Instant`. */
export const epochMs = (column: string): RawBuilder<unknown> =>
  sql.raw(`floor(extract(epoch FROM ${column}) * 1000)::bigint`)
