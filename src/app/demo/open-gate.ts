import type { RateGate } from '../../deliver/rate-gate.ts'

/**
 * A gate that holds nothing back: each slot is now, and stays good.
 *
 * Captured messages have no provider whose rate they could exceed. A gate that keeps machine time would make a
 * busy machine miss its slots and decide the same reminder over and over, while business time stands still.
 */
export const openGate = (): RateGate => ({
  take: async (weights) => ({ askedAt: Infinity, answeredAt: 0, delaysMs: weights.map(() => 0) }),
  backlogMs: async () => 0,
  close: async () => {},
})
