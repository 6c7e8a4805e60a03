/**
 * Limits a route to its provider's rate, at the time of the call.
 *
 * One gate per route books slots: `take` advances the route's next free instant by weight ÷ rate and returns how long to
 * wait for each. A call begins within `SLOT_TOLERANCE_MS` of its slot or gives the slot up, so with an inner rate of
 * N ÷ (1 + J) no second ever sees more than N units (measured: 48 in the worst second at 50/s, against 100 for a fixed
 * window).
 */
export interface RateGate {
  /**
   * Slots for calls of these weights, in order.
   *
   * @param weights  units each call uses (SMS segments; 1 otherwise)
   * @param pace     how `slowed` switches reduce the rate; absent: not at all
   * @returns        delays in milliseconds relative to this answer's request (t0) and arrival (t1);
   *                 Infinity for a call that would wait longer than `MAX_AHEAD_MS`: not booked
   * @throws         when the store does not answer; no call may be made then
   */
  take(weights: readonly number[], pace?: Pace): Promise<Slots>
  /** How far ahead of now the route is booked, in milliseconds. Also initialises a route never used before. @param smallest  as in `Pace` */
  backlogMs(smallest?: number): Promise<number>
  close(): Promise<void>
}

/**
 * How `slowed` switches reduce a route's rate now, in percent.
 *
 * A slowed call uses as much of the route as it would at that share of the rate, so that no second sees more of them than
 * such a rate allows. Other calls of the route wait behind it: use a separate route where that matters.
 */
