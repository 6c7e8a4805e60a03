import { describe, expect, it } from 'vitest'
import { seeRates } from '../bench/rates.ts'
import { asBegun, busiestSecond, mostAtOnce } from '../support/busiest.ts'
import { postgresUrl, redisUrl, whenThere } from '../support/servers.ts'

describe('what is counted in a provider’s books', () => {
  it.each([
    ['nothing', [], 0],
    ['one that is heavy', [[0, 9]], 9],
    [
      'the second that begins with any call',
      [
        [0, 1],
        [900, 1],
        [1_800, 1],
        [1_850, 2],
      ],
      4,
    ],
    [
      'not what lies a whole second apart',
      [
        [0, 3],
        [1_000, 4],
      ],
      4,
    ],
    [
      'whatever the order',
      [
        [1_500, 1],
        [0, 1],
        [600, 1],
      ],
      2,
    ],
  ] as [string, [number, number][], number][])('in the busiest second: %s', (_sentence, calls, units) => {
    expect(busiestSecond(calls.map(([at, weight]) => ({ at, weight })))).toBe(units)
  })

  it('in the busiest second: not what a provider that looked late may have had before', () => {
    expect(
      busiestSecond([
        { at: 100, weight: 2 },
        { at: 1_050, since: 990, weight: 3 },
        { at: 2_010, weight: 1 },
      ]),
    ).toBe(5)
  })

  it('in the busiest second: a bunch whose sender stood still counts when it was let go, and the others still count', () => {
    const bunch = [1_200, 1_201, 1_202].map((at) => ({ at, weight: 1 }))
    const others = [
      { at: 1_190, weight: 2 },
      { at: 1_950, weight: 2 },
      { at: 2_100, weight: 2 },
    ]
    const stalls = [{ stalledFrom: 1_000, stalledTo: 1_199 }]
    expect(busiestSecond([...others, ...bunch])).toBe(9)
    expect(busiestSecond(asBegun([...others, ...bunch], stalls, 50))).toBe(7)
    expect(busiestSecond(asBegun(others, [{ stalledFrom: 0, stalledTo: 900 }], 50))).toBe(6)
  })

  it.each([
    [
      'one after the other',
      [
        [0, 5],
        [5, 9],
      ],
      1,
    ],
    [
      'two of three together',
      [
        [0, 5],
        [4, 9],
        [8, 12],
      ],
      2,
    ],
    [
      'one that never ends',
      [
        [0, null],
        [50, 60],
        [55, 70],
      ],
      3,
    ],
  ] as [string, [number, number | null][], number][])('at once: %s', (_sentence, spans, most) => {
    expect(mostAtOnce(spans.map(([from, until]) => ({ from, until })))).toBe(most)
  })
})

whenThere('PostgreSQL', 'rates under load', () =>
  whenThere('Redis', 'rates under load', () => {
    describe('several senders whose event loops stand still now and then', () => {
      it('never show their providers more than the rate in any second, nor more calls than lines', async () => {
        const seen = await seeRates({ postgresUrl: postgresUrl as string, redisUrl: redisUrl as string, seconds: 8 })
        expect(seen.busiestSegments).toBeLessThanOrEqual(seen.rates.segments)
        expect(seen.busiestCalls).toBeLessThanOrEqual(seen.rates.calls)
        expect(seen.mostCallsAtOnce).toBeLessThanOrEqual(seen.rates.lines)
        expect(seen.twice).toBe(0)
        // And they do send: how much hangs on the machine.
        expect(seen.messages).toBeGreaterThan(10)
        expect(seen.calls).toBeGreaterThan(3)
      }, 600_000)
    })
  }),
)
