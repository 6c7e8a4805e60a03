import { TaskCancelledError, timeout, TimeoutStrategy } from 'cockatiel'
import { failureInWords, isUnreachable } from '../model/database-failure.ts'

/** Callbacks for the queue's health; texts hold no credentials and no personal data. */
export interface DoorbellOptions {
  /** Once when the backend, or one of its queues, stops answering, and for each error that is not an outage. */
  onError?: (problem: string) => void
  /** Once when all of it answers again. */
  onRecovered?: () => void
}

/**
 * Errors of jobs in progress when a queue is lost or restored: expected, repaired by the sweep, and never
 * a failed send. BullMQ's messages are `Missing key for job …`, `could not renew lock for job …`.
 */
const EXPECTED = /missing (?:key|lock) for job|could not renew lock|lock mismatch|is not in the active state/i

/** Messages without a code by which ioredis, Redis and our own timeout report a Redis that is unreachable or not serving. */
const REDIS_UNREACHABLE =
  /connection is closed|stream isn't writeable|all sentinels|refresh slots cache|startup nodes|cluster isn't ready|cluster redirections|CLUSTERDOWN|READONLY|LOADING|MASTERDOWN|command timed out|no answer within/i

/** All queues of the backend. */
const ALL_QUEUES = '*'

/** Reports an outage once when it begins and once when it ends, however many errors and queues are involved. */
export class Outage {
  readonly #options: DoorbellOptions
  readonly #down = new Set<string>()

  constructor(options: DoorbellOptions) {
    this.#options = options
  }

  /** @param queue  the queue that does not answer; the others may */
  reportError(error: unknown, queue: string = ALL_QUEUES): void {
    const problem = failureInWords(error)
    // PostgreSQL's words are read here and told to nobody.
    if (EXPECTED.test(problem) || (error instanceof Error && EXPECTED.test(error.message))) return
    if (!isUnreachable(error) && !REDIS_UNREACHABLE.test(problem)) return this.#options.onError?.(problem)
    const begins = this.#down.size === 0
    this.#down.add(queue)
    if (begins) this.#options.onError?.(problem)
  }

  /** @param queue  the queue that answers; when none is given, the connection to all of them is restored */
  reportRecovery(queue: string = ALL_QUEUES): void {
    if (this.#down.size === 0) return
    if (queue === ALL_QUEUES) this.#down.clear()
    else {
      this.#down.delete(queue)
      this.#down.delete(ALL_QUEUES)
    }
    if (this.#down.size === 0) this.#options.onRecovered?.()
  }
}

/**
 * Waits for `work` for at most `ms`.
 *
 * @returns  the result of `work`, or of `otherwise` on a timeout or a failure; late results and failures are dropped
 */
export async function withTimeout<T, U>(
  ms: number,
  work: Promise<T>,
  otherwise: (error: unknown) => U,
): Promise<T | U> {
  // `work` has begun and cannot be cancelled, so nothing is aborted; that also saves half of the 13 µs it costs.
  const limit = timeout(ms, { strategy: TimeoutStrategy.Aggressive, abortOnReturn: false })
  try {
    return await limit.execute(() => work)
  } catch (error) {
    return otherwise(error instanceof TaskCancelledError ? new Error(`no answer within ${ms} ms`) : error)
  }
}
