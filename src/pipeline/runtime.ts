import type { Config } from '../config/config.ts'
import type { Clock } from '../model/time.ts'
import type { Log } from '../model/log-events.ts'
import type { Ledger } from '../record/ledger.ts'
import type { Vault } from '../record/vault/vault.ts'

/**
 * What every pipeline function needs: configuration, ledger, vault, clock and log.
 *
 * Passed as the first argument, so that tests and the demonstration can use a ledger and
 * a clock of their own.
 */
export interface Runtime {
  readonly config: Config
  readonly ledger: Ledger
  readonly vault: Vault
  readonly clock: Clock
  readonly log: Log
  /** Tells the planner that something may be due now; absent where no planner daemon runs, as under a stepped clock. */
  readonly ringPlanner?: () => void
}

/** On whose behalf something is done: the API key or the command line, and what it may touch. */
export interface Actor {
  /** For the record: `key:<id>`, `cli`, `demo`, `provider:<route>`. */
  name: string
  /** Null: every creditor. */
  creditor: string | null
  /** False for test keys: what they register never reaches a provider. */
  live: boolean
}
