import { ConstantBackoff, handleAll, retry } from 'cockatiel'
import { failureForLog, type Log } from '../model/log-events.ts'
import type { Ledger } from '../record/ledger.ts'
import { listenForPlanner, ringPlanner } from '../record/claim.ts'

/** Rings within this interval are coalesced: an import commits many times in it. */
const COALESCE_MS = 10
/** A broken connection is opened again after two seconds; the planner polls meanwhile. */
const listening = retry(handleAll, { backoff: new ConstantBackoff(2_000) }).dangerouslyUnref()

/**
 * Wakes the planner when something was accepted, so that it need not wait for the planner's next poll.
 *
 * In this process directly, in others by NOTIFY of the ledger. An optimisation: a lost ring costs one poll interval.
 */
export class PlannerBell {
  readonly #ledger: Ledger
  readonly #log: Log
  #nudge: (() => void) | null = null
  #listening: { stop(): void } | null = null
  #timer: NodeJS.Timeout | null = null
  #pending = false
  #closed = false

  constructor(ledger: Ledger, log: Log) {
    this.#ledger = ledger
    this.#log = log
  }

  /** Wakes the planner. Returns at once and never fails. */
  readonly ring = (): void => {
    if (this.#closed) return
    if (this.#timer !== null) {
      this.#pending = true
      return
    }
    this.#wake()
    this.#timer = setTimeout(() => {
      this.#timer = null
      if (!this.#pending) return
      this.#pending = false
      this.ring()
    }, COALESCE_MS).unref()
  }

  /** Called in the planner's process: `nudge` runs at each ring of any process. */
  listen(nudge: () => void): void {
    this.#nudge = nudge
    // The embedded ledger has no other process.
    if (!this.#ledger.embedded) void listening.execute(() => this.#listenUntilBroken(nudge))
  }

  close(): void {
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#listening?.stop()
  }

  #wake(): void {
    if (this.#nudge !== null) this.#nudge()
    else if (!this.#ledger.embedded) {
      ringPlanner(this.#ledger.pool).catch((error: unknown) =>
        this.#log.debug(
          { event: 'planner.not_woken', ...failureForLog(error) },
          'planner not woken; it polls by itself',
        ),
      )
    }
  }

  /** Rejects when the connection breaks or cannot be opened; resolves once closed. */
  #listenUntilBroken(nudge: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return resolve()
      const broken = (): void => {
        this.#listening = null
        reject(new Error('the LISTEN connection broke'))
      }
      listenForPlanner(this.#ledger.pool, nudge, broken)
        .then((connection) => {
          if (this.#closed) {
            connection.stop()
            return resolve()
          }
          this.#listening = connection
          // For rings while there was no connection.
          nudge()
        })
        .catch(reject)
    })
  }
}
