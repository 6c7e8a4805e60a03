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
  /** Wakes the planner, because something may be due now; absent where no planner daemon runs, as under a stepped clock. */
  readonly ringPlanner?: () => void
}

/** The caller: an API key or the command line, and which creditors it may act for. */
export interface Actor {
  /** For the record: `key:<id>`, `cli`, `demo`, `provider:<route>`. */
  name: string
  /** Null: every creditor. */
  creditor: string | null
  /** False for test keys: what they register never reaches a provider. */
  live: boolean
}

/** What providers and recipients call with: it may concern anybody, live or test. */
export const FROM_PROVIDER: Pick<Actor, 'creditor' | 'live'> = { creditor: null, live: true }
