import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely'
import type { Link } from '../../model/chain.ts'
import { readInBulk } from '../pg/batch.ts'
import { sentElements } from '../pg/binary-array.ts'
import type { Database, Db } from '../schema.ts'
import {
  type Evidence,
  EVENTS,
  EVIDENCE,
  evidenceOf,
  hashOf,
  keyInWords,
  keyOf,
  monthOfKey,
  noteBody,
  readShapes,
  type RowShape,
} from './evidence.ts'

/**
 * Runs `read` on the ledger as it stands at this moment, however long that takes. Nothing can be written.
 */
export const readAtOnce = <T>(db: Kysely<Database>, read: (trx: Transaction<Database>) => Promise<T>): Promise<T> =>
  db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (trx) => {
      await sql`SELECT set_config('statement_timeout', '0', true)`.execute(trx)
      return readInBulk(trx, read)
    })

/** The creditors that have a chain. */
export const chainedCreditors = async (db: Db): Promise<string[]> =>
  (
    await sql<{ creditor: string }>`SELECT DISTINCT creditor FROM decorum.chain_link ORDER BY creditor`.execute(db)
  ).rows.map((row) => row.creditor)

/** A link as it is stored, with the hashes that its place in the chain rests on. */
export interface StoredLink extends Link {
  previous: Buffer
  hash: Buffer
  /** The vault's signature of the hash. */
  seal: Buffer
}

/** The next links of a chain, in order. */
export async function readLinks(db: Db, creditor: string, after: number, limit: number): Promise<StoredLink[]> {
  const { rows } = await sql<
    Omit<StoredLink, 'at' | 'keys' | 'hashes' | 'notes'> & { at: Date; keys: Buffer; hashes: Buffer; notes: Buffer }
  >`
    SELECT l.creditor, l.no, l.relation, l.shape, s.columns, l.action, l.own, array_send(l.keys) AS keys, array_send(l.hashes) AS hashes,
      array_send(l.notes) AS notes, l.at, l.previous, l.hash, l.seal
    FROM decorum.chain_link l LEFT JOIN decorum.chain_shape s ON s.id = l.shape
    WHERE l.creditor = ${creditor} AND l.no > ${after} ORDER BY l.no LIMIT ${limit}`.execute(db)
  return rows.map((row) => ({
    ...row,
    columns: row.columns ?? [],
    at: row.at.getTime(),
    keys: sentElements(row.keys),
    hashes: sentElements(row.hashes),
    // Whoever can write here can write a null.
    notes: sentElements(row.notes).map((note) => (note.length === 0 ? 0 : Number(note.readBigInt64BE()))),
  }))
}

/** A row that is not what its last link says. */
export interface StrayRow {
  relation: string
  creditor: string
  /** The columns of its key. */
  row: Record<string, string>
  fate: 'changed' | 'added' | 'removed'
  /** The number of the link in its creditor's chain that says otherwise; null: none names it. */
  link: number | null
  /** When that link was made, machine time. */
  since: Date | null
  /** How many like it this creditor has in this table. */
  ofAll: number
}

/** Rows of one table named at most, for each creditor. */
const NAMED = 20

/**
 * Which rows of this table are not what their last link says?
 *
 * PostgreSQL joins them, on disk where they are many, and only what differs comes here. A note that is in no link yet counts as one.
 */
