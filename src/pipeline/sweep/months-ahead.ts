import { performance } from 'node:perf_hooks'
import { HOUR } from '../../model/instant.ts'
import { makeMonths } from '../../record/partitions/make-months.ts'
import { monthOf } from '../../record/partitions/months.ts'
import type { Shell } from '../shell.ts'

/** Others wait behind a lock that is waited for, so not for long; the next round tries again. */
const LOCK_TIMEOUT_MS = 200

/** Sees to it that the ledger has pieces for the months to come. One for each sweeper. */
export class MonthsAhead {
  readonly #shell: Shell
  /** Machine time. */
  #nextLook = 0
  #seen = ''

  constructor(shell: Shell) {
    this.#shell = shell
  }

  /** Looks once an hour, and at once when either clock has come to another month. A failure is reported and harms nobody: rows without a month have a place. */
  async pass(): Promise<void> {
    const { ledger, clock, log } = this.#shell
    const now = { machine: Date.now(), business: clock.now() }
    const months = `${monthOf(now.machine)} ${monthOf(now.business)}`
    if (months === this.#seen && performance.now() < this.#nextLook) return
    try {
      const { made, moved, busy } = await makeMonths(ledger.db, now, LOCK_TIMEOUT_MS)
      if (made.length > 0) log.info({ event: 'partitions.created', made, moved }, 'monthly partitions created')
      if (busy) return
    } catch (error) {
      log.error({ event: 'partitions.failed', error: (error as Error).message }, 'monthly partitions not created; rows go to the default partition meanwhile')
    }
    this.#seen = months
    this.#nextLook = performance.now() + HOUR
  }
}
