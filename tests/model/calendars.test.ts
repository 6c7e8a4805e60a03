import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { DayStatus } from '../../src/model/calendars/calendar.ts'
import { CALENDAR_TABLES, calendarNamed } from '../../src/model/calendars/tables.ts'
import { dayNumber } from '../../src/model/time.ts'

const statusOn = (calendar: string, date: string): DayStatus | undefined =>
  calendarNamed(calendar)?.(dayNumber(date) as number)

describe('public holidays', () => {
  it.each<[string, string, string, DayStatus]>([
    ['Chile’s Sábado Santo', 'CL', '2027-03-27', 'holiday'],
    ['Chile’s Sábado Santo of the year after', 'CL', '2028-04-15', 'holiday'],
    ['Korea’s election of the President', 'KR', '2025-06-03', 'holiday'],
    ['Korea’s local elections', 'KR', '2026-06-03', 'holiday'],
    ['Korea’s election of the National Assembly', 'KR', '2028-04-12', 'holiday'],
    ['Greece’s first of May, though it falls on Holy Saturday', 'GR', '2027-05-01', 'holiday'],
    ['Nyepi, which no decree moves', 'ID', '2027-03-08', 'holiday'],
    ['the day before Idul Fitri as expected', 'ID', '2027-03-09', 'unknown'],
    ['Idul Fitri as expected', 'ID', '2027-03-10', 'unknown'],
    ['the day after it', 'ID', '2027-03-12', 'unknown'],
    ['two days after it', 'ID', '2027-03-13', 'ordinary'],
    ['the day after Idul Adha', 'ID', '2027-05-18', 'unknown'],
    ['the day after Idul Fitri 1449', 'ID', '2028-02-29', 'unknown'],
    ['Christmas, on which a day of the moon falls', 'ID', '2027-12-25', 'holiday'],
    ['the day after both', 'ID', '2027-12-26', 'unknown'],
    ['a year that nobody has set yet', 'CN', '2027-01-01', 'unknown'],
  ])('%s', (_name, calendar, date, status) => {
    expect(statusOn(calendar, date)).toBe(status)
  })

  it('are computed or decreed as config/policies/README.md says, with the day on which the source was read', () => {
    const rows = Object.entries(CALENDAR_TABLES)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, table]) => {
        const years = Object.keys(table.years)
        return `| \`${id}\` | ${years[0]}–${years.at(-1)} | ${table.computed ?? '–'} | ${table.decreed ?? '–'} | ${table.readOn} |`
      })
    const text = readFileSync(new URL('../../config/policies/README.md', import.meta.url), 'utf8')
    expect(text).toContain(
      ['| calendar | years | computed | decreed | read on |', '|---|---|---|---|---|', ...rows].join('\n'),
    )
  })
})
