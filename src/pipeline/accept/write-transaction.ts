import { ExponentialBackoff, handleWhen, retry } from 'cockatiel'
import type { Transaction } from 'kysely'
import { isTransient } from '../../model/database-failure.ts'
import { DecorumError } from '../../model/errors.ts'
import type { Database } from '../../record/schema.ts'
import type { Shell } from '../shell.ts'

/** Somebody changed what was found before the locks were held: find it again. */
export class ConcurrentModification extends Error {}

const UNIQUE_VIOLATION = '23505'

/** Another writer got in the way, or the connection was lost; the same row added twice at the same time is found by the next try. */
const isPassing = (error: unknown): boolean =>
  error instanceof ConcurrentModification || isTransient(error) || (error as { code?: unknown } | null)?.code === UNIQUE_VIOLATION

/** Six tries within half a second: a client waits for the answer. The jitter keeps two writers from meeting again. */
const passing = retry(handleWhen(isPassing), { maxAttempts: 5, backoff: new ExponentialBackoff({ initialDelay: 30, maxDelay: 300 }) })

/**
 * Runs one writing transaction, READ COMMITTED, under the lock protocol.
 *
 * Repeats it when another writer got in its way (deadlock, the same new row at the same time,
 * an account that changed hands meanwhile), and gives up after a bounded number of tries. Once it has
 * committed the planner is rung: whatever was accepted may be due.
 *
 * @throws DECORUM_LEDGER_UNAVAILABLE when PostgreSQL cannot be reached or stays in the way
 */
export async function inWriteTransaction<T>(shell: Shell, work: (trx: Transaction<Database>) => Promise<T>): Promise<T> {
  try {
    const result = await passing.execute(() => shell.ledger.db.transaction().setIsolationLevel('read committed').execute(work))
    shell.ringPlanner?.()
    return result
  } catch (error) {
    if (!isPassing(error)) throw error
    throw new DecorumError('DECORUM_LEDGER_UNAVAILABLE', 'the ledger could not be written', { cause: error })
  }
}
