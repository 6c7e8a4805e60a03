import type { SlotVerdict } from '../../deliver/rate-gate.ts'
import type { Instant } from '../../model/time.ts'

/** What is known in the moment before a call begins. */
export interface PreflightState {
  now: Instant
  goodUntil: Instant
  switchedOff: 'stopped' | 'paused' | null
  /** Are the switches known as they were a moment ago? */
  switchesKnown: boolean
  routeOpen: boolean
  slot: SlotVerdict
  /** Machine time since the reservation was committed, by the monotonic and by the wall clock, in milliseconds. */
  sinceReserved: { monotonic: number; wall: number }
  leaseMs: number
}

/** `go`; `wait` for the slot; or do not call, surely nothing was sent, and decide again after `waitMs`. */
type PreflightVerdict =
  { kind: 'go' } | { kind: 'wait'; waitMs: number } | { kind: 'not_sent'; why: string; waitMs: number }

/**
 * May the call begin now?
 *
 * The permission was good when it was committed; between then and the call the window may have
 * closed, an operator may have stopped the route, the process may have been frozen (measured:
 * 3.9 s after the reservation under SIGSTOP) or the rate slot missed. Both clocks are asked,
 * because the monotonic one stands still while a machine sleeps.
 */
export function preflight(sight: PreflightState): PreflightVerdict {
  const half = sight.leaseMs / 2
  if (sight.sinceReserved.monotonic >= half || sight.sinceReserved.wall >= half || sight.sinceReserved.wall < -1_000) {
    return { kind: 'not_sent', why: 'lease_half_gone', waitMs: 0 }
  }
  if (sight.now >= sight.goodUntil) return { kind: 'not_sent', why: 'permission_expired', waitMs: 0 }
  if (sight.switchedOff !== null) return { kind: 'not_sent', why: 'switched_off', waitMs: 0 }
  // Somebody may have thrown one meanwhile.
  if (!sight.switchesKnown) return { kind: 'not_sent', why: 'switches_unknown', waitMs: 1_000 }
  if (!sight.routeOpen) return { kind: 'not_sent', why: 'route_resting', waitMs: 5_000 }
  if (sight.slot.kind === 'missed') return { kind: 'not_sent', why: 'slot_missed', waitMs: 0 }
  return sight.slot.kind === 'early' ? { kind: 'wait', waitMs: sight.slot.waitMs } : { kind: 'go' }
}
