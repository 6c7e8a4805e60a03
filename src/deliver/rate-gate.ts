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
const WAY_TO_WIRE_MS = 20

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

/** One call's place among those booked together, in microseconds from the first free instant. */
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
 * w come to no more than N. Below w units a second, messages simply go one at a time;
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
 * Where do calls of these weights lie, if the route is free at 0?
 *
 * A call heavier than expected pays its surplus beforehand as well, which keeps it
 * within the rate of the seconds on both its sides.
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
 * What must a gate assume that has lost its memory, in microseconds from now?
 *
 * Slots may have been handed out up to `aheadMicros` from now, and the last of them
 * may have been for a largest message: until then the route counts as full.
 */
export const coldMicros = (rate: GateRate, aheadMicros: number): number =>
  aheadMicros + Math.round((Math.max(1, rate.largestWeight) * 1_000_000) / innerRate(rate))

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

/** What is asked of the place that remembers a route's next free instant. All in microseconds of its own clock. */
export interface SlotBooking {
  route: string
  /** Where each call begins and ends, counted from the first free instant. */
  startsMicros: number[]
  endsMicros: number[]
  /** Calls that would begin later than this from now are not booked; neither are those after them. */
  aheadMicros: number
  /** What is assumed of lost memory: free this far from now. Nothing remembered can honestly lie beyond it. */
  coldMicros: number
  /** The memory may be older than the last booking (its server restarted): take it for lost. */
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
 * After a booking that failed the store's memory is not trusted: it may have come back
 * from a restart with an older state.
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
 * One booking, worked out: what the memory says before, and what it must say after.
 *
 * The rule that all three stores follow, in numbers of their own clock; the Redis script
 * and the SQL statement say the same in their language.
 *
 * @param free  the remembered next free instant, null when there is none
 */
export function bookSlots(free: number | null, now: number, booking: SlotBooking): SlotAnswer & { free: number } {
  const cold = now + booking.coldMicros
  // Further ahead than anything can be booked: then the clock went back under it.
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
 * A rate gate for one process that is alone with its route (the embedded default).
 *
 * A process before it may have used the last second, so a new gate starts with the
 * next one taken.
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
 * @param takeSlots  the ledger's question `takeRateSlots`, bound to its pool (never to a
 *                   transaction, which would hold the row until its commit)
 */
export const postgresRateGate = (takeSlots: TakeSlots, route: string, rate: GateRate): RateGate =>
  createRateGate(route, rate, takeSlots)
