import { type Kysely, sql, type Transaction } from 'kysely'
import { BEFORE_THE_FIRST, type Link, linkHash } from '../../model/chain.ts'
import type { Database, Db } from '../schema.ts'
import type { Vault } from '../vault/vault.ts'
import { afterKey, type Evidence, EVIDENCE, evidenceOf, hashOf, keyOf, readShapes, type RowShape } from './evidence.ts'
import { isProved, secretsOf } from './writer.ts'

/** One key for every Decorum: links are made by one process at a time. */
const ADVISORY_LOCK = 5_324_417_003

/** Notes that become links in one transaction. */
const NOTES_AT_ONCE = 500
/** Rows that stood before there was a chain, read in one transaction. */
const ROWS_AT_ONCE = 2_000

/** Of no creditor, or of all. */
export const EVERY_CREDITOR = '*'

/** What became of one row. */
interface Entry extends Pick<Link, 'relation' | 'shape' | 'action' | 'own'> {
  creditor: string
  key: Buffer
  hash: Buffer | null
  note: number
}

interface Note {
  id: number
  relation: string
  shape: number
  action: 'put' | 'removed' | 'dropped'
  creditors: string[] | null
  keys: Buffer[]
  hashes: Buffer[] | null
  writer: string | null
  mac: Buffer | null
  digest: Buffer
}

/** What a pass of the sealer did. */
export interface Sealed {
  notes: number
  /** Notes without a proof that a process of ours left them, by table. */
  unproved: Record<string, number>
  /** There is more to do at once. */
  more: boolean
}

/** Takes the lock for making links until the transaction ends; false: another process has it. */
export async function lockChain(trx: Transaction<Database>): Promise<boolean> {
  const { rows } = await sql<{ taken: boolean }>`SELECT pg_try_advisory_xact_lock(${ADVISORY_LOCK}) AS taken`.execute(
    trx,
  )
  return rows[0]?.taken === true
}

/**
 * Makes links of the notes that were committed since the last pass, oldest first.
 *
 * A note becomes part of a link in the transaction that removes it. Of several notes about one row the last one counts: they rise in
 * the order of commits, since each was written while its row was locked. Safe from several processes at once.
 */
export async function sealNotes(db: Kysely<Database>, vault: Vault): Promise<Sealed> {
  return db.transaction().execute(async (trx) => {
    if (!(await lockChain(trx))) return { notes: 0, unproved: {}, more: false }
    const notes = await readNotes(trx, 0, NOTES_AT_ONCE)
    if (notes.length === 0) return { notes: 0, unproved: {}, more: false }
    const proved = await provedNotes(trx, vault, notes)
    const creditors = await creditorsOf(
      trx,
      notes.flatMap((note) => (note.creditors === null && note.action !== 'dropped' ? note.keys : [])),
    )
    const entries = new Map<string, Entry>()
    const unproved: Record<string, number> = {}
    for (const note of notes) {
      const own = proved.has(note.id)
      if (!own) unproved[note.relation] = (unproved[note.relation] ?? 0) + 1
      const about = { relation: note.relation, shape: note.shape, action: note.action, note: note.id }
      for (const [i, key] of note.keys.entries()) {
        const creditor =
          note.action === 'dropped'
            ? EVERY_CREDITOR
            : (note.creditors?.[i] ?? creditors.get(reminderOf(key)) ?? EVERY_CREDITOR)
        const name = note.action === 'dropped' ? `${note.id} ${i}` : `${note.relation} ${key.toString('latin1')}`
        entries.set(name, {
          ...about,
          creditor,
          key,
          hash: note.hashes?.[i] ?? null,
          own: own && (entries.get(name)?.own ?? true),
        })
      }
    }
    await appendLinks(trx, vault, [...entries.values()])
    await sql`DELETE FROM decorum.chain_note WHERE id = ANY(${notes.map((note) => note.id)}::bigint[])`.execute(trx)
    return { notes: notes.length, unproved, more: notes.length === NOTES_AT_ONCE }
  })
}

/** The oldest notes after this one that are in no link yet. */
export const readNotes = async (db: Db, after: number, limit: number): Promise<Note[]> =>
  (
    await sql<Note>`
    SELECT id, relation, shape, action, creditors, keys, hashes, writer, mac,
      pg_catalog.sha256(pg_catalog.record_send(ROW(id, relation, shape, action, creditors, keys, hashes))) AS digest
    FROM decorum.chain_note WHERE id > ${after} ORDER BY id LIMIT ${limit}`.execute(db)
  ).rows

