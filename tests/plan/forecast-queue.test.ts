import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { forecastQueue, type QueuedReminders } from '../../src/plan/forecast-queue.ts'

const NOW = 1_000_000
const one = (over: Partial<QueuedReminders> = {}): QueuedReminders => ({
  count: 1,
  from: NOW,
  takesMs: 1_000,
  closesAt: null,
  expiresAt: NOW + 1e9,
  ...over,
})

describe('the forecast of a queue', () => {
  it.each<[string, QueuedReminders[], object[]]>([
    ['of nothing is nothing', [], []],
    [
      'lets one after the other go',
      [one({ count: 3 }), one()],
      [
        { goes: 3, lastAt: NOW + 2_000 },
        { goes: 1, lastAt: NOW + 3_000 },
      ],
    ],
    [
      'waits for what may go only later, and lets nobody overtake',
      [one({ from: NOW + 10_000 }), one()],
      [{ lastAt: NOW + 10_000 }, { lastAt: NOW }],
    ],
    [
      'puts off whose window closes before their turn',
      [one({ count: 5, closesAt: NOW + 3_000 })],
      [{ goes: 3, missesWindow: 2, expires: 0, lastAt: NOW + 2_000 }],
    ],
    [
      'ends whose deadline comes before their turn',
      [one({ count: 5, expiresAt: NOW + 2_500 })],
      [{ goes: 3, missesWindow: 0, expires: 2 }],
    ],
    [
      'takes no time for those who come too late',
      [one({ closesAt: NOW }), one()],
      [
        { goes: 0, missesWindow: 1, lastAt: null },
        { goes: 1, lastAt: NOW },
      ],
    ],
    [
      'names the deadline where it is also the edge of what the rules allow',
      [one({ closesAt: NOW, expiresAt: NOW })],
      [{ missesWindow: 0, expires: 1 }],
    ],
    [
      'follows heavier and slowed messages',
      [one({ count: 2, takesMs: 4_000 }), one()],
      [{ lastAt: NOW + 4_000 }, { lastAt: NOW + 8_000 }],
    ],
  ])('%s', (_what, line, forecasts) => {
    expect(forecastQueue(line, NOW)).toMatchObject(forecasts)
  })

  const anyLine = fc.array(
    fc.record({
      count: fc.integer({ min: 1, max: 50 }),
      from: fc.integer({ min: NOW - 5_000, max: NOW + 60_000 }),
      takesMs: fc.integer({ min: 0, max: 3_000 }),
      closesAt: fc.option(fc.integer({ min: NOW - 1_000, max: NOW + 90_000 })),
      expiresAt: fc.integer({ min: NOW - 1_000, max: NOW + 120_000 }),
    }),
    { maxLength: 30 },
  )

  it('loses nobody, lets nobody go too early or too late, and never goes faster than the route', () => {
    fc.assert(
      fc.property(anyLine, (line) => {
        const forecasts = forecastQueue(line, NOW)
        expect(forecasts).toHaveLength(line.length)
        let taken = 0
        line.forEach((entry, i) => {
          const { goes, missesWindow, expires, lastAt } = forecasts[i] as (typeof forecasts)[number]
          expect(goes + missesWindow + expires).toBe(entry.count)
          expect(Math.min(goes, missesWindow, expires)).toBeGreaterThanOrEqual(0)
          expect(lastAt === null).toBe(goes === 0)
          if (lastAt === null) return
          expect(lastAt - (goes - 1) * entry.takesMs).toBeGreaterThanOrEqual(Math.max(NOW, entry.from))
          expect(lastAt).toBeLessThan(Math.min(entry.closesAt ?? Infinity, entry.expiresAt))
          taken += goes * entry.takesMs
        })
        const end = Math.max(
          NOW,
          ...forecasts.map((fate, i) =>
            fate.lastAt === null ? NOW : fate.lastAt + (line[i] as QueuedReminders).takesMs,
          ),
        )
        expect(end - NOW).toBeGreaterThanOrEqual(taken)
      }),
    )
  })

  it('is the same whether alike ones are told one by one or together', () => {
    fc.assert(
      fc.property(anyLine, (line) => {
        const together = forecastQueue(line, NOW)
        const single = forecastQueue(
          line.flatMap((entry) => Array.from({ length: entry.count }, () => ({ ...entry, count: 1 }))),
          NOW,
        )
        const sum = (forecasts: typeof single, of: 'goes' | 'missesWindow' | 'expires') =>
          forecasts.reduce((all, fate) => all + fate[of], 0)
        for (const of of ['goes', 'missesWindow', 'expires'] as const) expect(sum(single, of)).toBe(sum(together, of))
        expect(Math.max(0, ...single.map((fate) => fate.lastAt ?? 0))).toBe(
          Math.max(0, ...together.map((fate) => fate.lastAt ?? 0)),
        )
      }),
    )
  })

  it('at half the rate nobody who shares one window gains', () => {
    fc.assert(
      fc.property(anyLine, fc.integer({ min: NOW, max: NOW + 90_000 }), (line, closesAt) => {
        const at = (factor: number) =>
          forecastQueue(
            line.map((entry) => ({ ...entry, closesAt, expiresAt: NOW + 1e9, takesMs: entry.takesMs * factor })),
            NOW,
          ).reduce((all, fate) => all + fate.goes, 0)
        expect(at(2)).toBeLessThanOrEqual(at(1))
      }),
    )
  })
})
