import { sql, type Transaction } from 'kysely'
import type { Database } from './schema.ts'
import type { AddressHash } from './vault/vault.ts'
import { insertRows } from './pg/batch.ts'

/**
 * The lock protocol, for every writer of what `decide` reads.
 *
 * Recipients by id first, then addresses by hash, each in order, in statements that do nothing
 * else, under READ COMMITTED: what is read afterwards is what has committed by then. The clause is
 * NO KEY because foreign keys to these rows take KEY SHARE in the writer's order and would
 * otherwise deadlock (measured: 73 deadlocks in 240 transactions with FOR UPDATE, none with this).
 */
type LockWait =
  /** Wait for whoever holds it: a stop must not be lost. */
  | 'wait'
  /** Leave out what somebody holds: a batch must not stand still for one person. */
  | 'skip'

const HELD: unique symbol = Symbol('locks')

/** Which rows a transaction holds until it ends. */
interface HeldLocks {
  /** By id. */
  readonly recipients: ReadonlySet<string>
  /** By `anchorKey`. */
  readonly addresses: ReadonlySet<string>
}

/**
 * A transaction that has taken its locks: what every writer of what `decide` reads demands.
 *
 * Nothing but this file makes one of a transaction. Which rows it holds, `heldBy` tells; writers that know whose rows
 * they write compare (`requireHeld`), the others say in their first line what their caller has locked.
 */
export type Locked = Transaction<Database> & { readonly [HELD]: HeldLocks }

interface Holding {
  recipients: Set<string>
  addresses: Set<string>
}

/** What this transaction holds so far, to be added to. */
function holdingOf(trx: Transaction<Database>): Holding {
  const known = (trx as Partial<Record<typeof HELD, Holding>>)[HELD]
  if (known !== undefined) return known
  const holding: Holding = { recipients: new Set(), addresses: new Set() }
  Object.defineProperty(trx, HELD, { value: holding })
  return holding
}

/** Which rows does this transaction hold? */
export const heldBy = (locked: Locked): HeldLocks => locked[HELD]

/** One number or mailbox at one creditor. */
export interface AddressAnchor {
  creditor: string
  hash: Buffer
}

/** One that nobody may have had so far, and which key made its hash. */
export type NewAnchor = AddressHash & { creditor: string }

/** One text for one number or mailbox at one creditor, for maps; sorts as anchors are locked. */
export const anchorKey = ({ creditor, hash }: AddressAnchor): string => `${hash.toString('hex')} ${creditor}`

/**
 * Locks people, and addresses that are known beforehand; `heldBy` tells which were got.
 *
 * What the transaction holds already is not asked for again. With nobody named it asks nothing of the ledger: the token then
 * says that what is about to be written needs no lock.
 *
 * @throws RangeError when a person is asked for after an address: two such transactions could wait for each other for ever
 */
export async function takeLocks(
  trx: Transaction<Database>,
  wanted: { recipients: readonly string[]; addresses?: readonly AddressAnchor[] },
  waiting: LockWait,
): Promise<Locked> {
  await lockRecipients(trx, wanted.recipients, waiting)
  return lockAddresses(trx as Locked, wanted.addresses ?? [], waiting)
}

/**
 * Locks addresses, where they could be found only once their people were locked.
 *
 * Where several creditors share a number in one call it may lock one more of them than was asked for.
 */
export async function lockAddresses(
  locked: Locked,
  anchors: readonly AddressAnchor[],
  waiting: LockWait,
): Promise<Locked> {
  const held = holdingOf(locked)
  const wanted =
    held.addresses.size === 0 ? anchors : anchors.filter((anchor) => !held.addresses.has(anchorKey(anchor)))
  if (wanted.length === 0) return locked
  const { rows } = await sql<{ creditor: string; hash: Buffer }>`/* lock-addresses */
    SELECT creditor, hash FROM decorum.address
    WHERE creditor = ANY(${[...new Set(wanted.map((a) => a.creditor))]}::text[]) AND hash = ANY(${wanted.map((a) => a.hash)}::bytea[])
    ORDER BY hash, creditor FOR NO KEY UPDATE ${sql.raw(waiting === 'skip' ? 'SKIP LOCKED' : '')}`.execute(locked)
  for (const row of rows) held.addresses.add(anchorKey(row))
  return locked
}

/**
 * Locks addresses that nobody may have had so far: each gets a row to lock first, in the order in which they are locked.
 *
 * @param known  further ones that have a row, locked in the same order
 */
