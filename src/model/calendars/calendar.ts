import { dayNumber, type LocalDate } from '../time.ts'

/** One calendar's days, by year. A year that is absent is unknown, not free of holidays. */
export interface CalendarTable {
  /** Its title and where the days come from, with version or date. */
  readonly source: string
  /** When the source was read last. */
  readonly readOn: LocalDate
  /** Which days are computed from rules ahead of time; null: none. */
  readonly computed: string | null
  /** Which days an authority has set for each year; null: none. */
  readonly decreed: string | null
  readonly years: Readonly<Record<number, CalendarYear>>
}

interface CalendarYear {
  readonly holidays: readonly LocalDate[]
  readonly workdays?: readonly LocalDate[]
  /** Expected days that a decree has yet to confirm: each is unknown, with the day before and the day after. */
  readonly awaited?: readonly LocalDate[]
}

/** `workday` is a weekend day that is worked by decree. */
export type DayStatus = 'ordinary' | 'holiday' | 'workday' | 'unknown'

/** The status of a day, by its number since 1970-01-01. */
export type Calendar = (day: number) => DayStatus

const DAYS_BEFORE_YEAR_2000 = 10_957

/** Indexes a table by day. Throws RangeError on a day that does not exist. */
export function calendarOf(table: CalendarTable): Calendar {
  const marked = new Map<number, DayStatus>()
  const years = new Set<number>()
  for (const [year, days] of Object.entries(table.years)) {
    years.add(Number(year))
    for (const date of days.holidays) marked.set(numberOf(date), 'holiday')
    for (const date of days.workdays ?? []) marked.set(numberOf(date), 'workday')
    for (const date of days.awaited ?? []) for (const day of [-1, 0, 1]) if (marked.get(numberOf(date) + day) !== 'holiday') marked.set(numberOf(date) + day, 'unknown')
  }
  return (day) => marked.get(day) ?? (years.has(yearOf(day)) ? 'ordinary' : 'unknown')
}

function numberOf(date: LocalDate): number {
  const day = dayNumber(date)
  if (day === null) throw new RangeError(`invalid date: ${date}`)
  return day
}

/** The year of a day number, by the proleptic Gregorian calendar. */
function yearOf(day: number): number {
  const estimate = 2000 + Math.floor((day - DAYS_BEFORE_YEAR_2000) / 365.2425)
  if (day < firstOf(estimate)) return estimate - 1
  return day >= firstOf(estimate + 1) ? estimate + 1 : estimate
}

const firstOf = (year: number): number => Date.UTC(year, 0, 1) / 86_400_000
