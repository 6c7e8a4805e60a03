import { ConstantBackoff, handleAll, retry } from 'cockatiel'
import { failureForLog, type Log } from '../model/log-events.ts'
import type { Ledger } from '../record/ledger.ts'
import { listenForPlanner, ringPlanner } from '../record/claim.ts'

/** Ringings that come closer together than this are one: an import commits many times in it. */
const TOGETHER_MS = 10
/** A broken connection is tried again after two seconds; meanwhile the planner looks by itself, as it always does. */
const listening = retry(handleAll, { backoff: new ConstantBackoff(2_000) }).dangerouslyUnref()

/**
 * Wakes the planner when something was accepted, so that a lone reminder does not wait for its next look.
 *
 * In this process directly, in others through the ledger. Only a convenience: a ringing that is lost
 * costs one interval of the planner's, nothing else.
 */
export class PlannerBell {
  readonly #ledger: Ledger
  readonly #log: Log
  #nudge: (() => void) | null = null
  #listening: { stop(): void } | null = null
  #timer: NodeJS.Timeout | null = null
  #rangAgain = false
  #closed = false

  constructor(ledger: Ledger, log: Log) {
    this.#ledger = ledger
    this.#log = log
  }

  /** Something may be due that was not. Returns at once and never fails. */
  readonly ring = (): void => {
    if (this.#closed) return
    if (this.#timer !== null) {
      this.#rangAgain = true
      return
    }
    this.#sound()
    this.#timer = setTimeout(() => {
      this.#timer = null
      if (!this.#rangAgain) return
      this.#rangAgain = false
      this.ring()
    }, TOGETHER_MS).unref()
  }

  /** The planner runs here: `nudge` is called when anybody rings, in any process. */
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

  #sound(): void {
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

  /** Rejects when the connection breaks, or when there is none; resolves only when there is nothing more to listen for. */
  #listenUntilBroken(nudge: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return resolve()
      const broken = (): void => {
        this.#listening = null
        reject(new Error('the connection that listens broke'))
      }
      listenForPlanner(this.#ledger.pool, nudge, broken)
        .then((connection) => {
          if (this.#closed) {
            connection.stop()
            return resolve()
          }
          this.#listening = connection
          // What was accepted while nobody listened.
          nudge()
        })
        .catch(reject)
    })
  }
}
