import { sql, type Transaction } from 'kysely'
import type { Database } from './schema.ts'
import type { AddressHash } from './vault/vault.ts'
import { insertRows } from './pg/batch.ts'
import { binaryArray } from './pg/binary-array.ts'
import { isConfined, outOfReach } from './reach.ts'
import { type PipelinedTransaction, run, type Runner, statement } from './pg/pipeline.ts'

/**
 * The lock protocol, for every writer of what `decide` reads.
 *
 * Recipients by id first, then addresses by hash, each in order, in statements that do nothing
 * else, under READ COMMITTED: what is read afterwards is what has committed by then. The clause is
 * NO KEY because foreign keys to these rows take KEY SHARE in the writer's order and would
 * otherwise deadlock (measured: 73 deadlocks in 240 transactions with FOR UPDATE, none with this).
 */

/** What to do about locks that other transactions hold. */
type LockWait =
  /** Wait for the holder: a suppression must not be lost. */
  | 'wait'
  /** Skip rows locked by others: a batch must not wait for one recipient. */
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
 * A transaction that has taken its locks: every writer of what `decide` reads requires one.
 *
 * Only this file makes one. `heldBy` tells which rows it holds; writers that know their recipients check them
 * (`requireHeld`), the others state in their first line what their caller has locked.
 */
export type Locked = Transaction<Database> & { readonly [HELD]: HeldLocks }

interface Holding {
  recipients: Set<string>
  addresses: Set<string>
}

/** The locks that this transaction has so far, to be added to. */
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

/** One that may be new to the ledger, and which key made its hash. */
export type NewAnchor = AddressHash & { creditor: string }

/** A map key for one number or mailbox at one creditor; sorts in lock order. */
export const anchorKey = ({ creditor, hash }: AddressAnchor): string => `${hash.toString('hex')} ${creditor}`

/**
 * Locks recipients, and addresses that are known beforehand; `heldBy` tells which were obtained.
 *
 * Rows that the transaction holds already are not requested again. For an empty list no query is made: the token
 * then states that what is about to be written needs no lock.
 *
 * @throws RangeError when a recipient is requested after an address: two such transactions could deadlock
 * @throws DECORUM_FORBIDDEN when a test key's transaction (`confine`) requests a recipient that no test key registered
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
 * Two statements that lock what reminders ($1) stand on: their recipients, then the addresses that `hashes` finds for each reminder `m`.
 *
 * @param name    of the statements, after `lock-recipients-` and `lock-addresses-`
 * @param hashes  SQL of rows of creditor and hash
 */
const locksOf = (name: string, hashes: string, waiting: '' | 'SKIP LOCKED') => ({
  recipients: statement(
    `lock-recipients-${name}`,
    `
    SELECT id FROM decorum.recipient WHERE id = ANY(ARRAY(SELECT recipient_id FROM decorum.reminder WHERE id = ANY($1::uuid[])))
    ORDER BY id FOR NO KEY UPDATE ${waiting}`,
  ),
  addresses: statement(
    `lock-addresses-${name}`,
    `
    WITH wanted AS MATERIALIZED (
      SELECT DISTINCT x.creditor, x.hash FROM decorum.reminder m CROSS JOIN LATERAL (${hashes} OFFSET 0) x WHERE m.id = ANY($1::uuid[])
    )
    SELECT a.creditor, a.hash FROM wanted JOIN decorum.address a ON a.creditor = wanted.creditor AND a.hash = wanted.hash
    ORDER BY a.hash, a.creditor FOR NO KEY UPDATE OF a ${waiting}`,
  ),
})

/** Sends both, and notes what was obtained. @param trx  the transaction that `on` runs in */
async function sendLocks(
  on: Runner,
  trx: Transaction<Database>,
  { recipients, addresses }: ReturnType<typeof locksOf>,
  reminderIds: readonly string[],
  more: readonly unknown[] = [],
): Promise<Locked> {
  const [lockedRecipients, lockedAddresses] = await Promise.all([
    run<{ id: string }>(on, recipients, [reminderIds]),
    run<AddressAnchor>(on, addresses, [reminderIds, ...more]),
  ])
  const held = holdingOf(trx)
  for (const { id } of lockedRecipients) held.recipients.add(id)
  for (const anchor of lockedAddresses) held.addresses.add(anchorKey(anchor))
  return trx as Locked
}

const OF_REMINDERS = locksOf(
  'of',
  `SELECT a.creditor, a.hash FROM decorum.recipient_address a
    WHERE a.recipient_id = m.recipient_id AND a.channel = m.channel AND a.removed_at IS NULL`,
  'SKIP LOCKED',
)

/**
 * Locks what reminders stand on, in one round trip: their recipients, then those recipients' addresses on the reminders' channels.
 *
 * Rows locked elsewhere are skipped; `heldBy` tells which were obtained. Addresses of a recipient that was skipped may be
 * locked too: since nothing is waited for, that blocks nobody for longer than the transaction lasts.
 */
export const lockForReminders = (transaction: PipelinedTransaction, reminderIds: readonly string[]): Promise<Locked> =>
  sendLocks(transaction, transaction.trx, OF_REMINDERS, reminderIds)

