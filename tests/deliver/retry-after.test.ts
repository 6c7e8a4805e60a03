import { describe, expect, it } from 'vitest'
import { retryAfterMs } from '../../src/deliver/http-transport.ts'
import { DAY } from '../../src/model/time.ts'

describe('how long to stay away', () => {
  it.each<[string | undefined, number | null]>([
    ['2', 2000],
    ['0', 0],
    ['120', 120_000],
    [' 30 ', 30_000],
    ['86400', DAY],
    ['86401', DAY],
    ['99999999999999999999', DAY],
    ['Mon, 23 Nov 2026 15:00:30 GMT', 30_000],
    ['Mon, 23 Nov 2026 14:00:00 GMT', 0],
    ['Fri, 01 Jan 2100 00:00:00 GMT', DAY],
    ['soon', null],
    ['', null],
    ['-1', null],
    ['1.5', null],
    ['Mon, 99 Nov 2026 15:00:30 GMT', null],
    [undefined, null],
  ])('Retry-After %s is %s ms', (header, ms) => {
    expect(retryAfterMs(header, Date.UTC(2026, 10, 23, 15, 0, 0))).toBe(ms)
  })

  it('of several fields the first counts', () => {
    expect(retryAfterMs(['5', '9'])).toBe(5_000)
  })
})
