import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from './schema.ts'

/**
 * The lock protocol, for every writer of what `decide` reads.
 *
 * Recipients by id first, then addresses by hash, each in order, in statements that do nothing
 * else, under READ COMMITTED: what is read afterwards is what has committed by then. The clause is
 * NO KEY because foreign keys to these rows take KEY SHARE in the writer's order and would
 * otherwise deadlock (measured: 73 deadlocks in 240 transactions with FOR UPDATE, none with this).
 */
export type Waiting =
  /** Wait for whoever holds it: a stop must not be lost. */
  | 'wait'
  /** Leave out what somebody holds: a batch must not stand still for one person. */
  | 'skip'

type Db = Kysely<Database> | Transaction<Database>

/** Locks these people; answers the ids that were got. */
export async function lockRecipients(db: Db, ids: readonly string[], waiting: Waiting): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const { rows } = await sql<{ id: string }>`/* lock-recipients */
    SELECT id FROM decorum.recipient WHERE id = ANY(${[...new Set(ids)]}::uuid[])
    ORDER BY id FOR NO KEY UPDATE ${sql.raw(waiting === 'skip' ? 'SKIP LOCKED' : '')}`.execute(db)
  return new Set(rows.map((row) => row.id))
}

/** One number or mailbox at one creditor. */
export interface AddressAnchor {
  creditor: string
  hash: Buffer
}

/** One text for one number or mailbox at one creditor, for maps; sorts as anchors are locked. */
export const anchorKey = ({ creditor, hash }: AddressAnchor): string => `${hash.toString('hex')} ${creditor}`

/**
 * Locks these addresses; answers the keys (`anchorKey`) of those that were got. Upsert a row first where none may exist.
 *
 * Where several creditors share a number in one call it may lock one more of them than was asked for.
 */
export async function lockAddresses(db: Db, anchors: readonly AddressAnchor[], waiting: Waiting): Promise<Set<string>> {
  if (anchors.length === 0) return new Set()
  const { rows } = await sql<{ creditor: string; hash: Buffer }>`/* lock-addresses */
    SELECT creditor, hash FROM decorum.address
    WHERE creditor = ANY(${[...new Set(anchors.map((a) => a.creditor))]}::text[]) AND hash = ANY(${anchors.map((a) => a.hash)}::bytea[])
    ORDER BY hash, creditor FOR NO KEY UPDATE ${sql.raw(waiting === 'skip' ? 'SKIP LOCKED' : '')}`.execute(db)
  return new Set(rows.map(anchorKey))
}

/** Raises the recipient's sequence by `count`, under its lock; answers the first number of the run. */
export async function takeSequence(db: Db, recipientId: string, count = 1): Promise<number> {
  const { rows } = await sql<{ seq: number }>`
    UPDATE decorum.recipient SET seq = seq + ${count} WHERE id = ${recipientId} RETURNING seq`.execute(db)
  const last = rows[0]?.seq
  if (last === undefined) throw new RangeError(`no recipient ${recipientId}`)
  return last - count + 1
}
