import { TaskCancelledError, timeout, TimeoutStrategy } from 'cockatiel'

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

/**
 * A counting semaphore: limits how many run at once; the others wait in order of arrival.
 *
 * Not cockatiel's `bulkhead`, which is as fast (0.1 µs a run, measured) but frees a permit a few microtasks
 * before the longest waiter takes it: a new arrival can take it first and send that waiter back to the end
 * of the queue, so that it starves under load.
 */
export class Semaphore {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(permits: number) {
    this.#free = permits
  }

  /** Runs the work as soon as a permit is free. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      // The permit passes directly to the longest waiter.
      const next = this.#waiting.shift()
      if (next === undefined) this.#free += 1
      else next()
    }
  }
}
