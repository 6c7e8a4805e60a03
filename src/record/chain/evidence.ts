import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Db } from '../schema.ts'

type KeyPart = 'uuid' | 'integer' | 'instant'

/** A table whose rows are evidence: none is changed, added or removed unseen. */
export interface Evidence {
  readonly relation: string
  /** The columns that name a row, in the order of an index of them, and the kind of each; their bytes in this order are its key. */
  readonly key: Readonly<Record<string, KeyPart>>
  /** SQL for whose row `n` it is. Null: of the creditor of the reminder that the key begins with. */
  readonly creditor: string | null
  /** Columns that change lawfully, which is all that the runtime role may update. */
  readonly changes: readonly string[]
}

const OWN_CREDITOR = 'n.creditor'
const OF_ALL = `'*'`

/**
 * Every table that is chained. To register one more: a line here; its triggers are made by the next migration.
 *
 * A table that is not there yet is left out, so that a line may come before its migration.
 */
export const EVIDENCE: readonly Evidence[] = [
  {
    relation: 'reservation',
    key: { reminder_id: 'uuid', no: 'integer', reserved_at: 'instant' },
    creditor: null,
    changes: ['excess'],
  },
  {
    relation: 'settlement',
    key: { reminder_id: 'uuid', no: 'integer', reserved_at: 'instant' },
    creditor: null,
    changes: [
      'status',
      'outcome',
      'provider_ref',
      'rejection',
      'code',
      'detail',
      'settled_at',
      'delivery',
      'delivery_final',
      'delivery_code',
      'delivery_at',
      'resolved_by',
      'looked_up_at',
    ],
  },
  {
    relation: 'withheld_decision',
    key: { reminder_id: 'uuid', no: 'integer' },
    creditor: null,
    changes: ['repeats', 'last_at'],
  },
  {
    relation: 'reported_contact',
    key: { recipient_id: 'uuid', at: 'instant', id: 'uuid' },
    creditor: OWN_CREDITOR,
    changes: ['at', 'outcome', 'party', 'excess'],
  },
  {
    relation: 'permit',
    key: { id: 'uuid' },
    creditor: OWN_CREDITOR,
    changes: ['status', 'outcome', 'called_at', 'settled_at', 'settled_by'],
  },
  { relation: 'doubt_resolution', key: { reminder_id: 'uuid', id: 'uuid' }, creditor: null, changes: [] },
  {
    relation: 'suppression',
    key: { id: 'uuid' },
    creditor: OWN_CREDITOR,
    changes: ['lifted_at', 'lifted_by', 'lift_reason', 'recipient_id', 'seq'],
  },
  {
    relation: 'hold',
    key: { id: 'uuid' },
    creditor: OWN_CREDITOR,
    changes: ['ended_at', 'ended_by', 'end_reason', 'recipient_id'],
  },
  {
    relation: 'api_key',
    key: { id: 'uuid' },
    creditor: OWN_CREDITOR,
    changes: ['revoked_at', 'revoked_by', 'last_used_at'],
  },
  {
    relation: 'switch',
    key: { id: 'uuid' },
    creditor: `n.scope->>'creditor'`,
    changes: ['lifted_at', 'lifted_by', 'lift_reason'],
  },
  { relation: 'access_log', key: { id: 'uuid' }, creditor: OF_ALL, changes: [] },
]

/** The table of this name. @throws RangeError */
export function evidenceOf(relation: string): Evidence {
  const found = EVIDENCE.find((one) => one.relation === relation)
  if (found === undefined) throw new RangeError(`${relation} is not chained`)
  return found
}

/** What does this key of a table name? Of a table that is not chained, which somebody else wrote, its bytes. */
export function rowInWords(relation: string, key: Buffer): Record<string, string> {
  const evidence = EVIDENCE.find((one) => one.relation === relation)
  return evidence === undefined ? { key: key.toString('hex') } : keyInWords(evidence, key)
}

