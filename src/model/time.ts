import { LRUCache } from 'lru-cache'

/**
 * A point in time: whole milliseconds since 1970-01-01T00:00:00Z.
 *
 * The core compares and adds instants millions of times, so they are numbers; RFC 3339 text exists only at the edges.
 */
export type Instant = number

export const MINUTE = 60_000
export const HOUR = 3_600_000
export const DAY = 86_400_000

/** The last instant that RFC 3339 can write; anything that would end later has no known end. */
export const LAST_INSTANT: Instant = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** No change foreseen. */
export const NEVER: Instant = Number.POSITIVE_INFINITY

/** By how much the clocks of two machines may differ. */
const CLOCK_SKEW = 5 * MINUTE

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/

/**
 * Which instant does this text name?
 *
 * @param text  RFC 3339 with an explicit offset, e.g. `2026-11-23T15:00:00Z`
 * @returns     null for anything else: no offset, 30 February, 24:00, a leap second, later than `LAST_INSTANT` in UTC
 */
export function parseInstant(text: string): Instant | null {
  const m = RFC3339.exec(text)
  if (m === null) return null
  const [year, month, day, hour, minute, second] = [m[1], m[2], m[3], m[4], m[5], m[6]].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  if (year < 1900 || hour > 23 || minute > 59 || second > 59) return null
  const utc = Date.UTC(year, month - 1, day, hour, minute, second)
  const back = new Date(utc)
  if (back.getUTCMonth() !== month - 1 || back.getUTCDate() !== day) return null
  const millis = m[7] === undefined ? 0 : Number(m[7].slice(0, 3).padEnd(3, '0'))
  const offset = m[8] as string
  if (offset === 'Z') return utc + millis
  const [oh, om] = [Number(offset.slice(1, 3)), Number(offset.slice(4, 6))]
  if (oh > 18 || om > 59) return null
  const instant = utc + millis - (offset[0] === '-' ? -1 : 1) * (oh * HOUR + om * MINUTE)
  return instant > LAST_INSTANT ? null : instant
}

/** The instant as RFC 3339 in UTC, without milliseconds when there are none. */
export function formatInstant(instant: Instant): string {
  const iso = new Date(instant).toISOString()
  return iso.endsWith('.000Z') ? `${iso.slice(0, -5)}Z` : iso
}

/** Is this instant later than now by more than clocks may differ? */
export const isInFuture = (at: Instant, now: Instant): boolean => at > now + CLOCK_SKEW

const UNITS: Record<string, number> = { s: 1000, m: MINUTE, h: HOUR, d: DAY }

/**
 * How many milliseconds does an operator's duration mean?
 *
 * @param text  a whole number and a unit: `90s`, `30m`, `20h`, `3d` (a `d` is 24 hours)
 * @returns     milliseconds, or null when the text is not a duration
 */
export function parseDuration(text: string): number | null {
  const m = /^(\d{1,6})(s|m|h|d)$/.exec(text)
  return m === null ? null : Number(m[1]) * (UNITS[m[2] as string] as number)
}

/**
 * The source of business time: due dates, windows, caps, deadlines, every `at` in the ledger.
 *
 * Machine time (leases, rate slots, timeouts) does not use it: a demonstration steps this clock by hours while a lease
 * still lasts its real seconds.
 */
export interface Clock {
  now(): Instant
  /** True when `now()` is stepped by hand; a virtual clock is refused with real providers. */
  readonly virtual: boolean
}

/** A calendar day without a zone, as `YYYY-MM-DD`: due dates, holidays, days past due. */
export type LocalDate = string

/** Planning and deciding convert the same few days over and over. */
const DAYS_KEPT = 10_000
const numbers = new LRUCache<LocalDate, number>({ max: DAYS_KEPT })
const dates = new LRUCache<number, LocalDate>({ max: DAYS_KEPT })

/** The date as a day number (days since 1970-01-01), or null when it is not a real calendar day. */
export function dayNumber(date: LocalDate): number | null {
  const known = numbers.get(date)
  if (known !== undefined) return known
  const number = parseDay(date)
  if (number !== null) numbers.set(date, number)
  return number
}

function parseDay(date: LocalDate): number | null {
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
  return weekdayOf(n)
}

/** Which weekday is the day of this number? 1 is Monday, 7 Sunday; day 0, 1 January 1970, was a Thursday. */
export const weekdayOf = (day: number): number => ((((day + 3) % 7) + 7) % 7) + 1

export const isWeekend = (day: number): boolean => weekdayOf(day) >= 6

/** The day this many business days (Monday to Friday) after `day`, both as day numbers. Public holidays are not known here. */
export function addBusinessDays(day: number, count: number): number {
  let last = day
  for (let passed = 0; passed < count;) {
    last++
    if (!isWeekend(last)) passed++
  }
  return last
}
