import { failureForLog, type Log } from '../model/log-events.ts'

/** A periodic job of a daemon. */
export interface Loop {
  /** How the last run failed; null when it succeeded. */
  readonly problem: string | null
  /** Runs it again without waiting for the interval. */
  nudge(): void
  /** Resolves when the current run has ended; none follows. */
  stop(): Promise<void>
}

const LONGEST_WAIT_MS = 10_000

/**
 * Runs `work` every `everyMs`, never twice at once.
 *
 * `work` resolves to true when there is more to do at once. A failure is logged once and retried with exponential backoff,
 * and recovery is logged: an outage of the ledger makes two lines, not thousands. Not cockatiel's `retry`: this is a
 * schedule, and its waits end at once when it is nudged or stopped.
 */
export function loop(name: string, everyMs: number, log: Log, work: () => Promise<boolean>): Loop {
  let stopped = false
  let problem: string | null = null
  let failures = 0
  let wake: (() => void) | null = null
  let nudged = false
  const wait = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const running = (async () => {
    while (!stopped) {
      nudged = false
      let more = false
      try {
        more = await work()
        if (problem !== null) log.info({ event: 'loop.recovered', loop: name }, 'loop recovered')
        problem = null
        failures = 0
      } catch (error) {
        const failure = failureForLog(error)
        if (problem === null)
          log.error({ event: 'loop.retrying', loop: name, ...failure }, 'loop failing, retrying with backoff')
        problem = `fails: ${[failure.failure, failure.error, failure.code].filter((part) => part !== undefined).join(' ')}`
        failures++
      }
      if (stopped || more || nudged) continue
      await wait(failures === 0 ? everyMs : Math.min(everyMs * 2 ** failures, LONGEST_WAIT_MS))
    }
  })()
  return {
    get problem() {
      return problem
    },
    nudge() {
      nudged = true
      wake?.()
    },
    async stop() {
      stopped = true
      wake?.()
      await running
    },
  }
}
