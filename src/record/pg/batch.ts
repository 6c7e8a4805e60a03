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
  const text = `INSERT INTO ${table} (${Object.keys(columns).join(', ')}) SELECT ${valuesOf(columns)} FROM ${arraysOf(columns)} ${after}`
  return writer(text, columns)
}

/**
 * Makes a function that updates any number of rows by id with one statement.
 *
 * @param columns  those that are written, and `id`, by which the row is found
 */
export function updateRows<Row extends { id: string }>(table: string, columns: Columns<Row>): WriteRows<Row> {
  const set = Object.entries(columns)
    .filter(([name]) => name !== 'id')
    .map(([name, type]) => `${name} = ${valueOf(name, type as ColumnType)}`)
    .join(', ')
  return writer(`UPDATE ${table} AS known SET ${set} FROM ${arraysOf(columns)} WHERE known.id = x.id`, columns)
}

function writer<Row>(text: string, columns: Columns<Row>): WriteRows<Row> {
  const entries = Object.entries(columns) as [keyof Row & string, ColumnType][]
  return async (db, rows) => {
    if (rows.length === 0) return 0
    const arrays = entries.map(([name, type]) =>
      binaryArray(
        type,
        rows.map((row) => row[name]),
      ),
    )
    return Number((await db.executeQuery(CompiledQuery.raw(text, arrays))).numAffectedRows ?? 0)
  }
}

/** `unnest(…) AS x (…)` over one array for each column, the first of which is parameter number `first`. */
export const unnested = (columns: Readonly<Record<string, ColumnType>>, first = 1): string =>
  `unnest(${Object.values(columns)
    .map((type, i) => `$${i + first}::${type === 'texts' ? 'text' : type}[]`)
    .join(', ')}) AS x (${Object.keys(columns).join(', ')})`

/** The parameters of `unnested`: each column of these rows as one array. */
export const columnArrays = <Row extends object>(
  columns: Readonly<Record<keyof Row & string, ColumnType>>,
  rows: readonly Row[],
): Buffer[] =>
  Object.entries<ColumnType>(columns).map(([name, type]) =>
    binaryArray(
      type,
      rows.map((row) => row[name as keyof Row]),
    ),
  )

const valueOf = (name: string, type: ColumnType): string => (type === 'texts' ? `x.${name}::text[]` : `x.${name}`)

const valuesOf = (columns: Columns<never>): string =>
  Object.entries(columns)
    .map(([name, type]) => valueOf(name, type as ColumnType))
    .join(', ')

const arraysOf = (columns: Columns<never>): string =>
  `unnest(${Object.values(columns)
    .map((type, i) => `$${i + 1}::${type === 'texts' ? 'text' : (type as ColumnType)}[]`)
    .join(', ')}) AS x (${Object.keys(columns).join(', ')})`

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