const SEND: Record<KeyPart, (column: string) => string> = {
  uuid: (column) => `pg_catalog.uuid_send(${column})`,
  integer: (column) => `pg_catalog.int4send(${column}::integer)`,
  instant: (column) => `pg_catalog.timestamptz_send(${column})`,
}

/** SQL for the key of row `n`. */
export const keyOf = ({ key }: Evidence): string =>
  Object.entries(key)
    .map(([column, part]) => SEND[part](`n.${column}`))
    .join(' || ')

/** SQL for the hash of what these columns of row `n` hold: PostgreSQL's binary form, which no setting of a session changes. */
export const hashOf = (columns: readonly string[]): string =>
  `pg_catalog.sha256(pg_catalog.record_send(ROW(${columns.map((column) => `n."${column}"`).join(', ')})))`

const PART_BYTES: Record<KeyPart, number> = { uuid: 16, integer: 4, instant: 8 }
/** PostgreSQL counts microseconds from the beginning of 2000. */
const EPOCH = BigInt(Date.UTC(2000, 0, 1)) * 1_000n

const SQL_TYPE: Record<KeyPart, string> = { uuid: 'uuid', integer: 'integer', instant: 'timestamptz' }

/** What does this key name? Columns and values, as a person reads them and SQL takes them. */
export function keyInWords({ key }: Evidence, bytes: Buffer): Record<string, string> {
  let at = 0
  return Object.fromEntries(
    Object.entries(key).map(([column, part]) => {
      const piece = bytes.subarray(at, (at += PART_BYTES[part]))
      if (piece.length < PART_BYTES[part]) return [column, '?']
      if (part === 'uuid') return [column, piece.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')]
      return [column, part === 'integer' ? String(piece.readInt32BE()) : instantInWords(piece.readBigInt64BE() + EPOCH)]
    }),
  )
}

function instantInWords(micros: bigint): string {
  const text = new Date(Number(micros / 1_000n)).toISOString()
  const beyond = micros % 1_000n
  return beyond === 0n ? text : text.replace('Z', `${String(beyond).padStart(3, '0')}Z`)
}

/** SQL for "rows `n` after this key", and for their order. */
export function afterKey(
  evidence: Evidence,
  key: Buffer | null,
): { after: RawBuilder<unknown>; order: RawBuilder<unknown> } {
  const columns = Object.entries(evidence.key)
  const names = columns.map(([column]) => `n.${column}`).join(', ')
  const order = sql.raw(names)
  if (key === null) return { after: sql`true`, order }
  const values = Object.values(keyInWords(evidence, key))
  return {
    after: sql`(${order}) > (${sql.join(columns.map(([, part], i) => sql`${values[i]}::${sql.raw(SQL_TYPE[part])}`))})`,
    order,
  }
}

/** SQL for the part of key `k` by which its table is cut into months; null: it is not. */
export function monthOfKey({ relation, key }: Evidence): string | null {
  if (relation === 'withheld_decision') return `substring(k FROM 1 FOR 16)`
  let at = 1
  for (const part of Object.values(key)) {
    if (part === 'instant') return `substring(k FROM ${at} FOR 8)`
    at += PART_BYTES[part]
  }
  return null
}

/** The bytes of a month's first key, as `monthOfKey` has it. @param text  an instant, or a uuid */
export function monthBytes(text: string): Buffer {
  if (/^[0-9a-f]{8}-/.test(text)) return Buffer.from(text.replaceAll('-', ''), 'hex')
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(new Date(text).getTime()) * 1_000n - EPOCH)
  return bytes
}

/** A version of the columns that hashes cover. */
export interface RowShape {
  id: number
  relation: string
  columns: string[]
}

/** Every shape there is or was, the oldest first. */
export const readShapes = async (db: Db | Kysely<never>): Promise<RowShape[]> =>
  (await sql<RowShape>`SELECT id, relation, columns FROM decorum.chain_shape ORDER BY id`.execute(db)).rows

