import type { SlotVerdict } from '../../deliver/rate-gate.ts'
import type { Instant } from '../../model/time.ts'

/** The state in the moment before a call begins. */
export interface PreflightState {
  now: Instant
  goodUntil: Instant
  switchedOff: 'stopped' | 'paused' | null
  /** The process drains: what has not begun is left to others, or to its next start. */
  stopping: boolean
  /** False: the switches were last read too long ago to act on. */
  switchesKnown: boolean
  routeOpen: boolean
  slot: SlotVerdict
  /** Machine time since the reservation was committed, by the monotonic and by the wall clock, in milliseconds. */
  sinceReserved: { monotonic: number; wall: number }
  leaseMs: number
}

/** `go`; `wait` for the slot; `not_sent`: do not call, and decide again after `waitMs`. */
type PreflightVerdict =
  { kind: 'go' } | { kind: 'wait'; waitMs: number } | { kind: 'not_sent'; why: string; waitMs: number }

/**
 * May the call begin now?
 *
 * The permission was good when it was committed; between then and the call the window may have
 * closed, an operator may have stopped the route, the process may have been frozen (measured:
 * 3.9 s after the reservation under SIGSTOP) or the rate slot missed. Both clocks are compared,
 * because the monotonic one stands still while a machine sleeps.
 */
export function preflight(state: PreflightState): PreflightVerdict {
  const halfLeaseMs = state.leaseMs / 2
  if (
    state.sinceReserved.monotonic >= halfLeaseMs ||
    state.sinceReserved.wall >= halfLeaseMs ||
    state.sinceReserved.wall < -1_000
  ) {
    return { kind: 'not_sent', why: 'lease_half_gone', waitMs: 0 }
  }
  if (state.now >= state.goodUntil) return { kind: 'not_sent', why: 'permission_expired', waitMs: 0 }
  if (state.stopping) return { kind: 'not_sent', why: 'stopping', waitMs: 0 }
  if (state.switchedOff !== null) return { kind: 'not_sent', why: 'switched_off', waitMs: 0 }
  // One may have been thrown meanwhile.
  if (!state.switchesKnown) return { kind: 'not_sent', why: 'switches_unknown', waitMs: 1_000 }
  if (!state.routeOpen) return { kind: 'not_sent', why: 'route_resting', waitMs: 5_000 }
  if (state.slot.kind === 'missed') return { kind: 'not_sent', why: 'slot_missed', waitMs: 0 }
  return state.slot.kind === 'early' ? { kind: 'wait', waitMs: state.slot.waitMs } : { kind: 'go' }
}
