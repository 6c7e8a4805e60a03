import { setTimeout as pause } from 'node:timers/promises'
import type { Transaction } from 'kysely'
import { isTransient } from '../../model/database-failure.ts'
import { DecorumError } from '../../model/errors.ts'
import type { Database } from '../../record/schema.ts'
import type { Shell } from '../shell.ts'

const TRIES = 6

/** Somebody changed what was found before the locks were held: find it again. */
export class Overtaken extends Error {}

/**
 * Runs one writing transaction, READ COMMITTED, under the lock protocol.
 *
 * Repeats it when another writer got in its way (deadlock, the same new row at the same time,
 * an account that changed hands meanwhile), and gives up after a bounded number of tries. Once it has
 * committed the planner is rung: whatever was accepted may be due.
 *
 * @throws DECORUM_LEDGER_UNAVAILABLE when PostgreSQL cannot be reached or stays in the way
 */
export async function writing<T>(shell: Shell, work: (trx: Transaction<Database>) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      const result = await shell.ledger.db.transaction().setIsolationLevel('read committed').execute(work)
      shell.ringPlanner?.()
      return result
    } catch (error) {
      if (!isPassing(error)) throw error
      if (attempt === TRIES) throw new DecorumError('DECORUM_LEDGER_UNAVAILABLE', 'the ledger could not be written', { cause: error })
      await pause(10 * attempt * attempt)
    }
  }
}

const UNIQUE_VIOLATION = '23505'

const isPassing = (error: unknown): boolean =>
  error instanceof Overtaken || isTransient(error) || (error as { code?: unknown } | null)?.code === UNIQUE_VIOLATION
