import { sql, type Kysely } from 'kysely'
import type { Database } from '../../src/record/schema.ts'
import type { Figure, Section, Setting } from './bench.ts'
import { MODE_NAMES, modesOf, openPlace, type Mode } from './decorum-place.ts'
import { openInProcess } from './in-process.ts'
import { openLedger } from '../../src/record/ledger.ts'

/** Rows of these are what an import of new accounts leaves; in the order that foreign keys ask for. */
const TABLES = ['recipient', 'address', 'recipient_address', 'ladder_version', 'account', 'spell']
/** Rows to a statement and a transaction, as the import has them. */
const CHUNK = 200

/** How many new accounts a second does an import take in, beside a bare INSERT … unnest of the rows that it leaves? */
export async function intakeBench(setting: Setting): Promise<Section> {
  const figures: Figure[] = []
  for (const mode of modesOf(setting).filter((m) => m !== 'redis+postgres')) figures.push(...(await figuresOf(setting, mode)))
  return {
    bench: 'intake', configuration: `new accounts with a new person and number each, NDJSON through the import service, one stream; bare: the same rows of ${TABLES.length} tables, ${CHUNK} accounts a transaction`,
    figures, leftOut: setting.postgresUrl === null ? ['PostgreSQL'] : [],
  }
}

async function figuresOf(setting: Setting, mode: Mode): Promise<Figure[]> {
  setting.progress(`intake, ${MODE_NAMES[mode]}`)
  const runs = setting.quick ? 2 : 3
  const count = (mode === 'embedded' ? 1_000 : 4_000) * (setting.quick ? 0.5 : 1)
  const imported: Figure = { name: `${MODE_NAMES[mode]}, import`, unit: 'accounts/s', values: [] }
  const bare: Figure = { name: `${MODE_NAMES[mode]}, bare INSERT … unnest`, unit: 'accounts/s', values: [] }
  for (let run = 0; run < runs; run++) {
    const { app, take, close } = await openInProcess(mode, setting)
    try {
      await take(0, CHUNK)
      imported.values.push(await take(CHUNK, count))
      bare.values.push(await bareInserts(app.shell.ledger.db, mode, setting, count))
    } finally {
      await close()
    }
  }
  imported.note = `${(imported.values.reduce((a, b) => a + b, 0) / bare.values.reduce((a, b) => a + b, 0)).toFixed(2)} of the bare insert`
  return [imported, bare]
}

interface TableRows {
  table: string
  columns: { name: string; type: string }[]
  rows: (string | null)[][]
}

async function bareInserts(from: Kysely<Database>, mode: Mode, setting: Setting, count: number): Promise<number> {
  const tables = await Promise.all(TABLES.map((table) => rowsOf(from, table)))
  const place = await openPlace(mode, setting)
  const ledger = await openLedger(place.databaseUrl === null ? { dataDir: place.dataDir } : { databaseUrl: place.databaseUrl })
  try {
    const began = performance.now()
    for (let start = 0; start < count; start += CHUNK) {
      await ledger.db.transaction().execute(async (trx) => {
        for (const { table, columns, rows } of tables) {
          const chunk = rows.slice(start, start + CHUNK)
          if (chunk.length === 0) continue
          const names = sql.raw(columns.map((column) => column.name).join(', '))
          const values = sql.raw(columns.map((column, i) => `c${i}::${column.type}`).join(', '))
          const arrays = sql.join(columns.map((_, i) => sql`${chunk.map((row) => row[i])}::text[]`))
          const aliases = sql.raw(columns.map((_, i) => `c${i}`).join(', '))
          await sql`INSERT INTO ${sql.raw(`decorum.${table}`)} (${names}) SELECT ${values} FROM unnest(${arrays}) AS x (${aliases})`.execute(trx)
        }
      })
    }
    return (count / (performance.now() - began)) * 1_000
  } finally {
    await ledger.close()
    await place.clear()
  }
}

async function rowsOf(db: Kysely<Database>, table: string): Promise<TableRows> {
  const { rows: columns } = await sql<{ name: string; type: string }>`
    SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type FROM pg_attribute a
    WHERE a.attrelid = ${`decorum.${table}`}::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`.execute(db)
  const texts = sql.raw(columns.map((column, i) => `${column.name}::text AS c${i}`).join(', '))
  const { rows } = await sql<Record<string, string | null>>`SELECT ${texts} FROM ${sql.raw(`decorum.${table}`)}`.execute(db)
  return { table, columns, rows: rows.map((row) => columns.map((_, i) => row[`c${i}`] ?? null)) }
}