/**
 * Makes the triggers that leave notes, for every table of the list whose columns are not those of its last shape.
 *
 * Called after the migrations, by the owner of the tables. They are statement triggers on the table as a whole: who writes to a partition
 * of it, past them, leaves no note, and what was written is in no link.
 */
export async function keepTriggers(db: Db | Kysely<never>): Promise<void> {
  const { rows } = await sql<{ relation: string; columns: string[] }>`
    SELECT c.relname AS relation, array_agg(a.attname::text ORDER BY a.attnum) AS columns
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'decorum'::regnamespace AND c.relname = ANY(${EVIDENCE.map((one) => one.relation)}::text[])
      AND a.attnum > 0 AND NOT a.attisdropped
    GROUP BY c.relname`.execute(db)
  const shapes = await readShapes(db)
  for (const evidence of EVIDENCE) {
    const columns = rows.find((row) => row.relation === evidence.relation)?.columns
    const last = shapes.findLast((shape) => shape.relation === evidence.relation)
    if (columns === undefined || last?.columns.join() === columns.join()) continue
    const shape = { id: (shapes.at(-1)?.id ?? 0) + 1, relation: evidence.relation, columns }
    shapes.push(shape)
    await sql`INSERT INTO decorum.chain_shape (id, relation, columns) VALUES (${shape.id}, ${shape.relation}, ${columns}::text[])`.execute(
      db,
    )
    for (const statement of triggersOf(evidence, shape)) await sql.raw(statement).execute(db)
  }
}

/** When a table's triggers leave notes. */
export const EVENTS = ['INSERT', 'UPDATE', 'DELETE'] as const

/** Some keys hold what may change: what was there under the old one is gone. */
const keyMoves = ({ key, changes }: Evidence): boolean => Object.keys(key).some((column) => changes.includes(column))

/** The body of the function by which the triggers of this table leave notes. */
export function noteBody(evidence: Evidence, shape: RowShape): string {
  const { relation, creditor } = evidence
  const key = keyOf(evidence)
  const whose = creditor === null ? 'NULL::text[]' : `array_agg(coalesce(${creditor}, '*'))`
  const note = (action: 'put' | 'removed', from: string, hashes: string): string => `
      PERFORM decorum.write_note('${relation}', ${shape.id}, '${action}', ${whose}, array_agg(${key}), ${hashes})
      FROM ${from} n HAVING count(*) > 0;`
  const moved = `(SELECT * FROM gone n WHERE ${key} NOT IN (SELECT ${key} FROM made n))`
  return `
    BEGIN
      IF TG_OP = 'DELETE' THEN${note('removed', 'gone', 'NULL::bytea[]')}
        RETURN NULL;
      END IF;${keyMoves(evidence) ? `\n      IF TG_OP = 'UPDATE' THEN${note('removed', moved, 'NULL::bytea[]')}\n      END IF;` : ''}${note('put', 'made', `array_agg(${hashOf(shape.columns)})`)}
      RETURN NULL;
    END `
}

function triggersOf(evidence: Evidence, shape: RowShape): string[] {
  const { relation } = evidence
  const tables = {
    INSERT: 'NEW TABLE AS made',
    UPDATE: keyMoves(evidence) ? 'OLD TABLE AS gone NEW TABLE AS made' : 'NEW TABLE AS made',
    DELETE: 'OLD TABLE AS gone',
  }
  return [
    `CREATE OR REPLACE FUNCTION decorum.note_${relation}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
      SET search_path = pg_catalog, pg_temp AS $$${noteBody(evidence, shape)}$$`,
    ...EVENTS.flatMap((event) => [
      `DROP TRIGGER IF EXISTS noted_${event.toLowerCase()} ON decorum.${relation}`,
      `CREATE TRIGGER noted_${event.toLowerCase()} AFTER ${event} ON decorum.${relation} REFERENCING ${tables[event]}
        FOR EACH STATEMENT EXECUTE FUNCTION decorum.note_${relation}()`,
    ]),
  ]
}
