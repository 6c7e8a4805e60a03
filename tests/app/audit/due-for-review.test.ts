import { describe, expect, it } from 'vitest'
import { calendarAlarms, packsDue } from '../../../src/pipeline/audit/due-for-review.ts'
import { compilePacks } from '../../../src/decide/compile-pack.ts'
import { parsePack, type Pack } from '../../../src/model/pack.ts'

const pack = (over: object = {}, holidays?: string): Pack => {
  const parsed = parsePack({
    id: 'test',
    version: '1',
    title: 'Test',
    kind: 'law',
    reviewer: 'Counsel',
    readBy: 'A reader',
    readOn: '2026-10-01',
    source: 'read 2026-10-01',
    validFrom: '2020-01-01',
    rules: [
      {
        id: 'hours',
        shape: 'window',
        allow: [{ from: '08:00', to: '21:00' }],
        citation: 'Test Act § 1',
        source: 'made up',
        verified: 'text',
        ...(holidays === undefined ? {} : { holidays: { calendar: holidays, effect: 'closed' } }),
      },
    ],
    ...over,
  })
  if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.faults))
  return parsed.pack
}
const on = (day: string): number => Date.parse(`${day}T12:00:00Z`)

describe('a pack is due for review', () => {
  it.each([
    ['not while it is signed off, read lately and in force', {}, '2026-11-23', []],
    ['when no counsel has signed it off', { reviewer: null }, '2026-11-23', ['no counsel has signed it off']],
    [
      'when its sources were read more than a year ago',
      { source: 'read 2025-11-01' },
      '2026-11-23',
      ['its sources were collected on 2025-11-01, more than a year ago'],
    ],
    [
      'when nobody has read it against its sources',
      { readBy: null, readOn: null },
      '2026-11-23',
      ['nobody has read it against its sources'],
    ],
    ['not when it is the house’s own and has none', { kind: 'house', readBy: null, readOn: null }, '2026-11-23', []],
    [
      'when it was last read more than a year ago',
      { readOn: '2025-11-01' },
      '2026-11-23',
      ['it was read against its sources on 2025-11-01, more than a year ago'],
    ],
    [
      'when the source of a rule was retrieved more than a year ago, whatever the pack says of itself',
      {
        source: 'read 2026-10-01',
        rules: ['2026-10-01', '2025-11-02', '2025-11-01', null].map((retrieved, i) => ({
          id: `hours-${i}`,
          shape: 'window',
          allow: [{ from: '08:00', to: '21:00' }],
          citation: 'Test Act § 1',
          source: 'made up',
          verified: 'text',
          retrieved,
        })),
      },
      '2026-11-23',
      ['the sources of 2 of its rules were retrieved more than a year ago, the first on 2025-11-01'],
    ],
    [
      'sixty days before it ends',
      { validUntil: '2027-01-22' },
      '2026-11-23',
      ['it ends on 2027-01-22, and no later version is there'],
    ],
    ['not sixty-one days before it ends', { validUntil: '2027-01-23' }, '2026-11-23', []],
    [
      'after it has ended without a successor',
      { validUntil: '2026-01-01' },
      '2026-11-23',
      ['it ends on 2026-01-01, and no later version is there'],
    ],
  ])('%s', (_when, over, today, why) => {
    expect(packsDue([pack(over)], on(today)).flatMap((due) => due.why)).toEqual(why)
  })

  it('but not for its end when a later version is there', () => {
    expect(
      packsDue([pack({ validUntil: '2027-01-01' }), pack({ version: '2', validFrom: '2027-01-01' })], on('2026-11-23')),
    ).toEqual([])
  })
})

describe('an alarm for a calendar', () => {
  const alarms = (day: string) =>
    calendarAlarms(compilePacks([pack({}, 'CN')]), on(day)).map(({ calendar, year, daysLeft }) => [
      calendar,
      year,
      daysLeft,
    ])

  it('rings sixty days before a year that nobody knows, and not a day sooner', () => {
    expect(alarms('2026-11-01')).toEqual([])
    expect(alarms('2026-11-02')).toEqual([['CN', 2027, 60]])
  })

  it('goes on ringing once the year has come', () => {
    expect(alarms('2027-03-01')).toEqual([['CN', 2027, -59]])
  })

  it('does not ring for calendars that no rule turns on', () => {
    expect(calendarAlarms(compilePacks([pack()]), on('2026-12-31'))).toEqual([])
  })
})
