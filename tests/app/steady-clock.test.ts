import { performance } from 'node:perf_hooks'
import { describe, expect, it } from 'vitest'
import { SteadyClock } from '../../src/app/clock.ts'

const HOUR = 3_600_000
/** Wall minus monotonic at this moment, were the wall clock stepped by so much after the two agreed. */
const agreedBefore = (step: number) => Date.now() - performance.now() - step

describe('business time', () => {
  it('is the wall clock while it agrees with the monotonic one', () => {
    for (const small of [0, 1_500, -1_500]) {
      const clock = new SteadyClock(agreedBefore(small))
      expect(clock.stepped()).toBe(false)
      expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1_000)
    }
  })

  it('goes on from when both agreed after somebody has stepped the wall clock, forwards or back', () => {
    for (const step of [5_000, -5_000, 168 * HOUR, -2 * HOUR]) {
      const clock = new SteadyClock(agreedBefore(step))
      expect(clock.stepped()).toBe(true)
      expect(Math.abs(clock.now() - (Date.now() - step))).toBeLessThan(1_000)
    }
  })

  it('is the wall clock again once that is known to be right', () => {
    const clock = new SteadyClock(agreedBefore(HOUR))
    clock.trust(Date.now() - performance.now())
    expect(clock.stepped()).toBe(false)
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1_000)
  })
})
