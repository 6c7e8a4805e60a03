import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Role } from '../model/vocabulary.ts'
import { monthBytes } from './chain/evidence.ts'
import { deleteNoted, noteDropped } from './chain/seal.ts'
import { newId } from './id.ts'
import { exclusively, type Locked } from './locks.ts'
import {
  firstKey,
  type Month,
  type PartitionedTable,
  type Partition,
  lockPartitions,
  isLockConflict,
} from './partitions.ts'
import { readInBulk } from './pg/batch.ts'
import type { Database, Db } from './schema.ts'

/** Which recipients' records outlast their month. */
export interface KeptRecipients {
  /** Those whose debt is being collected, or was since then. Null: no rule counts from the last activity. */
  ongoingSince: Date | null
}

const ENDED = sql`('cured', 'settled', 'withdrawn')`
const holders = (which: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  SELECT a.recipient_id FROM decorum.account a WHERE ${which}
  UNION ALL SELECT p.recipient_id FROM decorum.account a JOIN decorum.account_party p ON p.account_id = a.id WHERE ${which}`

/** Recipients who still owe: what decisions read about them is never deleted. */
const recipientsWhoOwe: RawBuilder<unknown> = holders(sql`a.state NOT IN ${ENDED}`)

/**
 * Recipients whose records are kept at any age: in court, or with a debt that is or lately was being collected.
 *
 * An account is updated whenever anything about the debt is reported, its end included, so its last
 * update is not before the last collection activity.
 */
function keptRecipients({ ongoingSince }: KeptRecipients): RawBuilder<unknown> {
  const inCourt = sql`SELECT h.recipient_id FROM decorum.hold h WHERE h.ended_at IS NULL AND h.kind = 'legal-action'`
  return ongoingSince === null
    ? inCourt
    : sql`${inCourt} UNION ALL ${holders(sql`(a.state NOT IN ${ENDED} OR a.updated_at >= ${ongoingSince})`)}`
}

/** The recipient of a row of this table, under the alias `row`. */
const recipientOf = (table: PartitionedTable): RawBuilder<unknown> =>
  table.name === 'reservation' || table.name === 'reported_contact'
    ? sql`row.recipient_id`
    : sql`(SELECT m.recipient_id FROM decorum.reminder m WHERE m.id = row.reminder_id)`

/** Is this row (alias `row`) of one of these recipients? */
const isKept = (table: PartitionedTable, recipients: KeptRecipients): RawBuilder<boolean> =>
  sql<boolean>`${recipientOf(table)} IN (${keptRecipients(recipients)})`

/** The size of a partition; `rows` as PostgreSQL last estimated it, null when it never did. */
interface PartitionSize {
  rows: number | null
  bytes: number
}

export async function sizeOf(db: Db, partition: Partition): Promise<PartitionSize> {
  const { rows } = await sql<PartitionSize>`
    SELECT nullif(greatest(reltuples, -1), -1)::float8 AS rows, pg_total_relation_size(oid)::float8 AS bytes FROM pg_class WHERE oid = ${`decorum.${partition.name}`}::regclass`.execute(
    db,
  )
  return rows[0] ?? { rows: null, bytes: 0 }
}

/**
 * How many rows of a partition, before this month, are unfinished, so that it must be kept?
 *
 * Attempts being sent or in doubt, or with receipts outstanding, and waiting reminders; contacts whose attempt
 * is not settled.
 *
 * @param receiptsSince  accepted attempts since then may still get receipts
 */
export async function unfinishedIn(db: Db, partition: Partition, before: number, receiptsSince: Date): Promise<number> {
  const end = firstKey(partition.table, partition.to ?? before)
  const { rows } = await readInBulk(db, (trx) =>
    sql<{ unfinished: number }>`SELECT ${unfinishedRows(partition, end, receiptsSince)} AS unfinished`.execute(trx),
  )
  return Number(rows[0]?.unfinished ?? 0)
}

function unfinishedRows(partition: Partition, end: string, receiptsSince: Date): RawBuilder<unknown> {
  switch (partition.table.name) {
    case 'reservation':
    case 'settlement':
      return sql`(SELECT count(*) FROM decorum.attempt t WHERE ${within('t.reserved_at', partition, end)} AND ${unfinishedAttempt(receiptsSince)})`
    case 'withheld_decision':
    case 'receipt':
      return sql`(SELECT count(*) FROM decorum.attempt t WHERE ${within('t.reminder_id', partition, end)} AND ${unfinishedAttempt(receiptsSince)})
        + (SELECT count(*) FROM decorum.waiting w WHERE ${within('w.reminder_id', partition, end)})`
    case 'reported_contact':
      return sql`(SELECT count(*) FROM decorum.permit p JOIN ${sql.table(`decorum.${partition.name}`)} k ON k.id = p.id WHERE k.at < ${end} AND p.status = 'open')`
  }
}

/** Being sent, in doubt, or with receipts outstanding. */
const unfinishedAttempt = (receiptsSince: Date): RawBuilder<boolean> => sql`(t.status IN ('sending', 'in_doubt')
  OR (t.status = 'accepted' AND NOT t.delivery_final AND t.channel IN ('sms', 'phone') AND t.reserved_at > ${receiptsSince}))`

const within = (column: string, partition: Partition, end: string): RawBuilder<unknown> =>
  sql`${sql.ref(column)} < ${end} ${partition.from === null ? sql`` : sql`AND ${sql.ref(column)} >= ${firstKey(partition.table, partition.from)}`}`

/** Which rows of a partition are old enough to go? All of a month's; of the default one's, those before this month. */
function oldRows(partition: Partition, before: number): RawBuilder<boolean> {
  if (partition.kind !== 'default') return sql<boolean>`true`
  const old = sql<boolean>`row.${sql.ref(partition.table.key)} < ${firstKey(partition.table, before)}`
  // An id that is no uuidv7 contains no time.
  return partition.table.by === 'at' ? old : sql<boolean>`${old} AND substr(row.reminder_id::text, 15, 1) = '7'`
}

/** How many of the old rows of a partition must stay, and does any not have to? */
export async function countKept(
  db: Db,
  partition: Partition,
  before: number,
  recipients: KeptRecipients,
): Promise<{ kept: number; someGo: boolean }> {
  const table = sql.table(`decorum.${partition.name}`)
  const { rows } = await readInBulk(db, (trx) =>
    sql<{ kept: number; someGo: boolean }>`
    SELECT (SELECT count(*) FROM ${table} row WHERE ${oldRows(partition, before)} AND ${isKept(partition.table, recipients)})::float8 AS kept,
      EXISTS (SELECT 1 FROM ${table} row WHERE ${oldRows(partition, before)} AND (${isKept(partition.table, recipients)}) IS NOT TRUE) AS "someGo"`.execute(
      trx,
    ),
  )
  return rows[0] ?? { kept: 0, someGo: false }
}

/** What to trim from a partition, and for whom. */
interface TrimRequest {
  partition: Partition
  /** Everything before this month may go. */
  before: Month
  recipients: KeptRecipients
  /** Accepted attempts since then may still get receipts. */
  receiptsSince: Date
  /** For the access log. */
  actor: string
  at: Date
}

/** `unfinished`: it has unfinished rows by now. `busy`: a lock could not be had in time. */
type TrimResult = { kept: number } | 'unfinished' | 'busy'

/** Kept short, since other transactions queue behind a lock that is waited for. */
const LOCK_TIMEOUT_MS = 2_000

/**
 * Replaces an old partition by the rows that must be kept; as a rule there are none, and it is only dropped.
 *
 * The partition is locked against writers while kept rows are copied; the whole table is locked only to detach
 * the old one and attach the new one. Of a default partition old rows are deleted, since there are few. Recorded in
 * the access log in the same transaction.
 */
export async function trimPartition(db: Kysely<Database>, asked: TrimRequest): Promise<TrimResult> {
  try {
    return await readInBulk(db, async (opened) => {
      await sql`SELECT set_config('lock_timeout', ${String(LOCK_TIMEOUT_MS)}, true), set_config('statement_timeout', '0', true)`.execute(
        opened,
      )
      if (!(await lockPartitions(opened))) return 'busy'
      const { partition, before, recipients } = asked
      const trx = await exclusively(opened, partition.name)
      if ((await unfinishedIn(trx, partition, before, asked.receiptsSince)) > 0) return 'unfinished'
      const kept =
        partition.kind === 'default' ? await deleteOld(trx, asked) : await replace(trx, partition, recipients)
      if (partition.table.name === 'reported_contact' || partition.table.name === 'settlement')
        await forgetConversations(trx, asked)
      if (partition.kind === 'month')
        await noteDropped(trx, {
          relation: partition.table.name,
          from: monthBytes(firstKey(partition.table, partition.from)),
          to: monthBytes(firstKey(partition.table, partition.to)),
          left: kept > 0 ? partition.name : null,
        })
      await trx
        .insertInto('decorum.access_log')
        .values({
          id: newId(),
          at: asked.at,
          actor: asked.actor,
          action: 'retention-dropped',
          subject: `${partition.name} before ${new Date(before).toISOString()}; kept ${kept}`,
        })
        .execute()
      return { kept }
    })
  } catch (error) {
    if (isLockConflict(error)) return 'busy'
    throw error
  }
}

async function replace(
  trx: Locked,
  partition: Extract<Partition, { kind: 'month' }>,
  recipients: KeptRecipients,
): Promise<number> {
  const parent = sql.table(`decorum.${partition.table.name}`)
  const old = sql.table(`decorum.${partition.name}`)
  const rest = sql.table(`decorum.${partition.name}_rest`)
  await sql`CREATE TABLE ${rest} (LIKE ${parent} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)`.execute(
    trx,
  )
  const { numAffectedRows } =
    await sql`INSERT INTO ${rest} SELECT row.* FROM ${old} row WHERE ${isKept(partition.table, recipients)}`.execute(
      trx,
    )
  const kept = Number(numAffectedRows ?? 0)
  await sql`ALTER TABLE ${parent} DETACH PARTITION ${old}`.execute(trx)
  await sql`DROP TABLE ${old}`.execute(trx)
  if (kept === 0) {
    await sql`DROP TABLE ${rest}`.execute(trx)
    return 0
  }
  await sql`ALTER TABLE ${rest} RENAME TO ${sql.ref(partition.name)}`.execute(trx)
  const [from, to] = [firstKey(partition.table, partition.from), firstKey(partition.table, partition.to)]
  await sql`ALTER TABLE ${parent} ATTACH PARTITION ${old} FOR VALUES FROM (${sql.lit(from)}) TO (${sql.lit(to)})`.execute(
    trx,
  )
  return kept
}

async function deleteOld(trx: Locked, { partition, before, recipients }: TrimRequest): Promise<number> {
  const table = sql.table(`decorum.${partition.name}`)
  // A trigger deletes from `conversation` too, which must keep those of recipients who still owe.
  const remembered =
    partition.table.name === 'reported_contact' || partition.table.name === 'settlement'
      ? sql`row.outcome = 'conversation' AND ${recipientOf(partition.table)} IN (${recipientsWhoOwe})`
      : sql`false`
  await deleteNoted(
    trx,
    partition.table.name,
    sql`DELETE FROM ${table} row WHERE ${oldRows(partition, before)} AND (${isKept(partition.table, recipients)}) IS NOT TRUE AND NOT (${remembered})`,
  )
  const { rows } = await sql<{
    kept: number
  }>`SELECT count(*)::float8 AS kept FROM ${table} row WHERE ${oldRows(partition, before)}`.execute(trx)
  return rows[0]?.kept ?? 0
}

/** Deletes the conversations of the month, except of recipients who still owe: decisions read those at any age. */
async function forgetConversations(trx: Locked, { partition, before, recipients }: TrimRequest): Promise<void> {
  const from = partition.from === null ? sql`true` : sql`row.at >= ${new Date(partition.from)}`
  await sql`
    DELETE FROM decorum.conversation row
    WHERE ${from} AND row.at < ${new Date(partition.to ?? before)} AND row.recipient_id NOT IN (${recipientsWhoOwe})
      AND NOT (row.recipient_id IN (${keptRecipients(recipients)}))`.execute(trx)
}

/** In which roles and with which products does the ledger hold debts? Reads every account, so call it once. */
export async function debtsOnRecord(db: Kysely<Database>): Promise<{ roles: Role[]; products: string[] }> {
  const { rows } = await readInBulk(db, (trx) =>
    sql<{ roles: Role[] | null; products: string[] | null }>`
      SELECT array_agg(DISTINCT role ORDER BY role) AS roles, array_agg(DISTINCT product ORDER BY product) AS products FROM decorum.account`.execute(
      trx,
    ),
  )
  return { roles: rows[0]?.roles ?? [], products: rows[0]?.products ?? [] }
}
