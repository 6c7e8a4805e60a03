import { describe, expect, it } from 'vitest'
import { localDay, localTime, onEveryClock } from '../../src/report/local-time.ts'

describe('local times in an explanation', () => {
  it.each([
    ['2026-03-08T06:59:00Z', 'America/New_York', 'Sun 2026-03-08 01:59', 'before the clocks go forward'],
    ['2026-03-08T07:00:00Z', 'America/New_York', 'Sun 2026-03-08 03:00', 'after the hole of spring'],
    ['2026-11-01T05:30:00Z', 'America/New_York', 'Sun 2026-11-01 01:30', 'the first of the double hour'],
    ['2026-11-01T06:30:00Z', 'America/New_York', 'Sun 2026-11-01 01:30', 'the second of the double hour'],
    ['2026-11-23T16:00:00Z', 'Asia/Shanghai', 'Tue 2026-11-24 00:00', 'midnight is 00:00, never 24:00'],
    ['2026-11-23T15:00:00Z', 'Asia/Kathmandu', 'Mon 2026-11-23 20:45', 'an offset of three quarters'],
  ])('%s in %s reads %s: %s', (at, zone, shown) => {
    expect(localTime(Date.parse(at), zone)).toBe(shown)
  })

  it('a calendar day is that of the place', () => {
    expect(localDay(Date.parse('2026-12-31T17:00:00Z'), 'Asia/Shanghai')).toBe('2027-01-01')
    expect(localDay(Date.parse('2026-12-31T17:00:00Z'), 'America/Los_Angeles')).toBe('2026-12-31')
  })

  it('shows each clock once, and places of the same clock together', () => {
    expect(onEveryClock('2026-11-24T13:00:00Z', ['America/New_York', 'America/Toronto', 'America/Los_Angeles'])).toBe(
      'Tue 2026-11-24 08:00 in America/New_York, America/Toronto; Tue 2026-11-24 05:00 in America/Los_Angeles (2026-11-24T13:00:00Z)',
    )
    expect(onEveryClock('2026-11-24T13:00:00+00:00', ['Asia/Shanghai'], 'zh-CN')).toBe(
      '2026-11-24（周二）21:00 Asia/Shanghai（2026-11-24T13:00:00Z）',
    )
    expect(onEveryClock('2026-11-24T13:00:00Z', [])).toBe('2026-11-24T13:00:00Z')
  })
})
