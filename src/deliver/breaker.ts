import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhenResult, BrokenCircuitError } from 'cockatiel'
import type { CallOutcome } from '../model/delivery.ts'

type BreakerState = 'closed' | 'open' | 'half-open'

/** Watches one route and stops calling while it fails. */
export interface Breaker {
  /** `closed`: calling; `open`: not calling; `half-open`: one call may try. For health, metrics and the last look before a call. */
  readonly state: BreakerState
  /** May a call be made now? Turns true again once the pause is over. */
  admits(): boolean
  /** Makes the call if the route admits one; null when it does not: surely not sent, no attempt spent. */
  run(call: () => Promise<CallOutcome>): Promise<CallOutcome | null>
  /** Tells of each change of state; answers how to stop listening. */
  onChange(listener: (state: BreakerState) => void): () => void
}

interface BreakerOptions {
  /** Failures in a row before the route is left alone. */
  failures: number
  /** How long before one call may try again, in milliseconds of machine time. */
  pauseMs: number
}

const STATES: Record<CircuitState, BreakerState> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Isolated]: 'open',
}

/**
 * A circuit breaker per route.
 *
 * Counts what tells against the route: no connection, refused credentials, no clear
 * answer. A wrong number, an opt-out or refused content tells against the reminder, and
 * throttling is the rate's business; those close the circuit as a success does.
 */
export function breaker(options: BreakerOptions = { failures: 5, pauseMs: 30_000 }): Breaker {
  let openedAt = 0
  const policy = circuitBreaker(
    handleWhenResult((outcome) => countsAgainstRoute(outcome as CallOutcome)),
    {
      halfOpenAfter: options.pauseMs,
      breaker: new ConsecutiveBreaker(options.failures),
    },
  )
  policy.onBreak(() => {
    openedAt = Date.now()
  })

  return {
    get state() {
      return STATES[policy.state]
    },
    admits() {
      return (
        policy.state === CircuitState.Closed ||
        (policy.state === CircuitState.Open && Date.now() - openedAt >= options.pauseMs)
      )
    },
    async run(call) {
      // cockatiel would let it wait for the trial call in flight, past its rate slot.
      if (policy.state === CircuitState.HalfOpen) return null
      try {
        return await policy.execute(call)
      } catch (error) {
        if (error instanceof BrokenCircuitError) return null
        throw error
      }
    },
    onChange(listener) {
      const subscription = policy.onStateChange((state) => listener(STATES[state]))
      return () => subscription.dispose()
    },
  }
}

/** Does this outcome say that the route itself is unwell? */
export const countsAgainstRoute = (outcome: CallOutcome): boolean =>
  outcome.kind === 'unknown' ||
  (outcome.kind === 'rejected' && (outcome.class === 'configuration' || outcome.class === 'retriable'))
