import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhenResult, BrokenCircuitError } from 'cockatiel'
import type { CallOutcome } from '../model/delivery.ts'

type BreakerState = 'closed' | 'open' | 'half-open'

/** A circuit breaker: stops calls on one route while it fails. */
export interface Breaker {
  /** `closed`: calling; `open`: not calling; `half-open`: one trial call. For health, metrics and the preflight check. */
  readonly state: BreakerState
  /** May a call be made now? Turns true again once the pause is over. */
  admits(): boolean
  /** Makes the call if the circuit admits one; null when not: certainly not sent, no attempt used. */
  run(call: () => Promise<CallOutcome>): Promise<CallOutcome | null>
  /** Calls `listener` at each change of state; returns its removal. */
  onChange(listener: (state: BreakerState) => void): () => void
}

interface BreakerOptions {
  /** Consecutive failures that open the circuit. */
  failures: number
  /** How long until a trial call, in milliseconds of machine time. */
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
 * Counts failures of the route: no connection, refused credentials, no clear answer. A wrong number, an opt-out or refused
 * content is a failure of the reminder, and throttling is handled by the rate gate; those close the circuit as a success
 * does.
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
      // cockatiel would make it wait for the trial call in flight, past its rate slot.
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

/** Is this outcome a failure of the route? */
export const countsAgainstRoute = (outcome: CallOutcome): boolean =>
  outcome.kind === 'unknown' ||
  (outcome.kind === 'rejected' && (outcome.class === 'configuration' || outcome.class === 'retriable'))
