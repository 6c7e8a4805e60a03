/** Who is told about the queue's health; texts hold no credentials and no personal data. */
export interface DoorbellOptions {
  /** Once when the backend stops answering, and for each error that is not an outage. */
  onError?: (problem: string) => void
  /** Once when it answers again. */
  onRecovered?: () => void
}

/**
 * What a lost or restored queue makes of jobs in hand: expected, repaired by the sweep, and never
 * a failed send. BullMQ words them `Missing key for job …`, `could not renew lock for job …`.
 */
const EXPECTED = /missing (?:key|lock) for job|could not renew lock|lock mismatch|is not in the active state/i

const CONNECTION = /ECONN|EPIPE|ENOTFOUND|EHOSTUNREACH|ETIMEDOUT|EAI_AGAIN|connection is closed|connection terminated|stream isn't writeable|all sentinels|refresh slots cache|command timed out|no answer within|terminating connection|timeout exceeded when trying to connect|57P0/i

/** Tells of an outage once when it begins and once when it ends, however many errors it makes. */
export class Outage {
  readonly #options: DoorbellOptions
  #down = false

  constructor(options: DoorbellOptions) {
    this.#options = options
  }

  note(error: unknown): void {
    const problem = describe(error)
    if (EXPECTED.test(problem)) return
    if (!CONNECTION.test(problem)) return this.#options.onError?.(problem)
    if (this.#down) return
    this.#down = true
    this.#options.onError?.(problem)
  }

  over(): void {
    if (!this.#down) return
    this.#down = false
    this.#options.onRecovered?.()
  }
}

/** One line about an error; a refused connection to several addresses comes as an AggregateError without a message. */
export function describe(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return [...new Set(error.errors.map(describe))].join('; ')
  if (!(error instanceof Error)) return String(error)
  const { code } = error as NodeJS.ErrnoException
  return code === undefined || error.message.includes(code) ? error.message : `${error.message} (${code})`
}
