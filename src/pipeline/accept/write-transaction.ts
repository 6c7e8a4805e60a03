import { ExponentialBackoff, handleWhen, retry } from 'cockatiel'
import type { Transaction } from 'kysely'
import type { AddressInput } from '../../intake/address.ts'
import { isTransient } from '../../model/database-failure.ts'
import { DecorumError } from '../../model/errors.ts'
import { heldBy, type Locked, lockNewAddresses, takeLocks } from '../../record/locks.ts'
import { knownRecipients } from '../../record/recipients.ts'
import type { Database } from '../../record/schema.ts'
import type { Vault } from '../../record/vault/vault.ts'
import type { Runtime } from '../runtime.ts'
import { addressHash, RecipientDraft } from './merge-recipient.ts'

/** Somebody changed what was found before the locks were held: find it again. */
export class ConcurrentModification extends Error {}

const UNIQUE_VIOLATION = '23505'

/** Another writer got in the way, or the connection was lost; the same row added twice at the same time is found by the next try. */
const isPassing = (error: unknown): boolean =>
  error instanceof ConcurrentModification ||
  isTransient(error) ||
  (error as { code?: unknown } | null)?.code === UNIQUE_VIOLATION

/** Six tries within half a second: a client waits for the answer. The jitter keeps two writers from meeting again. */
const passing = retry(handleWhen(isPassing), {
  maxAttempts: 5,
  backoff: new ExponentialBackoff({ initialDelay: 30, maxDelay: 300 }),
})

/**
 * Runs one writing transaction, READ COMMITTED, under the lock protocol.
 *
 * Repeats it when another writer got in its way (deadlock, the same new row at the same time,
 * an account that changed hands meanwhile), and gives up after a bounded number of tries. Once it has
 * committed the planner is rung: whatever was accepted may be due.
 *
 * @throws DECORUM_LEDGER_UNAVAILABLE when PostgreSQL cannot be reached or stays in the way
 */
export async function inWriteTransaction<T>(
  runtime: Runtime,
  work: (trx: Transaction<Database>) => Promise<T>,
): Promise<T> {
  try {
    const result = await passing.execute(() =>
      runtime.ledger.db.transaction().setIsolationLevel('read committed').execute(work),
    )
    runtime.ringPlanner?.()
    return result
  } catch (error) {
    if (!isPassing(error)) throw error
    throw new DecorumError('DECORUM_LEDGER_UNAVAILABLE', 'the ledger could not be written', { cause: error })
  }
}

/** A person to be locked, and the addresses that are about to be theirs. */
interface ToLock {
  id: string
  /** Undefined: their addresses are not touched. */
  addresses?: readonly AddressInput[] | undefined
}

/**
 * Locks people, then the addresses they have and are to get, and reads them afterwards.
 *
 * @param added  by id, people that this transaction has added: nobody else can hold or change them
 * @returns      the transaction with its locks, and a draft for each, by id
 */
export async function lockAccountRecipients(
  opened: Transaction<Database>,
  vault: Vault,
  recipients: readonly ToLock[],
  at: Date,
  added: ReadonlyMap<string, RecipientDraft> = new Map(),
): Promise<{ trx: Locked; recipients: Map<string, RecipientDraft> }> {
  const ids = [...new Set(recipients.map((recipient) => recipient.id))].filter((id) => !added.has(id))
  const trx = await takeLocks(opened, { recipients: ids }, 'wait')
  if (!ids.every((id) => heldBy(trx).recipients.has(id))) throw new ConcurrentModification('a person vanished')
  const known = await knownRecipients(trx, ids)
  const drafts = new Map([
    ...added,
    ...known.map((recipient) => [recipient.row.id, new RecipientDraft(recipient)] as const),
  ])
  const touched = recipients.filter((recipient) => recipient.addresses !== undefined)
  const wanted = touched.flatMap((recipient) =>
    (recipient.addresses ?? []).map((address) => ({
      creditor: (drafts.get(recipient.id) as RecipientDraft).row.creditor,
      ...addressHash(vault, address.channel, address.value),
    })),
  )
  const touchedIds = new Set(touched.map((recipient) => recipient.id))
  const owned = known
    .filter(({ row }) => touchedIds.has(row.id))
    .flatMap(({ addresses }) => addresses.map(({ creditor, hash }) => ({ creditor, hash })))
  await lockNewAddresses(trx, wanted, at, owned)
  return { trx, recipients: drafts }
}

/** The same for one person, whose addresses are not touched. */
export async function lockRecipient(
  runtime: Pick<Runtime, 'vault' | 'clock'>,
  opened: Transaction<Database>,
  id: string,
): Promise<{ trx: Locked; recipient: RecipientDraft }> {
  const { trx, recipients } = await lockAccountRecipients(
    opened,
    runtime.vault,
    [{ id }],
    new Date(runtime.clock.now()),
  )
  return { trx, recipient: recipients.get(id) as RecipientDraft }
}
