import { SLOT_TOLERANCE_MS, WAY_TO_WIRE_MS, type Slots } from './rate-gate.ts'

/** May a call begin at this moment? `early` says how many milliseconds to wait; `missed` means: give the slot up. */
export type SlotVerdict = { kind: 'early'; waitMs: number } | { kind: 'go' } | { kind: 'missed' }

/**
 * May the call that holds this slot begin now?
 *
 * The gate's clock read "now" somewhere between asking and answering, so a call not
 * before `answeredAt + delay` and not after `askedAt + delay + tolerance`, less the way to
 * the wire, lies within the tolerance of its slot by the gate's own clock, however long the answer took.
 *
 * @param monotonicNow  machine monotonic time (performance.now), in milliseconds
 */
export function mayCallAt(slots: Slots, index: number, monotonicNow: number): SlotVerdict {
  const delay = slots.delaysMs[index]
  if (delay === undefined || !Number.isFinite(delay)) return { kind: 'missed' }
  const earliest = slots.answeredAt + delay
  const latest = slots.askedAt + delay + SLOT_TOLERANCE_MS - WAY_TO_WIRE_MS
  if (latest < earliest || monotonicNow > latest) return { kind: 'missed' }
  return monotonicNow < earliest ? { kind: 'early', waitMs: earliest - monotonicNow } : { kind: 'go' }
}
