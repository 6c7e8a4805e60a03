import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely'
import { BEFORE_THE_FIRST, type Link, linkHash } from '../../model/chain.ts'
import { binaryArray, sentElements } from '../pg/binary-array.ts'
import type { Database, Db } from '../schema.ts'
import type { Vault } from '../vault/vault.ts'
import { afterKey, type Evidence, EVIDENCE, evidenceOf, hashOf, keyOf, readShapes, type RowShape } from './evidence.ts'
import { isProved, secretsOf } from './writer.ts'

/** One key for every Decorum: links are made by one process at a time. */
const ADVISORY_LOCK = 5_324_417_003

/** Notes that become links in one transaction. */
const NOTES_AT_ONCE = 200
/** Rows that stood before there was a chain, read in one transaction. */
const ROWS_AT_ONCE = 2_000

/** Of no creditor, or of all. */
export const EVERY_CREDITOR = '*'

/** What becomes one link: rows of one table, of one creditor, of which the same became. Lists are parallel. */
interface Group extends Pick<Link, 'creditor' | 'relation' | 'shape' | 'action' | 'own'> {
  keys: Buffer[]
  hashes: Buffer[]
  notes: number[]
}

/** Gathers rows into groups, without an object for each. */
class Groups {
  readonly all = new Map<string, Group>()

  /** @param note  the number of a note that is to be a link of its own */
  of(about: Pick<Group, 'creditor' | 'relation' | 'shape' | 'action' | 'own'>, note?: number): Group {
    const { creditor, relation, shape, action, own } = about
    const name = JSON.stringify([creditor, relation, shape, action, own, note])
    const known = this.all.get(name)
    if (known !== undefined) return known
    const made = { creditor, relation, shape, action, own, keys: [], hashes: [], notes: [] }
    this.all.set(name, made)
    return made
  }
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
 * A note becomes part of a link in the transaction that removes it. Of several notes about one row the one with the highest number tells
 * what it holds: they rise in the order of commits, since each was written while its row was locked. Safe from several processes at once.
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
    const groups = new Groups()
    const unproved: Record<string, number> = {}
    for (const note of notes) {
      const own = proved.has(note.id)
      if (!own) unproved[note.relation] = (unproved[note.relation] ?? 0) + 1
      const month = note.action === 'dropped'
      let group: Group | null = null
      for (const [i, key] of note.keys.entries()) {
        const named = month ? EVERY_CREDITOR : (note.creditors?.[i] ?? creditors.get(reminderOf(key)))
        const creditor = named ?? EVERY_CREDITOR
        if (group?.creditor !== creditor) group = groups.of({ ...note, creditor, own }, month ? note.id : undefined)
        group.keys.push(key)
        if (note.hashes !== null) group.hashes.push(note.hashes[i] ?? NOTHING)
        group.notes.push(note.id)
      }
    }
    await appendLinks(trx, vault, [...groups.all.values()])
    await sql`DELETE FROM decorum.chain_note WHERE id = ANY(${notes.map((note) => note.id)}::bigint[])`.execute(trx)
    return { notes: notes.length, unproved, more: notes.length === NOTES_AT_ONCE }
  })
}

const NOTHING = Buffer.alloc(0)

/** The oldest notes after this one that are in no link yet. */
export async function readNotes(db: Db, after: number, limit: number): Promise<Note[]> {
  const { rows } = await sql<Omit<Note, 'keys' | 'hashes'> & { keys: Buffer; hashes: Buffer | null }>`
    SELECT id, relation, shape, action, creditors, array_send(keys) AS keys, array_send(hashes) AS hashes, writer, mac,
      pg_catalog.sha256(pg_catalog.record_send(ROW(id, relation, shape, action, creditors, keys, hashes))) AS digest
    FROM decorum.chain_note WHERE id > ${after} ORDER BY id LIMIT ${limit}`.execute(db)
  return rows.map((row) => ({
    ...row,
    keys: sentElements(row.keys),
    hashes: row.hashes === null ? null : sentElements(row.hashes),
  }))
}

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