export async function lockNewAddresses(
  locked: Locked,
  anchors: readonly NewAnchor[],
  at: Date,
  known: readonly AddressAnchor[] = [],
): Promise<Locked> {
  const unique = new Map(anchors.map((anchor) => [anchorKey(anchor), anchor]))
  const ordered = [...unique]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { creditor, hash, keyId }]) => ({ creditor, hash, hash_key: keyId, created_at: at }))
  // None had a row: all are held already, by having been added.
  if ((await insertAnchors(locked, ordered)) === ordered.length)
    for (const key of unique.keys()) holdingOf(locked).addresses.add(key)
  return lockAddresses(locked, [...anchors, ...known], 'wait')
}

const insertAnchors = insertRows<{ creditor: string; hash: Buffer; hash_key: string; created_at: Date }>(
  'decorum.address',
  {
    creditor: 'text',
    hash: 'bytea',
    hash_key: 'text',
    created_at: 'timestamptz',
  },
  'ON CONFLICT (creditor, hash) DO NOTHING',
)

/** People whom this transaction has added are held by it without being asked for. For the one function that adds them. */
export function heldByAdding(trx: Transaction<Database>, recipientIds: readonly string[]): Locked {
  const { recipients } = holdingOf(trx)
  for (const id of recipientIds) recipients.add(id)
  return trx as Locked
}

/**
 * Are these people's locks held by this transaction? A writer asks, for who writes without them undoes what `decide` relies on.
 *
 * @param recipientIds  null: nobody's, which needs no lock
 * @throws RangeError when one is not
 */
export function requireHeld(locked: Locked, recipientIds: Iterable<string | null>): void {
  const { recipients } = locked[HELD]
  for (const id of recipientIds) {
    if (id !== null && !recipients.has(id))
      throw new RangeError('a recipient is written about whose lock this transaction does not hold')
  }
}

async function lockRecipients(trx: Transaction<Database>, ids: readonly string[], waiting: LockWait): Promise<void> {
  const held = holdingOf(trx)
  const wanted = [...new Set(ids)].filter((id) => !held.recipients.has(id))
  if (wanted.length === 0) return
  if (held.addresses.size > 0)
    throw new RangeError('a recipient is to be locked after an address: recipients come first')
  const { rows } = await sql<{ id: string }>`/* lock-recipients */
    SELECT id FROM decorum.recipient WHERE id = ANY(${wanted}::uuid[])
    ORDER BY id FOR NO KEY UPDATE ${sql.raw(waiting === 'skip' ? 'SKIP LOCKED' : '')}`.execute(trx)
  for (const { id } of rows) held.recipients.add(id)
}

/**
 * How a stop that comes before its person, and the person, take turns: whoever is first is seen by the other.
 *
 * @param mode  exclusive: for the stop; shared: for people and accounts that come
 */
export async function lockAwaited(
  trx: Transaction<Database>,
  creditors: readonly string[],
  mode: 'exclusive' | 'shared',
): Promise<Locked> {
  holdingOf(trx)
  for (const creditor of [...new Set(creditors)].sort()) {
    await sql`SELECT ${sql.raw(mode === 'shared' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock')}(hashtext('decorum.awaited'), hashtext(${creditor}))`.execute(
      trx,
    )
  }
  return trx as Locked
}

/**
 * Locks a table, or a partition of one, against every writer. For upkeep, which moves or removes rows whosever they are.
 *
 * Reading goes on. The token names nobody: what is written about one person has to be locked by the person.
 */
export async function exclusively(trx: Transaction<Database>, table: string): Promise<Locked> {
  holdingOf(trx)
  await sql`LOCK TABLE ${sql.table(`decorum.${table}`)} IN SHARE ROW EXCLUSIVE MODE`.execute(trx)
  return trx as Locked
}

/** Raises the recipient's sequence by `count`, under its lock; answers the first number of the run. */
export async function takeSequence(locked: Locked, recipientId: string, count = 1): Promise<number> {
  requireHeld(locked, [recipientId])
  const { rows } = await sql<{ seq: number }>`
    UPDATE decorum.recipient SET seq = seq + ${count} WHERE id = ${recipientId} RETURNING seq`.execute(locked)
  const last = rows[0]?.seq
  if (last === undefined) throw new RangeError(`no recipient ${recipientId}`)
  return last - count + 1
}
