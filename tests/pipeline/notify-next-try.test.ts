import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../src/model/time.ts'
import { nextTry, pauseRequestedBy } from '../../src/pipeline/notify.ts'

const FAILED = { kind: 'failed', code: 'http_500' } as const

describe('after a try to tell something', () => {
  it('what was taken is done', () => {
    expect(nextTry({ kind: 'taken' }, 400, 30 * DAY, 0.5)).toEqual({ outcome: 'taken', waitMs: 0 })
  })

  it.each([
    [1, 5_000],
    [2, 10_000],
    [3, 20_000],
    [8, 640_000],
    [10, 2_560_000],
    [11, HOUR],
    [80, HOUR],
  ])('a failure of try %i waits %i ms, less jitter', (tries, waitMs) => {
    expect(nextTry(FAILED, tries, MINUTE, 0)).toEqual({ outcome: 'again', waitMs })
    expect(nextTry(FAILED, tries, MINUTE, 1)).toEqual({ outcome: 'again', waitMs: waitMs / 2 })
  })

  it('what was tried for three days is given up', () => {
    expect(nextTry(FAILED, 80, 3 * DAY - 1, 0).outcome).toBe('again')
    expect(nextTry(FAILED, 80, 3 * DAY, 0).outcome).toBe('given_up')
  })

  it('what waited three days for a notifier that was down still gets its tries', () => {
    expect(nextTry(FAILED, 9, 10 * DAY, 0).outcome).toBe('again')
    expect(nextTry(FAILED, 10, 10 * DAY, 0).outcome).toBe('given_up')
  })

  it.each([
    [0, 5_000],
    [2_000, 5_000],
    [90_000, 90_000],
    [DAY, DAY],
  ])(
    'an endpoint that asks for %i ms is left alone for %i, and everything comes a little spread',
    (retryAfterMs, waitMs) => {
      const asked = { ...FAILED, code: 'http_429', retryAfterMs }
      for (const tries of [1, 20]) {
        expect(nextTry(asked, tries, MINUTE, 0)).toEqual({ outcome: 'again', waitMs })
        expect(nextTry(asked, tries, MINUTE, 1)).toEqual({ outcome: 'again', waitMs: waitMs + waitMs / 10 })
      }
      expect(nextTry(asked, 80, 3 * DAY, 0).outcome).toBe('given_up')
      expect(pauseRequestedBy(asked)).toBe(waitMs)
    },
  )

  it('nobody asks for a pause who does not say so', () => {
    expect(pauseRequestedBy(FAILED)).toBeNull()
    expect(pauseRequestedBy({ kind: 'taken' })).toBeNull()
  })

  it('never waits less than two seconds or more than an hour', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (tries, jitter) => {
        const { waitMs } = nextTry(FAILED, tries, 0, jitter)
        expect(Number.isInteger(waitMs) && waitMs >= 2_000 && waitMs <= HOUR).toBe(true)
      }),
    )
  })
})
