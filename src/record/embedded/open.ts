import { join, resolve } from 'node:path'
import type pg from 'pg'
import type { LedgerOptions } from '../ledger.ts'
import { lockDataDir } from './data-dir-lock.ts'
import { startEngine } from './engine.ts'
import { EmbeddedPool } from './pool.ts'
import { Session } from './session.ts'
import { startUpkeep } from './upkeep.ts'

/** As `idle_in_transaction_session_timeout` on a server. */
const IDLE_IN_TRANSACTION_MS = 30_000

/**
 * Opens the embedded ledger: PGlite on `<dataDir>/ledger`, behind a pool like a server's.
 *
 * @throws DECORUM_DATA_DIR_LOCKED, DECORUM_LEDGER_UNAVAILABLE
 */
export async function openEmbedded(dataDir: string, options: LedgerOptions): Promise<{ pool: pg.Pool; close: () => Promise<void> }> {
  const directory = resolve(dataDir)
  const unlock = lockDataDir(directory)
  try {
    const engine = await startEngine(join(directory, 'ledger'))
    const pool = new EmbeddedPool(new Session(engine, IDLE_IN_TRANSACTION_MS), options.poolSize ?? 20)
    const stopUpkeep = startUpkeep(pool)
    return {
      pool,
      close: async () => {
        stopUpkeep()
        await pool.end()
        await engine.close()
        unlock()
      },
    }
  } catch (error) {
    unlock()
    throw error
  }
}
