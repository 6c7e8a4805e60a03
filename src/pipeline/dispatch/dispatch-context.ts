import type { CompiledPack } from '../../decide/packs.ts'
import type { AttemptKey, Provider } from '../../deliver/provider.ts'
import type { RateGate } from '../../deliver/rate-gate.ts'
import type { Message } from '../../model/message.ts'
import type { Route } from '../../model/route.ts'
import type { Instant } from '../../model/time.ts'
import type { Kind } from '../../model/vocabulary.ts'
import type { SwitchBoard } from './switch-board.ts'

/** A permission to call: committed, counted, and good until `goodUntil`. */
export interface Reserved {
  attempt: AttemptKey
  /** Business time. */
  reservedAt: Instant
  live: boolean
  kind: Kind
  to: string
  message: Message
  weight: number
  validForSeconds: number
  unsubscribeUrl: string | null
  /** Business time at and after which no call may begin. */
  goodUntil: Instant
  /** Tries that providers have failed before this one. */
  spent: number
  /** What switches are matched against in the preflight. */
  scope: Parameters<DispatchContext['switches']['closed']>[0]
}

/**
 * What one worker needs to dispatch one route's reminders.
 *
 * `testProvider` takes every reminder registered with a test key, so that such a key
 * never reaches a real provider, whatever provider the route has.
 */
export interface DispatchContext {
  readonly route: Route
  readonly provider: Provider
  readonly testProvider: Provider
  readonly gate: RateGate
  readonly packs: readonly CompiledPack[]
  readonly switches: SwitchBoard
  /** Names this process in attempts, for fault finding. */
  readonly worker: string
  /** Is business time to be trusted at this moment? */
  readonly clockCertain: () => boolean
  /** The one-click unsubscribe page for this address; null when no public URL is configured. */
  readonly optOutUrl: (recipientAddressId: string) => string | null
  readonly limits: DispatchLimits
}

/** All in milliseconds of machine time. */
export interface DispatchLimits {
  /** An attempt not settled by then is in doubt. */
  leaseMs: number
  /** Total time of one provider call; less than half the lease. */
  callMs: number
  /** Reserve only while the rate gate is booked less far ahead than this. */
  backlogMs: number
  /** A rate slot further ahead than this counts as missed: the attempt ends as not sent. */
  slotMs: number
}

export const DISPATCH_LIMITS: DispatchLimits = { leaseMs: 90_000, callMs: 35_000, backlogMs: 200, slotMs: 2_000 }

/** The provider for a reminder: the route's own, or the test provider for one registered with a test key. */
export const providerFor = (context: Pick<DispatchContext, 'provider' | 'testProvider'>, live: boolean): Provider =>
  live ? context.provider : context.testProvider
