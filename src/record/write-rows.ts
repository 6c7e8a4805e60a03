import { CompiledQuery, type Kysely, type Transaction } from 'kysely'
import { binaryArray, type ColumnType } from './binary-array.ts'
import type { Database } from './schema.ts'

/** The columns that a statement writes, with their types. */
export type Columns<Row> = Readonly<Partial<Record<keyof Row & string, ColumnType>>>

/** Writes rows and answers how many were written; nothing is asked of the ledger for no rows. */
export type WriteRows<Row> = (db: Kysely<Database> | Transaction<Database>, rows: readonly Row[]) => Promise<number>

/**
 * How are rows of one shape inserted with one statement, however many they are?
 *
 * Each column is one array, so the statement has one text and as many parameters as columns. A VALUES
 * list of 200 accounts has 5,400, and building, sending and parsing those took longer than writing the rows.
 *
 * @param after  what follows the rows: ON CONFLICT
 */
export function insertRows<Row>(table: string, columns: Columns<Row>, after = ''): WriteRows<Row> {
  const text = `INSERT INTO ${table} (${Object.keys(columns).join(', ')}) SELECT ${valuesOf(columns)} FROM ${arraysOf(columns)} ${after}`
  return writer(text, columns)
}

/**
 * How are known rows changed with one statement, however many they are?
 *
 * @param columns  those that are written, and `id`, by which the row is found
 */
export function updateRows<Row extends { id: string }>(table: string, columns: Columns<Row>): WriteRows<Row> {
  const set = Object.entries(columns).filter(([name]) => name !== 'id').map(([name, type]) => `${name} = ${valueOf(name, type as ColumnType)}`).join(', ')
  return writer(`UPDATE ${table} AS known SET ${set} FROM ${arraysOf(columns)} WHERE known.id = x.id`, columns)
}

function writer<Row>(text: string, columns: Columns<Row>): WriteRows<Row> {
  const entries = Object.entries(columns) as [keyof Row & string, ColumnType][]
  return async (db, rows) => {
    if (rows.length === 0) return 0
    const arrays = entries.map(([name, type]) => binaryArray(type, rows.map((row) => row[name])))
    return Number((await db.executeQuery(CompiledQuery.raw(text, arrays))).numAffectedRows ?? 0)
  }
}

const valueOf = (name: string, type: ColumnType): string => (type === 'texts' ? `x.${name}::text[]` : `x.${name}`)

const valuesOf = (columns: Columns<never>): string => Object.entries(columns).map(([name, type]) => valueOf(name, type as ColumnType)).join(', ')

const arraysOf = (columns: Columns<never>): string =>
  `unnest(${Object.values(columns).map((type, i) => `$${i + 1}::${type === 'texts' ? 'text' : type as ColumnType}[]`).join(', ')}) AS x (${Object.keys(columns).join(', ')})`
