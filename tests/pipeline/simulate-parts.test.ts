import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY } from '../../src/model/time.ts'
import { drain, drawPayment } from '../../src/pipeline/simulate/simulation-rules.ts'
import { addTally, count, emptyTally } from '../../src/pipeline/simulate/tally.ts'

describe('a route that drains', () => {
  it('gets through what falls due together at its rate', () => {
    expect(drain([{ second: 1_000, deadline: Infinity, messages: 100, units: 200 }], 10)).toEqual({
      peak: { units: 200, at: 1_000_000 },
      busiestHourPerSecond: 200 / 3600,
      longestWaitSeconds: 20,
      longestQueue: 200,
      tooLate: 0,
    })
  })

  it('does not carry what would come after its hours have closed', () => {
    const drained = drain([{ second: 0, deadline: 5, messages: 100, units: 100 }], 10)
    expect(drained).toMatchObject({ tooLate: 50, longestWaitSeconds: 5 })
  })

  it('lets nobody wait for what was given up', () => {
    const drained = drain(
      [
        { second: 0, deadline: 1, messages: 1_000, units: 1_000 },
        { second: 2, deadline: Infinity, messages: 1, units: 1 },
      ],
      10,
    )
    expect(drained).toMatchObject({ tooLate: 990, longestWaitSeconds: 1 })
  })

  it('never waits longer when it is quicker', () => {
    const group = fc
      .record({ second: fc.nat(5_000), deadline: fc.constant(Infinity), messages: fc.nat(50) })
      .map((g) => ({ ...g, units: g.messages }))
    fc.assert(
      fc.property(fc.array(group), fc.integer({ min: 1, max: 50 }), (due, rate) => {
        expect(drain(due, rate * 2).longestWaitSeconds).toBeLessThanOrEqual(drain(due, rate).longestWaitSeconds)
      }),
    )
  })
})

describe('who pays', () => {
  const paidWithin = (rate: number, seed: number): number =>
    Array.from({ length: 20_000 }, (_, i) => drawPayment(`a-${i}`, rate, seed, 0)).filter(
      (at) => at !== null && at <= DAY,
    ).length / 20_000

  it('is so large a share each day', () => {
    expect(paidWithin(0.1, 1)).toBeCloseTo(0.1, 1)
    expect(paidWithin(0.5, 2)).toBeCloseTo(0.5, 1)
  })

  it('is the same for one seed, and another for another', () => {
    expect(drawPayment('a-1', 0.1, 1, 0)).toBe(drawPayment('a-1', 0.1, 1, 0))
    expect(drawPayment('a-1', 0.1, 1, 0)).not.toBe(drawPayment('a-1', 0.1, 2, 0))
  })

  it('is nobody where nobody pays', () => {
    expect(drawPayment('a-1', 0, 1, 0)).toBeNull()
  })
})

describe('tallies', () => {
  it('of different people add up, in whatever order', () => {
    const of = (recipients: number) => {
      const tally = emptyTally()
      tally.recipients = recipients
      count(tally.leftOut, 'stale', recipients)
      count(tally.leftOut, `only ${recipients}`)
      return tally
    }
    const [one, other] = [emptyTally(), emptyTally()]
    for (const n of [1, 2, 3]) addTally(one, of(n))
    for (const n of [3, 1, 2]) addTally(other, of(n))
    expect(one.recipients).toBe(6)
    expect(one.leftOut.get('stale')).toBe(6)
    expect(new Map([...one.leftOut].sort())).toEqual(new Map([...other.leftOut].sort()))
  })
})
