import { describe, expect, it } from 'vitest'
import { daysWithin } from '../../src/model/zones/zone-data.ts'

const days = (from: string, to: string, zone: string) =>
  daysWithin(Date.parse(from), Date.parse(to), zone).map(
    ({ date, start }) => `${date} ${new Date(start).toISOString()}`,
  )

describe('the days that a span touches', () => {
  it('begin at their own midnight, with a change of clocks between', () => {
    expect(days('2026-11-01T12:00:00Z', '2026-11-03T05:00:00Z', 'America/New_York')).toEqual([
      '2026-11-01 2026-11-01T04:00:00.000Z',
      '2026-11-02 2026-11-02T05:00:00.000Z',
    ])
    expect(days('2026-11-30T07:00:00Z', '2026-12-01T07:00:01Z', 'America/Vancouver')).toEqual([
      '2026-11-30 2026-11-30T07:00:00.000Z',
      '2026-12-01 2026-12-01T07:00:00.000Z',
    ])
  })
  it('are at least one', () => {
    expect(days('2026-11-30T07:00:00Z', '2026-11-30T07:00:00Z', 'UTC')).toEqual(['2026-11-30 2026-11-30T00:00:00.000Z'])
  })
})
