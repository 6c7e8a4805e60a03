import { dayNumber, type LocalDate } from '../time.ts'

/** One calendar's days, by year. A year that is absent is unknown, not free of holidays. */
export interface CalendarTable {
  /** What it is and where the days come from, with version or date. */
  readonly source: string
  /** When the source was read last. */
  readonly readOn: LocalDate
  /** Which days are computed from rules ahead of time; null: none. */
  readonly computed: string | null
  /** Which days stand here as an authority has set them for that year; null: none. */
  readonly decreed: string | null
  readonly years: Readonly<Record<number, CalendarYear>>
}

interface CalendarYear {
  readonly holidays: readonly LocalDate[]
  readonly workdays?: readonly LocalDate[]
  /** Days as they are expected, which only a decree settles: until it is loaded each is unknown, with the day before and the day after. */
  readonly awaited?: readonly LocalDate[]
}

/** `workday` is a weekend day that is worked by decree. */
export type DayStatus = 'ordinary' | 'holiday' | 'workday' | 'unknown'

/** What sort of day is this in a calendar? Days are counted since 1970-01-01. */
export type Calendar = (day: number) => DayStatus

const DAYS_BEFORE_YEAR_2000 = 10_957

/** Makes a table ready to be asked; loading fails on a day that does not exist. */
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
