import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatInstant } from '../../src/model/time.ts'
import {
  bookDate,
  bookInstant,
  daysPastDue,
  daysPastDueOn,
  promiseEndsAt,
  startOfBookDay,
} from '../../src/plan/book-time.ts'
import { at } from './people.ts'

describe("a local time in the creditor's books", () => {
  it.each([
    {
      case: 'an ordinary morning in Shanghai',
      date: '2026-11-23',
      time: '10:00',
      zone: 'Asia/Shanghai',
      is: '2026-11-23T02:00:00Z',
    },
    {
      case: 'a time that the spring change leaves out: the first instant after the gap',
      date: '2026-03-08',
      time: '02:30',
      zone: 'America/New_York',
      is: '2026-03-08T07:00:00Z',
    },
    {
      case: 'a time that comes twice in autumn: its first coming',
      date: '2026-11-01',
      time: '01:30',
      zone: 'America/New_York',
      is: '2026-11-01T05:30:00Z',
    },
    {
      case: 'a gap of half an hour',
      date: '2026-10-04',
      time: '02:10',
      zone: 'Australia/Lord_Howe',
      is: '2026-10-03T15:30:00Z',
    },
    {
      case: 'a midnight that does not exist',
      date: '2018-11-04',
      time: '00:00',
      zone: 'America/Sao_Paulo',
      is: '2018-11-04T03:00:00Z',
    },
  ])('$case', ({ date, time, zone, is }) => {
    expect(formatInstant(bookInstant(date, time, zone))).toBe(is)
  })

  it('lies on the day it names', () => {
    const day = fc.integer({ min: 0, max: 20_000 }).map((n) => new Date(n * 86_400_000).toISOString().slice(0, 10))
    fc.assert(
      fc.property(
        day,
        fc.constantFrom('Asia/Shanghai', 'America/New_York', 'Europe/London', 'America/St_Johns'),
        fc.constantFrom('00:00', '02:30', '10:00', '23:59'),
        (date, zone, time) => {
          expect(bookDate(bookInstant(date, time, zone), zone)).toBe(date)
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('days past due', () => {
  const due = { dueDate: '2026-11-20', statedDaysPastDue: 3 }
  it('turn at midnight of the creditor, not of anybody else', () => {
    const midnight = startOfBookDay('2026-11-21', 'Asia/Shanghai')
    expect(daysPastDue(due, 'Asia/Shanghai', midnight - 1)).toBe(0)
    expect(daysPastDue(due, 'Asia/Shanghai', midnight)).toBe(1)
    expect(daysPastDue(due, 'America/New_York', midnight)).toBe(0)
  })
  it('are negative before the due date, and what is stated counts only without one', () => {
    expect(daysPastDue(due, 'Asia/Shanghai', at('2026-11-17T00:00:00Z'))).toBe(-3)
    expect(daysPastDueOn(due, '2026-11-17')).toBe(-3)
    expect(daysPastDue({ dueDate: null, statedDaysPastDue: 3 }, 'Asia/Shanghai', 0)).toBe(3)
    expect(daysPastDue({ dueDate: null, statedDaysPastDue: null }, 'Asia/Shanghai', 0)).toBeNull()
  })
})

it('a promise is kept on any instant of the promised day', () => {
  expect(promiseEndsAt('2026-12-01', 'Asia/Shanghai')).toBe(at('2026-12-01T16:00:00Z'))
})