/** Which of these notes did processes of ours leave? */
export async function provedNotes(db: Db, vault: Vault, notes: readonly Note[]): Promise<Set<number>> {
  const secrets = await secretsOf(db, [...new Set(notes.flatMap((note) => note.writer ?? []))], vault)
  return new Set(
    notes.flatMap((note) => (isProved(note.digest, note.mac, secrets.get(note.writer ?? '')) ? [note.id] : [])),
  )
}

const reminderOf = (key: Buffer): string => key.toString('hex', 0, 16)

/** The creditors of the reminders that these keys begin with, by 32 hexadecimal digits. */
async function creditorsOf(db: Db, keys: readonly Buffer[]): Promise<Map<string, string>> {
  const ids = [...new Set(keys.map(reminderOf))]
  if (ids.length === 0) return new Map()
  const { rows } = await sql<{ id: string; creditor: string }>`
    SELECT replace(id::text, '-', '') AS id, creditor FROM decorum.reminder WHERE id = ANY(${ids}::uuid[])`.execute(db)
  return new Map(rows.map((row) => [row.id, row.creditor]))
}

const SEAL = 'chain-link'
const sealOf = (vault: Vault, hash: Buffer): Buffer => vault.sign(SEAL, hash.toString('hex'))

/** Did a process of ours make the link with this hash? Whoever can write to the ledger can append one whose hash is right. */
export const isSealed = (vault: Vault, { hash, seal }: { hash: Buffer; seal: Buffer }): boolean =>
  vault.isSigned(SEAL, hash.toString('hex'), seal)

/** Appends these to the chains of their creditors: one link for each table and kind of change. */
async function appendLinks(trx: Transaction<Database>, vault: Vault, entries: readonly Entry[]): Promise<void> {
  const groups = new Map<string, Entry[]>()
  for (const entry of entries) {
    const { creditor, relation, shape, action, own } = entry
    // Each month that was dropped is a link of its own.
    const name = JSON.stringify([creditor, relation, shape, action, own, action === 'dropped' ? entry.note : null])
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [entry])
    else group.push(entry)
  }
  const shapes = new Map((await readShapes(trx)).map((shape) => [shape.id, shape]))
  const ends = await chainEnds(trx, [...new Set(entries.map((entry) => entry.creditor))])
  const { rows } = await sql<{ at: Date }>`SELECT date_trunc('milliseconds', clock_timestamp()) AS at`.execute(trx)
  const at = rows[0]?.at ?? new Date()
  for (const group of groups.values()) {
    const [{ creditor, relation, shape, action, own }] = group as [Entry, ...Entry[]]
    const end = ends.get(creditor) ?? { no: 0, hash: BEFORE_THE_FIRST }
    const link: Link = {
      creditor,
      no: end.no + 1,
      relation,
      shape,
      action,
      own,
      at: at.getTime(),
      columns: shapes.get(shape)?.columns ?? [],
      keys: group.map((entry) => entry.key),
      hashes: group.flatMap((entry) => entry.hash ?? []),
      notes: group.map((entry) => entry.note),
    }
    const hash = linkHash(link, end.hash)
    await sql`
      INSERT INTO decorum.chain_link (creditor, no, relation, shape, action, own, keys, hashes, notes, at, previous, hash, seal)
      VALUES (${creditor}, ${link.no}, ${relation}, ${shape}, ${action}, ${own}, ${link.keys}::bytea[], ${link.hashes}::bytea[],
        ${link.notes}::bigint[], ${at}, ${end.hash}, ${hash}, ${sealOf(vault, hash)})`.execute(trx)
    ends.set(creditor, { no: link.no, hash })
  }
}

/** The last link of each of these chains; those without one are absent. */
export async function chainEnds(
  db: Db,
  creditors: readonly string[],
): Promise<Map<string, { no: number; hash: Buffer }>> {
  const { rows } = await sql<{ creditor: string; no: number; hash: Buffer }>`
    SELECT c.creditor, l.no, l.hash FROM unnest(${creditors}::text[]) AS c (creditor)
    CROSS JOIN LATERAL (SELECT no, hash FROM decorum.chain_link WHERE creditor = c.creditor ORDER BY no DESC LIMIT 1) l`.execute(
    db,
  )
  return new Map(rows.map(({ creditor, no, hash }) => [creditor, { no, hash }]))
}

