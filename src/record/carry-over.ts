import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Locked } from './locks.ts'
import type { Database, Db } from './schema.ts'

/** A table whose rows an earlier build left in clear or under no key: how its rows are found, and whose they are. */
interface CarriedTable {
  key: readonly string[]
  columns: readonly string[]
  /** SQL of the person's id, of row `x`; null: they concern nobody in particular. */
  person: string | null
}

const ofPerson = (...columns: string[]): CarriedTable => ({ key: ['id'], columns, person: 'x.recipient_id' })
const ofNobody = (...columns: string[]): CarriedTable => ({ key: ['id'], columns, person: null })

/** By the names that the ledger has for the steps. */
const TABLES: Readonly<Record<string, CarriedTable>> = {
  recipient_address: ofPerson('source'),
  consent: ofPerson('source'),
  account: ofPerson('reference_masked', 'facts_for_words'),
  event: ofPerson('body', 'body_hash'),
  hold: ofPerson('details', 'end_reason'),
  suppression: ofPerson('source', 'lift_reason', 'scope', 'creditor'),
  doubt_resolution: {
    key: ['id'],
    columns: ['reason'],
    person: '(SELECT m.recipient_id FROM decorum.reminder m WHERE m.id = x.reminder_id)',
  },
  switch: ofNobody('reason', 'lift_reason'),
  api_key: ofNobody('label', 'bootstrap'),
  import_job: ofNobody('source', 'checksum'),
  idempotency: {
    key: ['creditor', 'scope', 'key'],
    columns: ['body_hash'],
    person: `CASE x.scope
      WHEN 'reminder' THEN (SELECT m.recipient_id FROM decorum.reminder m WHERE m.id = x.resource_id)
      WHEN 'permit' THEN (SELECT p.recipient_id FROM decorum.permit p WHERE p.id = x.resource_id)
      WHEN 'contact' THEN (SELECT k.recipient_id FROM decorum.reported_contact k WHERE k.id = x.resource_id LIMIT 1) END`,
  },
  reservation: { key: ['reminder_id', 'no', 'reserved_at'], columns: ['message_hash'], person: 'x.recipient_id' },
}

/** A row as it stands, with its person's data key. */
export interface CarriedRow {
  key: string[]
  values: Record<string, unknown>
  personId: string | null
  dataKey: Buffer | null
  dataKeyId: string | null
}

/** A step that is not done, and the row up to which it is. */
export interface CarryStep {
  table: string
  after: string[] | null
}

/** Which tables still hold rows from before? */
export const stepsLeft = async (db: Kysely<Database>): Promise<CarryStep[]> =>
  (
    await db
      .selectFrom('decorum.carry_over')
      .select(['step', 'after_row'])
      .where('done_at', 'is', null)
      .orderBy('position')
      .execute()
  ).map(({ step, after_row: after }) => ({
    table: step,
    after: after === null ? null : (JSON.parse(after) as string[]),
  }))

/** The next rows of a table, in the order of its key. */
export async function carriedRows(db: Db, { table, after }: CarryStep, limit: number): Promise<CarriedRow[]> {
  const { key, columns, person } = TABLES[table] as CarriedTable
  const keys = sql.join(key.map((name) => sql`x.${sql.ref(name)}`))
  const { rows } = await sql<Record<string, unknown> & { person_id: string | null }>`
    SELECT ${sql.join(key.map((name) => sql`x.${sql.ref(name)}::text AS ${sql.ref(`key_${name}`)}`))},
      ${sql.join(columns.map((name) => sql`x.${sql.ref(name)}`))}, p.id AS person_id, p.data_key, p.data_key_id
    FROM ${sql.table(`decorum.${table}`)} x LEFT JOIN decorum.recipient p ON p.id = ${sql.raw(person ?? 'NULL')}
    ${after === null ? sql`` : sql`WHERE (${keys}) > (${sql.join(after)})`} ORDER BY ${keys} LIMIT ${limit}`.execute(db)
  return rows.map((row) => ({
    key: key.map((name) => row[`key_${name}`] as string),
    values: Object.fromEntries(columns.map((name) => [name, row[name]])),
    personId: row.person_id,
    dataKey: row['data_key'] as Buffer | null,
    dataKeyId: row['data_key_id'] as string | null,
  }))
}

/** Writes what became of a row, unless it has changed meanwhile; its person is locked. */
export async function writeCarried(
  trx: Locked,
  table: string,
  { key: values, values: before }: CarriedRow,
  after: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { key } = TABLES[table] as CarriedTable
  const stored = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Buffer.isBuffer(value) ? JSON.stringify(value) : value
  const each = (of: Readonly<Record<string, unknown>>, how: (name: string, value: unknown) => RawBuilder<unknown>) =>
    Object.entries(of).map(([name, value]) => how(name, stored(value)))
  const changed = Object.fromEntries(Object.keys(after).map((name) => [name, before[name]]))
  await sql`UPDATE ${sql.table(`decorum.${table}`)}
    SET ${sql.join(each(after, (name, value) => sql`${sql.ref(name)} = ${value}`))}
    WHERE ${sql.join(
      [
        ...key.map((name, i) => sql`${sql.ref(name)} = ${values[i]}`),
        ...each(changed, (name, value) => sql`${sql.ref(name)} IS NOT DISTINCT FROM ${value}`),
      ],
      sql` AND `,
    )}`.execute(trx)
}

/** Notes how far a step is; null: it is done. */
export async function noteCarried(db: Db, table: string, after: readonly string[] | null): Promise<void> {
  await db
    .updateTable('decorum.carry_over')
    .set(after === null ? { done_at: sql<Date>`clock_timestamp()` } : { after_row: JSON.stringify(after) })
    .where('step', '=', table)
    .execute()
}
