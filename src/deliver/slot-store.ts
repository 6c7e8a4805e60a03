import { MAX_AHEAD_MS, type GateRate, type RateGate } from './rate-gate.ts'
import { atShare, coldMicros, planSlots } from './rate-plan.ts'

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

export interface SlotAnswer {
  /** From the store's now to the first free instant, before this booking; 0 when it is free now. */
  waitMicros: number
  /** How many of the calls were booked, counted from the first. */
  granted: number
}

/** Books in one atomic step. @throws when the store does not answer */
export type TakeSlots = (booking: SlotBooking) => Promise<SlotAnswer>

/**
 * A rate gate over any store that books atomically.
 *
 * After a booking that failed the store's memory is not trusted: it may have come back
 * from a restart with an older state.
 */
export function gateOver(route: string, rate: GateRate, book: TakeSlots, monotonicNow: () => number = () => performance.now()): RateGate {
  const aheadMicros = MAX_AHEAD_MS * 1000
  let distrusted = false

  const ask = async (startsMicros: number[], endsMicros: number[], smallest: number): Promise<SlotAnswer> => {
    const wasDistrusted = distrusted
    distrusted = false
    try {
      return await book({ route, startsMicros, endsMicros, aheadMicros, coldMicros: coldMicros(atShare(rate, smallest), aheadMicros), cold: wasDistrusted })
    } catch (error) {
      distrusted = true
      throw error
    }
  }

  return {
    async take(weights, pace) {
      const planned = planSlots(weights, rate, pace?.shares)
      const askedAt = monotonicNow()
      const { waitMicros, granted } = await ask(planned.map(slot => slot.startMicros), planned.map(slot => slot.endMicros), pace?.smallest ?? 100)
      return {
        askedAt,
        answeredAt: monotonicNow(),
        delaysMs: planned.map((slot, index) => (index < granted ? (waitMicros + slot.startMicros) / 1000 : Number.POSITIVE_INFINITY)),
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
  return { waitMicros: first - now, granted, free: granted === 0 ? first : first + (booking.endsMicros[granted - 1] as number) }
}
