/**
 * Holds a route to its provider's rate, at the call.
 *
 * One gate per route hands out slots: `take` moves the route's next free instant on
 * by weight ÷ rate and answers how long to wait for each. A call begins within
 * `SLOT_TOLERANCE_MS` of its slot or gives the slot up, so with an inner rate of
 * N ÷ (1 + J) no second ever sees more than N units (experiments: 48 in the worst
 * second at 50/s, against 100 for a fixed window).
 */
export interface RateGate {
  /**
   * Slots for calls of these weights, in order.
   *
   * @param weights  units each call uses (SMS segments; 1 otherwise)
   * @param pace     how slow switches bring the route down; absent: not at all
   * @returns        delays in milliseconds relative to this answer's request (t0) and arrival (t1);
   *                 Infinity for a call that would have to wait longer than `MAX_AHEAD_MS`: nothing was booked for it
   * @throws         when the gate's store does not answer; no call may be made then
   */
  take(weights: readonly number[], pace?: Pace): Promise<Slots>
  /** How far ahead of now the route is already booked, in milliseconds. Asking also opens a route never used before. @param smallest  as in `Pace` */
  backlogMs(smallest?: number): Promise<number>
  close(): Promise<void>
}

/**
 * How slow switches bring a route down at this moment, in percent of its rate.
 *
 * A slowed call takes the room on the route that it would take on one of that share of the
 * rate, so that in any second no more of them begin than such a route would let through. What
 * shares the route waits behind it: slow a route of its own where that matters.
 */
export interface Pace {
  /** For each call; 100: not slowed. */
  shares: readonly number[]
  /** The smallest that any call of the route may have now: so far ahead may the route honestly be booked. */
  smallest: number
}

export interface Slots {
  /** Machine monotonic time (performance.now) before asking. */
  askedAt: number
  /** Machine monotonic time after the answer. */
  answeredAt: number
  /** Per weight: delay in ms by the gate's own clock. Call not before answeredAt + delay, not after askedAt + delay + tolerance. */
  delaysMs: number[]
}

/** J: a slot missed by more than this is given up. */
export const SLOT_TOLERANCE_MS = 50

/** Of that, what the last look before the call leaves for the way from there to the wire (measured: tens of ms on a crowded machine). */
export const WAY_TO_WIRE_MS = 20

/**
 * No slot is handed out further ahead than this. It bounds what a gate that lost its
 * memory must assume: a missing key means that the next second is already full.
 */
export const MAX_AHEAD_MS = 1000

/** What a gate must know of its route. */
export interface GateRate {
  /** Units a second that the provider may see in any second. */
  perSecond: number
  /** Units of the largest message expected; heavier ones cost more time, never more rate. */
  largestWeight: number
}