/** Appends these to the chains of their creditors, each as a link. */
async function appendLinks(trx: Transaction<Database>, vault: Vault, groups: readonly Group[]): Promise<void> {
  const shapes = new Map((await readShapes(trx)).map((shape) => [shape.id, shape]))
  const ends = await chainEnds(trx, [...new Set(groups.map((group) => group.creditor))])
  const { rows } = await sql<{ at: Date }>`SELECT date_trunc('milliseconds', clock_timestamp()) AS at`.execute(trx)
  const at = rows[0]?.at ?? new Date()
  for (const group of groups) {
    const { creditor, relation, shape, action, own, keys, hashes, notes } = group
    const end = ends.get(creditor) ?? { no: 0, hash: BEFORE_THE_FIRST }
    const no = end.no + 1
    const hash = linkHash({ ...group, no, at: at.getTime(), columns: shapes.get(shape)?.columns ?? [] }, end.hash)
    await sql`
      INSERT INTO decorum.chain_link (creditor, no, relation, shape, action, own, keys, hashes, notes, at, previous, hash, seal)
      VALUES (${creditor}, ${no}, ${relation}, ${shape}, ${action}, ${own}, ${binaryArray('bytea', keys)}::bytea[],
        ${binaryArray('bytea', hashes)}::bytea[], ${binaryArray('bigint', notes)}::bigint[], ${at}, ${end.hash}, ${hash},
        ${sealOf(vault, hash)})`.execute(trx)
    ends.set(creditor, { no, hash })
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
    const about = { relation: shape.relation, shape: shape.id, own: true }
    const groups = new Groups()
    for (const { key: found, hash, creditor } of rows) {
      const whose = creditor ?? creditors.get(reminderOf(found)) ?? EVERY_CREDITOR
      const group = groups.of({ ...about, action: 'walked', creditor: whose })
      group.keys.push(found)
      group.hashes.push(hash)
      group.notes.push(0)
    }
    // How far this went: a link without hashes.
    const more = rows.length === ROWS_AT_ONCE
    const mark = { ...about, creditor: EVERY_CREDITOR, keys: [rows.at(-1)?.key ?? NOTHING], hashes: [], notes: [0] }
    await appendLinks(trx, vault, [...groups.all.values(), { ...mark, action: more ? 'walked' : 'walk-done' }])
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

/** SQL of a note that says what became of rows `n`, so many at once. */
const noteOf = (shape: RowShape, action: 'put' | 'removed', rows: RawBuilder<unknown>): RawBuilder<unknown> => {
  const evidence = evidenceOf(shape.relation)
  const whose = evidence.creditor === null ? 'NULL::text[]' : `array_agg(coalesce(${evidence.creditor}, '*'))`
  const hashes = action === 'put' ? `array_agg(${hashOf(shape.columns)})` : 'NULL::bytea[]'
  return sql`
    SELECT decorum.write_note(${shape.relation}, ${shape.id}, ${action}, ${sql.raw(whose)}, array_agg(${sql.raw(keyOf(evidence))}), ${sql.raw(hashes)})
    FROM (SELECT *, row_number() OVER () / ${ROWS_AT_ONCE} AS part FROM ${rows} AS found) n GROUP BY part`
}

/**
 * Runs a deletion from a partition, which fires no trigger of its table, and notes what it removes.
 *
 * @param deletion  `DELETE FROM …`, without RETURNING
 */
export async function deleteNoted(
  trx: Transaction<Database>,
  relation: string,
  deletion: RawBuilder<unknown>,
): Promise<void> {
  const shape = (await presentShapes(trx)).find((one) => one.relation === relation)
  if (shape === undefined) await deletion.execute(trx)
  else await sql`WITH removed AS (${deletion} RETURNING *) ${noteOf(shape, 'removed', sql`removed`)}`.execute(trx)
}

/**
 * Notes that the rows of a month were dropped, and which are left in this table; for who holds it against every writer.
 *
 * @param dropped.from  the part of the month's first key that `monthOfKey` has; `to` that of the next month's
 */
export async function noteDropped(
  trx: Transaction<Database>,
  dropped: { relation: string; from: Buffer; to: Buffer; left: string | null },
): Promise<void> {
  const shape = (await presentShapes(trx)).find((one) => one.relation === dropped.relation)
  if (shape === undefined) return
  const keys = [dropped.from, dropped.to]
  await sql`SELECT decorum.write_note(${shape.relation}, ${shape.id}, 'dropped', NULL, ${keys}::bytea[], NULL)`.execute(
    trx,
  )
  if (dropped.left !== null) await noteOf(shape, 'put', sql.table(`decorum.${dropped.left}`)).execute(trx)
}
