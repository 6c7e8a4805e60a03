import type { Config } from '../config/config.ts'
import { DecorumError } from '../model/errors.ts'
import { openLedger } from '../record/ledger.ts'
import { migrate } from '../record/migrate.ts'
import { makeMonths } from '../record/partitions/make-months.ts'

/** An operator's command may wait for what is at work, though others wait behind it. */
const LOCK_TIMEOUT_MS = 5_000

/** What was done; all empty: nothing was needed. */
export interface MigratedLedger {
  /** The steps of the schema, by name. */
  applied: string[]
  /** Pieces for the months to come, by name. */
  made: string[]
}

/**
 * Brings the configured ledger to this build's schema, with room for the months to come.
 *
 * @throws   DECORUM_LEDGER_UNAVAILABLE, DECORUM_SCHEMA_NEWER, DECORUM_SCHEMA_FOREIGN, DECORUM_DATA_DIR_LOCKED
 */
export async function migrateLedger(config: Config): Promise<MigratedLedger> {
  const ledger = await openLedger(config.databaseUrl === null ? { dataDir: config.dataDir } : { databaseUrl: config.databaseUrl }, { applicationName: 'decorum migrate' })
  try {
    const problem = await ledger.check()
    if (problem !== null) throw new DecorumError('DECORUM_LEDGER_UNAVAILABLE', `the ledger does not answer: ${problem}`)
    const applied = await migrate(ledger)
    const { made } = await makeMonths(ledger.db, { machine: Date.now(), business: Date.now() }, LOCK_TIMEOUT_MS)
    return { applied, made }
  } finally {
    await ledger.close()
  }
}
