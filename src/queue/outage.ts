import { isUnreachable } from '../model/database-failure.ts'

/** Who is told about the queue's health; texts hold no credentials and no personal data. */
export interface DoorbellOptions {
  /** Once when the backend, or a part of it, stops answering, and for each error that is not an outage. */
  onError?: (problem: string) => void
  /** Once when all of it answers again. */
  onRecovered?: () => void
}

/**
 * What a lost or restored queue makes of jobs in hand: expected, repaired by the sweep, and never
 * a failed send. BullMQ words them `Missing key for job …`, `could not renew lock for job …`.
 */
const EXPECTED = /missing (?:key|lock) for job|could not renew lock|lock mismatch|is not in the active state/i

/** What ioredis, Redis and our own deadline say, without a code, of a Redis that cannot be reached or does not serve. */
const REDIS_AWAY =
  /connection is closed|stream isn't writeable|all sentinels|refresh slots cache|startup nodes|cluster isn't ready|cluster redirections|CLUSTERDOWN|READONLY|LOADING|MASTERDOWN|command timed out|no answer within/i

/** Every part of the backend at once. */
const WHOLE = 'whole'

/** Tells of an outage once when it begins and once when it ends, however many errors and parts it has. */
export class Outage {
  readonly #options: DoorbellOptions
  readonly #down = new Set<string>()

  constructor(options: DoorbellOptions) {
    this.#options = options
  }

  /** @param part  which queue does not answer; the others may */
  note(error: unknown, part: string = WHOLE): void {
    const problem = describe(error)
    if (EXPECTED.test(problem)) return
    if (!isUnreachable(error) && !REDIS_AWAY.test(problem)) return this.#options.onError?.(problem)
    const begins = this.#down.size === 0
    this.#down.add(part)
    if (begins) this.#options.onError?.(problem)
  }

  /** @param part  the queue that answers; when none is named, the connection to all of them stands again */
  over(part: string = WHOLE): void {
    if (this.#down.size === 0) return
    if (part === WHOLE) this.#down.clear()
    else {
      this.#down.delete(part)
      this.#down.delete(WHOLE)
    }
    if (this.#down.size === 0) this.#options.onRecovered?.()
  }
}

/** One line about an error; a refused connection to several addresses comes as an AggregateError without a message. */
export function describe(error: unknown): string {
  if (error instanceof AggregateError && error.message === '')
    return [...new Set(error.errors.map(describe))].join('; ')
  if (!(error instanceof Error)) return String(error)
  const { code } = error as NodeJS.ErrnoException
  return code === undefined || error.message.includes(code) ? error.message : `${error.message} (${code})`
}