export async function strayRows(trx: Transaction<Database>, evidence: Evidence): Promise<StrayRow[]> {
  const known = (await readShapes(trx)).filter((shape) => shape.relation === evidence.relation)
  const present = known.at(-1)
  if (present === undefined) return []
  const entries = sql`
    SELECT u.key, u.hash, u.note, l.action, l.shape, l.creditor, l.no, l.at, l.id AS link
    FROM decorum.chain_link l CROSS JOIN LATERAL unnest(l.keys, l.hashes, l.notes) AS u (key, hash, note)
    WHERE l.relation = ${evidence.relation} AND u.key IS NOT NULL AND (l.action = 'removed' OR (l.action IN ('put', 'walked') AND u.hash IS NOT NULL))
    UNION ALL
    SELECT u.key, u.hash, n.id, n.action, n.shape, coalesce(u.creditor, '*'), NULL, NULL, NULL
    FROM decorum.chain_note n CROSS JOIN LATERAL unnest(n.keys, n.hashes, n.creditors) AS u (key, hash, creditor)
    WHERE n.relation = ${evidence.relation} AND u.key IS NOT NULL AND n.action <> 'dropped'`
  const month = monthOfKey(evidence)
  const dropped: RawBuilder<unknown> =
    month === null
      ? sql`false`
      : sql`EXISTS (SELECT 1 FROM dropped d WHERE d.note > e.note AND ${sql.raw(month.replace('k ', 'e.key '))} >= d.keys[1] AND ${sql.raw(month.replace('k ', 'e.key '))} < d.keys[2])`
  // Found only when the table was read again for a column that was added: nobody noted it when it came.
  const first = await firstWalked(trx, known)
  const late = sql`(e.action = 'walked' AND e.shape > ${first ?? present.id}::int)`
  // Of a row that is there no part of its key is null.
  const absent = sql.raw(`n.${Object.keys(evidence.key)[0]} IS NULL`)
  const { rows } = await sql<Omit<StrayRow, 'relation' | 'row'> & { key: Buffer }>`
    WITH entry AS (${entries}
    ), latest AS (
      -- The last state. One found as it stood is older than any that was written; of several of those the first counts.
      SELECT DISTINCT ON (key) * FROM entry ORDER BY key, note DESC, link
    ), walked AS (
      SELECT DISTINCT ON (key) key, hash FROM entry WHERE action = 'walked' AND shape = ${present.id} ORDER BY key, link DESC
    ), dropped AS (
      SELECT keys, notes[1] AS note FROM decorum.chain_link WHERE relation = ${evidence.relation} AND action = 'dropped' AND array_length(keys, 1) = 2
      UNION ALL SELECT keys, id FROM decorum.chain_note WHERE relation = ${evidence.relation} AND action = 'dropped'
    ), stray AS (
      SELECT coalesce(e.key, ${sql.raw(keyOf(evidence))}) AS key,
        coalesce(e.creditor, ${creditorOfRow(evidence)}, '*') AS creditor, e.no, e.at, e.link,
        CASE WHEN ${absent} THEN 'removed' WHEN e.key IS NULL OR e.action = 'removed' OR ${dropped} OR ${late} THEN 'added' ELSE 'changed' END AS fate
      FROM latest e FULL JOIN ${sql.table(`decorum.${evidence.relation}`)} n ON e.key = ${sql.raw(keyOf(evidence))}
      LEFT JOIN walked w ON w.key = e.key
      WHERE CASE
        WHEN e.key IS NULL THEN ${first !== null}::boolean
        WHEN ${absent} THEN e.action <> 'removed' AND NOT ${dropped}
        ELSE e.action = 'removed' OR ${dropped} OR ${late} OR e.hash IS DISTINCT FROM ${hashByShape(known)}
          OR (e.shape <> ${present.id} AND w.hash IS NOT NULL AND w.hash IS DISTINCT FROM ${sql.raw(hashOf(present.columns))})
        END
    ), ranked AS (
      SELECT *, row_number() OVER (PARTITION BY creditor ORDER BY link NULLS LAST, key) AS place,
        (count(*) OVER (PARTITION BY creditor))::int AS "ofAll" FROM stray
    )
    SELECT key, creditor, fate, no AS link, at AS since, "ofAll" FROM ranked WHERE place <= ${NAMED} ORDER BY ranked.link NULLS LAST, key`.execute(
    trx,
  )
  return rows.map(({ key, ...row }) => ({ relation: evidence.relation, ...row, row: keyInWords(evidence, key) }))
}

const creditorOfRow = ({ creditor }: Evidence): RawBuilder<unknown> =>
  sql.raw(creditor ?? '(SELECT m.creditor FROM decorum.reminder m WHERE m.id = n.reminder_id)')

/** The first shape in which all rows were read that stood before; null: none. What no link names since was added past us. */
async function firstWalked(trx: Db, shapes: readonly RowShape[]): Promise<number | null> {
  const { rows } = await sql<{ first: number | null }>`
    SELECT min(shape) AS first FROM decorum.chain_link
    WHERE action = 'walk-done' AND shape = ANY(${shapes.map((shape) => shape.id)}::int[])`.execute(trx)
  return rows[0]?.first ?? null
}

/** SQL for the hash of row `n` over the columns of the shape in which `e` has it. */
const hashByShape = (shapes: readonly RowShape[]): RawBuilder<unknown> => {
  const present = new Set(shapes.at(-1)?.columns)
  const cases = shapes
    .filter((shape) => shape.columns.every((column) => present.has(column)))
    .map((shape) => `WHEN ${shape.id} THEN ${hashOf(shape.columns)}`)
  return sql.raw(`CASE e.shape ${cases.join(' ')} END`)
}

/** How many rows stand in no link yet because those of before the chain are still being read? */
export async function unwalkedTables(db: Db, shapes: readonly RowShape[]): Promise<string[]> {
  const { rows } = await sql<{ relation: string }>`
    SELECT relation FROM decorum.chain_shape s WHERE s.id = ANY(${shapes.map((shape) => shape.id)}::int[])
      AND NOT EXISTS (SELECT 1 FROM decorum.chain_link l WHERE l.shape = s.id AND l.action = 'walk-done')`.execute(db)
  return rows.map((row) => row.relation)
}

/** Of which tables are the triggers that leave notes missing, switched off, or other than this build makes them? */
export async function alteredTriggers(db: Db): Promise<string[]> {
  const { rows } = await sql<{ relation: string; body: string | null; enabled: number }>`
    SELECT c.relname AS relation, min(p.prosrc) AS body, count(*) FILTER (WHERE t.tgenabled IN ('O', 'A'))::int AS enabled
    FROM pg_class c LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname IN ('noted_insert', 'noted_update', 'noted_delete')
    LEFT JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE c.relnamespace = 'decorum'::regnamespace AND c.relname = ANY(${EVIDENCE.map((one) => one.relation)}::text[])
    GROUP BY c.relname ORDER BY c.relname`.execute(db)
  const shapes = await readShapes(db)
  return rows.flatMap(({ relation, body, enabled }) => {
    const shape = shapes.findLast((one) => one.relation === relation)
    const same = shape !== undefined && body === noteBody(evidenceOf(relation), shape)
    return same && enabled === EVENTS.length ? [] : [relation]
  })
}
