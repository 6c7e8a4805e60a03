import { vi } from 'vitest'

/** For what hangs, not for what is slow; less than a test may last, so that a failure says what was waited for. */
export const PATIENCE_MS = 200_000

/**
 * Tries this until it passes, and answers what it answers.
 *
 * For what another process, or a later turn of this one, brings about. What a peer has seen is no proof that the ledger says so: a call is
 * settled, and a notice ticked off, only after it was made.
 */
export const eventually = <T>(check: () => T | Promise<T>, everyMs = 50): Promise<T> =>
  vi.waitFor(check, { timeout: PATIENCE_MS, interval: everyMs })
