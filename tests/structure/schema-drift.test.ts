import { readFileSync } from 'node:fs'
import { beforeAll, expect, it } from 'vitest'
import type { Ledger } from '../../src/record/ledger.ts'
import { eachLedger } from '../support/ledger.ts'

/** Tables and columns as src/record/schema.ts declares them, read from its text: types leave nothing at run time. */
function declared(): Record<string, string[]> {
  const source = readFileSync(new URL('../../src/record/schema.ts', import.meta.url), 'utf8')
  const interfaces = new Map(
    [...source.matchAll(/^export interface (\w+) \{\n([\s\S]*?)^\}/gm)].map(([, name, body]) => [
      name as string,
      body as string,
    ]),
  )
  const tables: Record<string, string[]> = {}
  for (const [, table, type] of (interfaces.get('Database') ?? '').matchAll(/^ {2}'decorum\.(\w+)': (\w+)$/gm)) {
    const body = interfaces.get(type as string) ?? ''
    tables[table as string] = [...body.matchAll(/^ {2}(\w+)\??: (.+)$/gm)]
      .map(([, column, columnType]) => `${column} ${nullable(columnType as string)}`)
      .sort()
  }
  return tables
}

/** Of a view PostgreSQL says that every column may be null, and so nothing. */
const namesOf = (columns: readonly string[]): string[] => columns.map((column) => column.split(' ')[0] as string)

const nullable = (type: string): string => (/\| null\b/.test(type) ? 'null' : 'not null')

eachLedger('the schema', (_name, openFresh) => {
  let ledger: Ledger
  beforeAll(async () => {
    ;({ ledger } = await openFresh())
  })

  it('has the tables, columns and nulls that src/record/schema.ts declares', async () => {
    const { rows } = await ledger.pool.query<{ table: string; column: string; nulls: string }>(
      `SELECT table_name AS table, column_name AS column, is_nullable AS nulls FROM information_schema.columns
       WHERE table_schema = 'decorum' AND table_name <> 'migration'
         AND NOT (SELECT relispartition FROM pg_class WHERE oid = format('decorum.%I', table_name)::regclass)`,
    )
    const migrated: Record<string, string[]> = {}
    for (const { table, column, nulls } of rows)
      (migrated[table] ??= []).push(`${column} ${nulls === 'YES' ? 'null' : 'not null'}`)
    for (const columns of Object.values(migrated)) columns.sort()
    expect(Object.keys(migrated).length).toBeGreaterThan(0)
    const { rows: views } = await ledger.pool.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.views WHERE table_schema = 'decorum'`,
    )
    const isView = (table: string): boolean => views.some(({ name }) => name === table)
    const known = (tables: Record<string, string[]>) =>
      Object.fromEntries(
        Object.entries(tables).map(([table, columns]) => [table, isView(table) ? namesOf(columns) : columns]),
      )
    expect(known(declared())).toEqual(known(migrated))
  })
})