const OF_ATTEMPTS = locksOf(
  'of-attempts',
  `SELECT r.creditor, r.address_hash AS hash FROM decorum.reservation r
    WHERE r.reminder_id = m.id AND r.reserved_at >= m.created_at AND r.reserved_at < $2::timestamptz`,
  '',
)

/**
 * Locks what attempts of these reminders stand on, waiting for others: their recipients, then the addresses that were called.
 *
 * @param trx     the transaction that `on` runs in
 * @param before  business time: later than any attempt
 */
export const lockForAttempts = (
  on: Runner,
  trx: Transaction<Database>,
  reminderIds: readonly string[],
  before: Date,
): Promise<Locked> => sendLocks(on, trx, OF_ATTEMPTS, reminderIds, [before])

/** Locks addresses that could be found only under their recipients' locks. */
export async function lockAddresses(
  locked: Locked,
  anchors: readonly AddressAnchor[],
  waiting: LockWait,
): Promise<Locked> {
  const held = holdingOf(locked)
  const wanted =
    held.addresses.size === 0 ? anchors : anchors.filter((anchor) => !held.addresses.has(anchorKey(anchor)))
  if (wanted.length === 0) return locked
  // Joined, so that each is looked up: as two conditions in this order, all of them were read in order for 200 of 10,000.
  const { rows } = await sql<{ creditor: string; hash: Buffer }>`/* lock-addresses */
    SELECT a.creditor, a.hash FROM unnest(${binaryArray(
      'text',
      wanted.map((anchor) => anchor.creditor),
    )}::text[], ${binaryArray(
      'bytea',
      wanted.map((anchor) => anchor.hash),
    )}::bytea[]) AS x (creditor, hash)
    JOIN decorum.address a ON a.creditor = x.creditor AND a.hash = x.hash
    ORDER BY a.hash, a.creditor FOR NO KEY UPDATE OF a ${sql.raw(waiting === 'skip' ? 'SKIP LOCKED' : '')}`.execute(
    locked,
  )
  for (const row of rows) held.addresses.add(anchorKey(row))
  return locked
}

/**
 * Locks addresses that may be new: each first gets a row to lock, in lock order.
 *
 * @param known  further addresses that have a row, locked in the same order
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
  // None had a row: adding them has locked them all.
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

/** Recipients that this transaction has added are locked by it already. Only for the function that adds them. */
export function heldByAdding(trx: Transaction<Database>, recipientIds: readonly string[]): Locked {
  const { recipients } = holdingOf(trx)
  for (const id of recipientIds) recipients.add(id)
  return trx as Locked
}

/**
 * Checks that this transaction holds these recipients' locks: writing without them breaks what `decide` relies on.
 *
 * @param recipientIds  null: no recipient, which needs no lock
 * @throws RangeError when one is not
 */
export function requireHeld(locked: Locked, recipientIds: Iterable<string | null>): void {
  const { recipients } = locked[HELD]
  for (const id of recipientIds) {
    if (id !== null && !recipients.has(id)) throw new RangeError("this transaction does not hold the recipient's lock")
  }
}

async function lockRecipients(trx: Transaction<Database>, ids: readonly string[], waiting: LockWait): Promise<void> {
  const held = holdingOf(trx)
  const wanted = [...new Set(ids)].filter((id) => !held.recipients.has(id))
  if (wanted.length === 0) return
  if (held.addresses.size > 0) throw new RangeError('a recipient was requested after an address: recipients come first')
  const { rows } = await sql<{ id: string; live: boolean }>`/* lock-recipients */
    SELECT id, live FROM decorum.recipient WHERE id = ANY(${wanted}::uuid[])
    ORDER BY id FOR NO KEY UPDATE ${sql.raw(waiting === 'skip' ? 'SKIP LOCKED' : '')}`.execute(trx)
  if (isConfined(trx) && rows.some(({ live }) => live)) throw outOfReach('recipient')
  for (const { id } of rows) held.recipients.add(id)
}

/**
 * Serialises a suppression that arrives before its recipient with the recipient: the later one sees the earlier.
 *
 * @param mode  exclusive: for the suppression; shared: for recipients and accounts that arrive
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
 * Locks a table, or a partition of one, against every writer. For maintenance, which moves or removes rows of any recipient.
 *
 * Reading goes on. The token holds no recipient: to write about one still needs that recipient's lock.
 */
export async function exclusively(trx: Transaction<Database>, table: string): Promise<Locked> {
  holdingOf(trx)
  await sql`LOCK TABLE ${sql.table(`decorum.${table}`)} IN SHARE ROW EXCLUSIVE MODE`.execute(trx)
  return trx as Locked
}

/**
 * The next number of the ledger's order of events.
 *
 * Whoever writes about a recipient holds its lock from before the number is taken until COMMIT, so the numbers of one
 * recipient rise in the order of commits. They have gaps, and between recipients they mean nothing. Where a row needs no
 * say in the matter, the column's default takes the number.
 */
export const nextInOrder = sql<number>`nextval('decorum.event_order')`
