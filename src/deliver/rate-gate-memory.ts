import type { GateRate, RateGate } from './rate-gate.ts'
import { bookSlots, gateOver } from './slot-store.ts'

/**
 * A rate gate for one process that is alone with its route (the embedded default).
 *
 * A process before it may have used the last second, so a new gate starts with the
 * next one taken.
 *
 * @param monotonicNow  machine monotonic time in milliseconds; given in tests
 */
export function memoryRateGate(route: string, rate: GateRate, monotonicNow: () => number = () => performance.now()): RateGate {
  let free: number | null = null
  return gateOver(route, rate, async booking => {
    const answer = bookSlots(free, monotonicNow() * 1000, booking)
    free = answer.free
    return answer
  }, monotonicNow)
}
