import type { Config } from '../config/config.ts'
import { DecorumError } from '../model/errors.ts'
import { openLedger } from '../record/ledger.ts'
import { migrate } from '../record/migrate.ts'

/**
 * Brings the configured ledger to this build's schema.
 *
 * @returns  the names of the steps that were applied
 * @throws   DECORUM_LEDGER_UNAVAILABLE, DECORUM_SCHEMA_NEWER, DECORUM_DATA_DIR_LOCKED
 */
export async function migrateLedger(config: Config): Promise<string[]> {
  const ledger = await openLedger(config.databaseUrl === null ? { dataDir: config.dataDir } : { databaseUrl: config.databaseUrl }, { applicationName: 'decorum migrate' })
  try {
    const problem = await ledger.check()
    if (problem !== null) throw new DecorumError('DECORUM_LEDGER_UNAVAILABLE', `the ledger does not answer: ${problem}`)
    return await migrate(ledger)
  } finally {
    await ledger.close()
  }
}
