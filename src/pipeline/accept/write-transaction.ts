import { ExponentialBackoff, handleWhen, retry } from 'cockatiel'
import type { Transaction } from 'kysely'
import type { AddressInput } from '../../intake/address.ts'
import { isTransient } from '../../model/database-failure.ts'
import { DecorumError } from '../../model/errors.ts'
import { heldBy, type Locked, lockNewAddresses, takeLocks } from '../../record/locks.ts'
import { confine } from '../../record/reach.ts'
import { knownRecipients } from '../../record/recipients.ts'
import type { Database } from '../../record/schema.ts'
import type { Vault } from '../../record/vault/vault.ts'
import type { Actor, Runtime } from '../runtime.ts'
import { addressHash, RecipientDraft, refuseErased } from './merge-recipient.ts'

/** What was read before locking has changed; the transaction is to be repeated. */
export class ConcurrentModification extends Error {}

const UNIQUE_VIOLATION = '23505'

/** Conflicts with another writer and lost connections; after a unique violation the next try finds the other's row. */
const isRetryable = (error: unknown): boolean =>
  error instanceof ConcurrentModification ||
  isTransient(error) ||
  (error as { code?: unknown } | null)?.code === UNIQUE_VIOLATION

/** Six tries within half a second, because a client waits. Jitter keeps two writers from colliding again. */
const retryWrite = retry(handleWhen(isRetryable), {
  maxAttempts: 5,
  backoff: new ExponentialBackoff({ initialDelay: 30, maxDelay: 300 }),
})

/**
 * Runs one writing transaction, READ COMMITTED, under the lock protocol.
 *
 * Repeats it after a conflict with another writer (a deadlock, the same new row at the same time, an
 * account moved to another recipient), and gives up after a bounded number of tries. After the commit it
 * rings the planner, because what was accepted may be due.
 *
 * @param actor  a test key's transaction can lock only what test keys registered (`confine`)
 * @throws DECORUM_LEDGER_UNAVAILABLE when PostgreSQL cannot be reached or the conflict persists
 */
export async function inWriteTransaction<T>(
  runtime: Runtime,
  actor: Pick<Actor, 'live'>,
  work: (trx: Transaction<Database>) => Promise<T>,
): Promise<T> {
  try {
    const result = await retryWrite.execute(() =>
      runtime.ledger.db
        .transaction()
        .setIsolationLevel('read committed')
        .execute((trx) => {
          confine(trx, actor)
          return work(trx)
        }),
    )
    runtime.ringPlanner?.()
    return result
  } catch (error) {
    if (!isRetryable(error)) throw error
    throw new DecorumError('DECORUM_LEDGER_UNAVAILABLE', 'the ledger could not be written', { cause: error })
  }
}

/** A recipient to lock, and the addresses about to be added. */
interface RecipientToLock {
  id: string
  /** Undefined: the addresses are not changed. */
  addresses?: readonly AddressInput[] | undefined
}

/**
 * Locks recipients, then their present and new addresses, and reads the recipients under the locks.
 *
 * @param added  recipients that this transaction has added, by id, which need no lock
 * @returns      the transaction with its locks, and a draft of each recipient, by id
 */
export async function lockRecipientDrafts(
  opened: Transaction<Database>,
  vault: Vault,
  recipients: readonly RecipientToLock[],
  at: Date,
  added: ReadonlyMap<string, RecipientDraft> = new Map(),
): Promise<{ trx: Locked; recipients: Map<string, RecipientDraft> }> {
  const ids = [...new Set(recipients.map((recipient) => recipient.id))].filter((id) => !added.has(id))
  const trx = await takeLocks(opened, { recipients: ids }, 'wait')
  if (!ids.every((id) => heldBy(trx).recipients.has(id)))
    throw new ConcurrentModification('a recipient was removed meanwhile')
  const known = await knownRecipients(trx, ids)
  const drafts = new Map([
    ...added,
    ...known.map((recipient) => [recipient.row.id, new RecipientDraft(recipient)] as const),
  ])
  const touched = recipients.filter((recipient) => recipient.addresses !== undefined)
  const wanted = touched.flatMap((recipient) =>
    (recipient.addresses ?? []).map((address) => {
      const { creditor, live } = (drafts.get(recipient.id) as RecipientDraft).row
      return { creditor, ...addressHash(vault, address.channel, address.value, live) }
    }),
  )
  const touchedIds = new Set(touched.map((recipient) => recipient.id))
  const owned = known
    .filter(({ row }) => touchedIds.has(row.id))
    .flatMap(({ addresses }) => addresses.map(({ creditor, hash }) => ({ creditor, hash })))
  await lockNewAddresses(trx, wanted, at, owned)
  return { trx, recipients: drafts }
}

/**
 * Locks one recipient, whose addresses are not changed.
 *
 * @throws DECORUM_ERASED for a person who was erased, unless `erasedToo`: a stop that arrives afterwards still counts
 */
export async function lockRecipientDraft(
  runtime: Pick<Runtime, 'vault' | 'clock'>,
  opened: Transaction<Database>,
  id: string,
  { erasedToo = false } = {},
): Promise<{ trx: Locked; recipient: RecipientDraft }> {
  const { trx, recipients } = await lockRecipientDrafts(opened, runtime.vault, [{ id }], new Date(runtime.clock.now()))
  const recipient = recipients.get(id) as RecipientDraft
  if (!erasedToo) refuseErased(recipient)
  return { trx, recipient }
}