export interface Pace {
  /** For each call; 100: not slowed. */
  shares: readonly number[]
  /** The smallest share of any call of the route now: bounds how far ahead the route can be booked. */
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

/** Part of the tolerance reserved for the time from the preflight check to the wire (measured: tens of ms on a busy machine). */
const WAY_TO_WIRE_MS = 20

/**
 * No slot is booked further ahead than this. It bounds what a gate that lost its state must assume: a missing key means
 * that the next second is full.
 */
export const MAX_AHEAD_MS = 1000

/** The rate of a route. */
export interface GateRate {
  /** Units a second that the provider may see in any second. */
  perSecond: number
  /** Units of the largest message expected; heavier ones take more time and never exceed the rate. */
  largestWeight: number
}

/** One call among those booked together, in microseconds from the first free instant. */
interface PlannedSlot {
  /** When it may begin. */
  startMicros: number
  /** When the route is free again after it. */
  endMicros: number
}

/**
 * How fast may slots follow each other, in units a second?
 *
 * Calls lie in [slot, slot + J]. The weights of all calls but the last in any second are
 * less than r × (1 + J), so with r = (N − w + 1) ÷ (1 + J) they and a last one of at most
 * w come to no more than N. Below w units a second, messages go one at a time;
 * below one a second, one in 1 ÷ N seconds.
 */
export function innerRate({ perSecond, largestWeight }: GateRate): number {
  const units = perSecond < 1 ? perSecond : Math.max(Math.floor(perSecond) - largestWeight + 1, 1)
  return units / (1 + SLOT_TOLERANCE_MS / 1000)
}

/** The same route at this share of its rate, in percent. */
export const atShare = (rate: GateRate, share: number): GateRate => ({
  ...rate,
  perSecond: (rate.perSecond * share) / 100,
})

/**
 * When do calls of these weights begin, if the route is free at 0?
 *
 * A call heavier than expected also waits for its surplus beforehand, which keeps the seconds before and after it within
 * the rate.
 *
 * @param shares  of the rate, in percent, for each call; absent: all of it
 */
export function planSlots(weights: readonly number[], rate: GateRate, shares: readonly number[] = []): PlannedSlot[] {
  let free = 0
  return weights.map((weight, index) => {
    const microsPerUnit = 1_000_000 / innerRate(atShare(rate, shares[index] ?? 100))
    const startMicros = free + Math.max(0, weight - rate.largestWeight) * microsPerUnit
    free = startMicros + weight * microsPerUnit
    return { startMicros: Math.round(startMicros), endMicros: Math.round(free) }
  })
}

/**
 * Until when must a gate that lost its state treat the route as full, in microseconds from now?
 *
 * Slots may have been booked up to `aheadMicros` from now, the last of them for a largest message.
 */
export const coldMicros = (rate: GateRate, aheadMicros: number): number =>
  aheadMicros + Math.round((Math.max(1, rate.largestWeight) * 1_000_000) / innerRate(rate))

/** `early`: wait `waitMs` milliseconds; `missed`: give the slot up. */
export type SlotVerdict = { kind: 'early'; waitMs: number } | { kind: 'go' } | { kind: 'missed' }

/**
 * May the call that holds this slot begin now?
 *
 * The store read its clock between request and answer, so a call not before `answeredAt + delay` and not after
 * `askedAt + delay + tolerance`, less the time to the wire, is within the tolerance of its slot by the store's clock,
 * however long the answer took.
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

/** A request to the store of a route's next free instant, in microseconds of the store's clock. */
export interface SlotBooking {
  route: string
  /** Where each call begins and ends, counted from the first free instant. */
  startsMicros: number[]
  endsMicros: number[]
  /** A call that would begin later than this from now is not booked, nor are those after it. */
  aheadMicros: number
  /** If the state was lost, the route is assumed free this far from now; no valid state lies beyond it. */
  coldMicros: number
  /** The state may be older than the last booking (its server restarted): treat it as lost. */
  cold: boolean
}

interface SlotAnswer {
  /** From the store's now to the first free instant, before this booking; 0 when it is free now. */
  waitMicros: number
  /** How many of the calls were booked, counted from the first. */
  granted: number
}

/** Books in one atomic step. @throws when the store does not answer */
type TakeSlots = (booking: SlotBooking) => Promise<SlotAnswer>

/**
 * A rate gate over any store that books atomically.
 *
 * After a failed booking the store is not trusted: it may have restarted with an older state.
 */
export function createRateGate(
  route: string,
  rate: GateRate,
  book: TakeSlots,
  monotonicNow: () => number = () => performance.now(),
): RateGate {
  const aheadMicros = MAX_AHEAD_MS * 1000
  let distrusted = false

  const ask = async (startsMicros: number[], endsMicros: number[], smallest: number): Promise<SlotAnswer> => {
    const wasDistrusted = distrusted
    distrusted = false
    try {
      return await book({
        route,
        startsMicros,
        endsMicros,
        aheadMicros,
        coldMicros: coldMicros(atShare(rate, smallest), aheadMicros),
        cold: wasDistrusted,
      })
    } catch (error) {
      distrusted = true
      throw error
    }
  }

  return {
    async take(weights, pace) {
      const planned = planSlots(weights, rate, pace?.shares)
      const askedAt = monotonicNow()
      const { waitMicros, granted } = await ask(
        planned.map((slot) => slot.startMicros),
        planned.map((slot) => slot.endMicros),
        pace?.smallest ?? 100,
      )
      return {
        askedAt,
        answeredAt: monotonicNow(),
        delaysMs: planned.map((slot, index) =>
          index < granted ? (waitMicros + slot.startMicros) / 1000 : Number.POSITIVE_INFINITY,
        ),
      }
    },
    async backlogMs(smallest = 100) {
      return (await ask([], [], smallest)).waitMicros / 1000
    },
    close: async () => {},
  }
}

/**
 * One booking: the answer, and the next free instant to store.
 *
 * The rule of all three stores, by their own clocks; the Redis script and the SQL statement implement the same.
 *
 * @param free  the stored next free instant, null when there is none
 */
export function bookSlots(free: number | null, now: number, booking: SlotBooking): SlotAnswer & { free: number } {
  const cold = now + booking.coldMicros
  // A state beyond `cold` means that the clock was set back.
  const first = free === null || booking.cold ? cold : Math.max(now, Math.min(free, cold))
  let granted = 0
  for (const start of booking.startsMicros) {
    if (first + start > now + booking.aheadMicros) break
    granted += 1
  }
  return {
    waitMicros: first - now,
    granted,
    free: granted === 0 ? first : first + (booking.endsMicros[granted - 1] as number),
  }
}

/**
 * A rate gate for a process that alone uses its route (the embedded default).
 *
 * An earlier process may have used the last second, so a new gate starts with the next one full.
 *
 * @param monotonicNow  machine monotonic time in milliseconds; given in tests
 */
export function memoryRateGate(
  route: string,
  rate: GateRate,
  monotonicNow: () => number = () => performance.now(),
): RateGate {
  let free: number | null = null
  return createRateGate(
    route,
    rate,
    async (booking) => {
      const answer = bookSlots(free, monotonicNow() * 1000, booking)
      free = answer.free
      return answer
    },
    monotonicNow,
  )
}

/**
 * A rate gate shared by all workers through the ledger's server: one row per route.
 *
 * @param takeSlots  `takeRateSlots` bound to the ledger's pool (never to a transaction, which would hold the row until its
 *                   commit)
 */
export const postgresRateGate = (takeSlots: TakeSlots, route: string, rate: GateRate): RateGate =>
  createRateGate(route, rate, takeSlots)