/** How far were the rows of this shape read that stood before there was a chain? */
async function walkedTo(db: Db, { relation, id }: RowShape): Promise<{ done: boolean; key: Buffer | null }> {
  const { rows } = await sql<{ action: string; keys: Buffer[] }>`
    SELECT action, keys FROM decorum.chain_link
    WHERE relation = ${relation} AND shape = ${id} AND action IN ('walked', 'walk-done') AND creditor = ${EVERY_CREDITOR} AND hashes = '{}'
    ORDER BY id DESC LIMIT 1`.execute(db)
  return { done: rows[0]?.action === 'walk-done', key: rows[0]?.keys[0] ?? null }
}

/**
 * Links the next rows of a table as they stand: those from before there was a chain, or before a column was added.
 *
 * They count as older than any note, so that what is written meanwhile is not taken for an older state.
 *
 * @returns  `busy`: another process is making links
 */
export async function walkTable(
  db: Kysely<Database>,
  vault: Vault,
  shape: RowShape,
): Promise<'done' | 'more' | 'busy'> {
  return db.transaction().execute(async (trx) => {
    if (!(await lockChain(trx))) return 'busy'
    const { done, key } = await walkedTo(trx, shape)
    if (done) return 'done'
    const evidence = evidenceOf(shape.relation)
    const rows = await rowsAfter(trx, evidence, shape, key)
    const creditors =
      evidence.creditor === null
        ? await creditorsOf(
            trx,
            rows.map((row) => row.key),
          )
        : new Map<string, string>()
    const about = { relation: shape.relation, shape: shape.id, own: true, note: 0 }
    const entries = rows.map((row): Entry => ({
      ...about,
      ...row,
      action: 'walked',
      creditor: row.creditor ?? creditors.get(reminderOf(row.key)) ?? EVERY_CREDITOR,
    }))
    if (entries.length > 0) await appendLinks(trx, vault, entries)
    const last = rows.at(-1)?.key ?? Buffer.alloc(0)
    const mark = { ...about, key: last, hash: null, creditor: EVERY_CREDITOR }
    const more = rows.length === ROWS_AT_ONCE
    await appendLinks(trx, vault, [{ ...mark, action: more ? 'walked' : 'walk-done' }])
    return more ? 'more' : 'done'
  })
}

async function rowsAfter(trx: Db, evidence: Evidence, shape: RowShape, key: Buffer | null) {
  const { after, order } = afterKey(evidence, key)
  const { rows } = await sql<{ key: Buffer; hash: Buffer; creditor: string | null }>`
    SELECT ${sql.raw(keyOf(evidence))} AS key, ${sql.raw(hashOf(shape.columns))} AS hash, ${sql.raw(evidence.creditor === null ? 'NULL::text' : `coalesce(${evidence.creditor}, '*')`)} AS creditor
    FROM ${sql.table(`decorum.${evidence.relation}`)} n WHERE ${after} ORDER BY ${order} LIMIT ${ROWS_AT_ONCE}`.execute(
    trx,
  )
  return rows
}

/** The present shape of each table of the list that is there. */
export async function presentShapes(db: Db): Promise<RowShape[]> {
  const shapes = await readShapes(db)
  return EVIDENCE.flatMap(({ relation }) => shapes.findLast((shape) => shape.relation === relation) ?? [])
}

/**
 * Notes that the rows of a month were dropped, and which are left in this table; for who holds it against every writer.
 *
 * @param dropped.from  the part of the month's first key that `monthOfKey` has; null: from the beginning
 */
export async function noteDropped(
  trx: Transaction<Database>,
  dropped: { relation: string; from: Buffer | null; to: Buffer; left: string | null },
): Promise<void> {
  const shape = (await presentShapes(trx)).find((one) => one.relation === dropped.relation)
  if (shape === undefined) return
  const evidence = evidenceOf(dropped.relation)
  const keys = [dropped.from ?? Buffer.alloc(0), dropped.to]
  await sql`SELECT decorum.write_note(${shape.relation}, ${shape.id}, 'dropped', NULL, ${keys}::bytea[], NULL)`.execute(
    trx,
  )
  if (dropped.left === null) return
  const whose = evidence.creditor === null ? 'NULL::text[]' : `array_agg(coalesce(${evidence.creditor}, '*'))`
  await sql`
    SELECT decorum.write_note(${shape.relation}, ${shape.id}, 'put', ${sql.raw(whose)}, array_agg(${sql.raw(keyOf(evidence))}), array_agg(${sql.raw(hashOf(shape.columns))}))
    FROM (SELECT *, row_number() OVER () / ${ROWS_AT_ONCE} AS part FROM ${sql.table(`decorum.${dropped.left}`)}) n GROUP BY part`.execute(
    trx,
  )
}
