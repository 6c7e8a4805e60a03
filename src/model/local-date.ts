import { LRUCache } from 'lru-cache'
import { DAY } from './instant.ts'

/** A calendar day without a zone, as `YYYY-MM-DD`: due dates, holidays, days past due. */
export type LocalDate = string

/** Days that were asked for before: planning and deciding ask for the same few over and over. */
const DAYS_KEPT = 10_000
const numbers = new LRUCache<LocalDate, number>({ max: DAYS_KEPT })
const dates = new LRUCache<number, LocalDate>({ max: DAYS_KEPT })

/** The date as a day number (days since 1970-01-01), or null when it is not a real calendar day. */
export function dayNumber(date: LocalDate): number | null {
  const known = numbers.get(date)
  if (known !== undefined) return known
  const number = workOut(date)
  if (number !== null) numbers.set(date, number)
  return number
}

function workOut(date: LocalDate): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return null
  const ms = Date.parse(`${date}T00:00:00Z`)
  if (Number.isNaN(ms)) return null
  return new Date(ms).toISOString().startsWith(date) ? ms / DAY : null
}

/** Is this text a real calendar day (2026-02-30 is not)? */
export const isLocalDate = (text: string): boolean => dayNumber(text) !== null

export function fromDayNumber(days: number): LocalDate {
  let date = dates.get(days)
  if (date === undefined) {
    date = new Date(days * DAY).toISOString().slice(0, 10)
    dates.set(days, date)
  }
  return date
}

/** The date `days` later (earlier when negative). Throws RangeError on an impossible date. */
export function addDays(date: LocalDate, days: number): LocalDate {
  const n = dayNumber(date)
  if (n === null) throw new RangeError(`invalid date: ${date}`)
  return fromDayNumber(n + days)
}

/** Whole days from `from` to `to`; negative when `to` is earlier. Throws RangeError on an impossible date. */
export function daysBetween(from: LocalDate, to: LocalDate): number {
  const [a, b] = [dayNumber(from), dayNumber(to)]
  if (a === null || b === null) throw new RangeError(`invalid date: ${a === null ? from : to}`)
  return b - a
}

/** ISO weekday: 1 Monday … 7 Sunday. Throws RangeError on an impossible date. */
export function isoWeekday(date: LocalDate): number {
  const n = dayNumber(date)
  if (n === null) throw new RangeError(`invalid date: ${date}`)
  return ((((n + 3) % 7) + 7) % 7) + 1
}
