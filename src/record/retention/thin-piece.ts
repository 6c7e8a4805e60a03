import { sql, type Kysely } from 'kysely'
import { newId } from '../id.ts'
import { exclusively, type Locked } from '../locks.ts'
import { firstKey, type Month, type Piece } from '../partitions/months.ts'
import { takePieces, wasBusy } from '../partitions/pieces.ts'
import type { Database } from '../schema.ts'
import { isKept, oldRows, peopleWhoOwe, unfinishedIn, type KeptPeople } from './kept-rows.ts'

/** What is asked of one piece that is old enough to go. */
export interface Thinning {
  piece: Piece
  /** Everything before this month may go. */
  before: Month
  people: KeptPeople
  /** Accepted attempts since then may still hear of their end. */
  receiptsSince: Date
  /** Who asked for it, and when, for the record. */
  actor: string
  at: Date
}

/** `unfinished`: somebody's attempt in it came to life meanwhile. `busy`: the table was in use for too long. */
export type Thinned = { kept: number } | 'unfinished' | 'busy'

/** Others wait behind a lock that is waited for. */
const LOCK_TIMEOUT_MS = 2_000

/**
 * Replaces an old month by what must be kept of it; nothing, as a rule, and then it is only dropped.
 *
 * The month is closed to writers while what stays is copied; the whole table is locked only to detach the old
 * piece and attach the new one. Of a default piece old rows are deleted one by one: there are few. What was done
 * is written into the access log in the same transaction.
 */
export async function thinPiece(db: Kysely<Database>, asked: Thinning): Promise<Thinned> {
  try {
    return await db.transaction().execute(async (opened) => {
      await sql`SELECT set_config('lock_timeout', ${String(LOCK_TIMEOUT_MS)}, true), set_config('statement_timeout', '0', true)`.execute(opened)
      if (!(await takePieces(opened))) return 'busy'
      const { piece, before } = asked
      const trx = await exclusively(opened, piece.name)
      if ((await unfinishedIn(trx, piece, before, asked.receiptsSince)) > 0) return 'unfinished'
      const kept = piece.kind === 'default' ? await deleteOld(trx, asked) : await replace(trx, asked)
      if (piece.table.name === 'contact') await forgetConversations(trx, asked)
      await trx.insertInto('decorum.access_log')
        .values({ id: newId(), at: asked.at, actor: asked.actor, action: 'retention-dropped', subject: `${piece.name} before ${new Date(before).toISOString()}; kept ${kept}` }).execute()
      return { kept }
    })
  } catch (error) {
    if (wasBusy(error)) return 'busy'
    throw error
  }
}

async function replace(trx: Locked, { piece, before, people }: Thinning): Promise<number> {
  const parent = sql.table(`decorum.${piece.table.name}`)
  const old = sql.table(`decorum.${piece.name}`)
  const rest = sql.table(`decorum.${piece.name}_rest`)
  await sql`CREATE TABLE ${rest} (LIKE ${parent} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)`.execute(trx)
  const { numAffectedRows } = await sql`INSERT INTO ${rest} SELECT row.* FROM ${old} row WHERE ${oldRows(piece, before)} AND ${isKept(piece.table, people)}`.execute(trx)
  const kept = Number(numAffectedRows ?? 0)
  await sql`ALTER TABLE ${parent} DETACH PARTITION ${old}`.execute(trx)
  await sql`DROP TABLE ${old}`.execute(trx)
  if (kept === 0) {
    await sql`DROP TABLE ${rest}`.execute(trx)
    return 0
  }
  await sql`ALTER TABLE ${rest} RENAME TO ${sql.ref(piece.name)}`.execute(trx)
  const from = piece.from === null ? sql`MINVALUE` : sql.lit(firstKey(piece.table, piece.from))
  await sql`ALTER TABLE ${parent} ATTACH PARTITION ${old} FOR VALUES FROM (${from}) TO (${sql.lit(firstKey(piece.table, piece.to ?? before))})`.execute(trx)
  return kept
}

async function deleteOld(trx: Locked, { piece, before, people }: Thinning): Promise<number> {
  const table = sql.table(`decorum.${piece.name}`)
  // The memory of conversations follows a delete, and must not lose those of people who owe.
  const remembered = piece.table.name === 'contact' ? sql`row.outcome = 'conversation' AND row.recipient_id IN (${peopleWhoOwe})` : sql`false`
  await sql`DELETE FROM ${table} row WHERE ${oldRows(piece, before)} AND (${isKept(piece.table, people)}) IS NOT TRUE AND NOT (${remembered})`.execute(trx)
  const { rows } = await sql<{ kept: number }>`SELECT count(*)::float8 AS kept FROM ${table} row WHERE ${oldRows(piece, before)}`.execute(trx)
  return rows[0]?.kept ?? 0
}

/** Conversations are asked for as long as somebody owes, however old they are; only those of people who do not are forgotten with their month. */
async function forgetConversations(trx: Locked, { piece, before, people }: Thinning): Promise<void> {
  const from = piece.from === null ? sql`true` : sql`row.at >= ${new Date(piece.from)}`
  await sql`
    DELETE FROM decorum.conversation row
    WHERE ${from} AND row.at < ${new Date(piece.to ?? before)} AND row.recipient_id NOT IN (${peopleWhoOwe}) AND NOT ${isKept(piece.table, people)}`.execute(trx)
}
