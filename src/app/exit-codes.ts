import type { ErrorCode } from '../model/errors.ts'

/**
 * What the process says to whoever started it. Public: workers/README.md lists them, and service managers act on them.
 * 57 is graphile/worker's custom; 69 and 78 are sysexits(3) EX_UNAVAILABLE and EX_CONFIG.
 */
export const EXIT = {
  done: 0,
  failed: 1,
  badInput: 2,
  /** The ledger was migrated by a newer build: do not restart this one. */
  schemaNewer: 57,
  /** The ledger, the queue or the data directory cannot be had now: restarting later may help. */
  unavailable: 69,
  /** The configuration is wrong: restarting does not help. */
  badConfig: 78,
  /** A second signal ended it before it had drained. */
  aborted: 130,
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

const BY_ERROR: Partial<Record<ErrorCode, ExitCode>> = {
  DECORUM_BAD_INPUT: EXIT.badInput,
  DECORUM_MALFORMED_JSON: EXIT.badInput,
  DECORUM_BODY_TOO_LARGE: EXIT.badInput,
  DECORUM_SCHEMA_NEWER: EXIT.schemaNewer,
  DECORUM_SCHEMA_FOREIGN: EXIT.badConfig,
  DECORUM_SCHEMA_OLDER: EXIT.badConfig,
  DECORUM_LEDGER_UNAVAILABLE: EXIT.unavailable,
  DECORUM_QUEUE_UNAVAILABLE: EXIT.unavailable,
  DECORUM_DATA_DIR_LOCKED: EXIT.unavailable,
  DECORUM_CONFIG: EXIT.badConfig,
  DECORUM_KEY_MISSING: EXIT.badConfig,
  DECORUM_VIRTUAL_CLOCK: EXIT.badConfig,
}

/** Which exit code tells of this error? */
export const exitCodeOf = (code: ErrorCode): ExitCode => BY_ERROR[code] ?? EXIT.failed
