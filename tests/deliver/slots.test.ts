import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bookSlots,
  coldMicros,
  createRateGate,
  innerRate,
  MAX_AHEAD_MS,
  mayCallAt,
  planSlots,
  SLOT_TOLERANCE_MS,
  type SlotBooking,
  type Slots,
} from '../../src/deliver/rate-gate.ts'

describe('a slot', () => {
  // Asked at 1000, answered at 1010: the gate's own clock said "now" somewhere in between.
  const slots: Slots = { askedAt: 1000, answeredAt: 1010, delaysMs: [0, 100, Number.POSITIVE_INFINITY] }

  it.each([
    [0, 1005, { kind: 'early', waitMs: 5 }],
    [0, 1010, { kind: 'go' }],
    [0, 1030, { kind: 'go' }],
    [0, 1030.1, { kind: 'missed' }],
    [1, 1010, { kind: 'early', waitMs: 100 }],
    [1, 1110, { kind: 'go' }],
    [1, 1130, { kind: 'go' }],
    [1, 1131, { kind: 'missed' }],
    [2, 1010, { kind: 'missed' }],
    [3, 1010, { kind: 'missed' }],
  ])('%i at %f ms', (index, now, verdict) => {
    expect(mayCallAt(slots, index, now)).toEqual(verdict)
  })

  it('is of no use when the answer took longer than its tolerance', () => {
    expect(mayCallAt({ askedAt: 0, answeredAt: SLOT_TOLERANCE_MS + 1, delaysMs: [10] }, 0, 60)).toEqual({
      kind: 'missed',
    })
  })

  it("that is used as allowed lies within its tolerance by the gate's clock, however long the answer took", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 200, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 500, noNaN: true }),
        fc.double({ min: 0, max: 800, noNaN: true }),
        (roundTrip, when, delay, now) => {
          const gateNow = roundTrip * when
          if (mayCallAt({ askedAt: 0, answeredAt: roundTrip, delaysMs: [delay] }, 0, now).kind !== 'go') return
          expect(now).toBeGreaterThanOrEqual(gateNow + delay - 1e-6)
          expect(now).toBeLessThanOrEqual(gateNow + delay + SLOT_TOLERANCE_MS + 1e-6)
        },
      ),
    )
  })
})

describe('the plan of slots', () => {
  it.each([
    [50, 1, 50 / 1.05],
    [50, 4, 47 / 1.05],
    [1, 1, 1 / 1.05],
    [2, 4, 1 / 1.05],
    [0.2, 1, 0.2 / 1.05],
    [1.9, 1, 1 / 1.05],
  ])('of %d a second, at most %i units a message, runs at %d', (perSecond, largestWeight, rate) => {
    expect(innerRate({ perSecond, largestWeight })).toBeCloseTo(rate, 9)
  })

  it('keeps every second within the rate, for any weights, at the worst use of the tolerance', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 8 }),
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 2, maxLength: 120 }),
        fc.infiniteStream(fc.boolean()),
        (perSecond, largestWeight, drawn, lateness) => {
          const weights = drawn.map((weight) => Math.min(weight, perSecond))
          const calls = planSlots(weights, { perSecond, largestWeight }).map((slot, index) => ({
            at: slot.startMicros + (lateness.next().value === true ? SLOT_TOLERANCE_MS * 1000 : 0),
            weight: weights[index] as number,
          }))
          for (const { at } of calls) {
            const seen = calls
              .filter((call) => call.at >= at && call.at < at + 1_000_000 - 1)
              .reduce((sum, call) => sum + call.weight, 0)
            expect(seen).toBeLessThanOrEqual(perSecond)
          }
        },
      ),
    )
  })
})

describe('a booking', () => {
  const rate = { perSecond: 10, largestWeight: 1 }
  const cold = coldMicros(rate, MAX_AHEAD_MS * 1000)
  const booking = (more: Partial<SlotBooking> = {}): SlotBooking => ({
    route: 'r',
    startsMicros: [0, 105_000],
    endsMicros: [105_000, 210_000],
    aheadMicros: 1_000_000,
    coldMicros: cold,
    cold: false,
    ...more,
  })

  it('begins now when the route is free, and saves nothing up', () => {
    expect(bookSlots(1_000, 9_000_000, booking())).toEqual({ waitMicros: 0, granted: 2, free: 9_210_000 })
  })

  it('begins where the last one ended', () => {
    expect(bookSlots(9_500_000, 9_000_000, booking())).toEqual({ waitMicros: 500_000, granted: 2, free: 9_710_000 })
  })

  it('takes a lost memory for a second that is full', () => {
    expect(bookSlots(null, 9_000_000, booking())).toEqual({ waitMicros: cold, granted: 0, free: 9_000_000 + cold })
    expect(bookSlots(8_000_000, 9_000_000, booking({ cold: true })).waitMicros).toBe(cold)
  })

  it("does not stand still for hours when the store's clock went back", () => {
    expect(bookSlots(9_000_000 + 7_200_000_000, 9_000_000, booking()).waitMicros).toBe(cold)
  })

  it('takes as many as begin soon enough and no more', () => {
    expect(bookSlots(9_950_000, 9_000_000, booking())).toEqual({ waitMicros: 950_000, granted: 1, free: 10_055_000 })
  })

  it('that failed makes the next one distrust the store', async () => {
    const seen: boolean[] = []
    let failing = true
    const gate = createRateGate('r', rate, async (asked) => {
      seen.push(asked.cold)
      if (failing) throw new Error('store away')
      return { waitMicros: 0, granted: asked.startsMicros.length }
    })
    await expect(gate.take([1])).rejects.toThrow('store away')
    failing = false
    await gate.take([1])
    await gate.take([1])
    expect(seen).toEqual([false, true, false])
  })
})
