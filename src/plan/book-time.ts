import { DAY, type Instant } from '../model/instant.ts'
import { addDays, type LocalDate } from '../model/local-date.ts'
import { localDateAt, localInstant } from '../model/zones/local-clock.ts'

interface BookDay {
  from: Instant
  to: Instant
  date: LocalDate
}

/** Local days by zone and by the UTC day that they share an instant with: the same few days are asked for over and over. */
const knownDays = new Map<string, Map<number, BookDay[]>>()
const DAYS_KNOWN_AT_MOST = 4_000

/** Which day is it in the creditor's books? */
export function bookDate(instant: Instant, zone: string): LocalDate {
  let ofZone = knownDays.get(zone)
  if (ofZone === undefined || ofZone.size > DAYS_KNOWN_AT_MOST) knownDays.set(zone, ofZone = new Map())
  const utcDay = Math.floor(instant / DAY)
  const near = ofZone.get(utcDay) ?? []
  const found = near.find((day) => day.from <= instant && instant < day.to)
  if (found !== undefined) return found.date
  const date = localDateAt(instant, zone)
  ofZone.set(utcDay, [...near, { from: startOfBookDay(date, zone), to: startOfBookDay(addDays(date, 1), zone), date }])
  return date
}

/** Answers already worked out: every account of a creditor asks for the same few days. Emptied when full. */
const known = new Map<string, Instant>()
const KNOWN_AT_MOST = 20_000

/**
 * At which instant does this local day and time come, in the book zone?
 *
 * A time that a change of clocks leaves out means the first instant after the gap;
 * one that comes twice means its first coming.
 *
 * @param time  `HH:MM`
 */
export function bookInstant(date: LocalDate, time: string, zone: string): Instant {
  const key = `${date} ${time} ${zone}`
  const found = known.get(key)
  if (found !== undefined) return found
  if (known.size >= KNOWN_AT_MOST) known.clear()
  const instant = localInstant(date, time, zone)
  known.set(key, instant)
  return instant
}

/** The first instant of a day in the book zone (not midnight where a change of clocks leaves midnight out). */
export const startOfBookDay = (date: LocalDate, zone: string): Instant => bookInstant(date, '00:00', zone)

/**
 * When is a promise to pay by this day broken, if nothing has come?
 *
 * The whole promised day is left to the person; on the day after, once that day's
 * payments are known, the `promise-broken` rung may speak.
 */
export const promiseEndsAt = (promisedFor: LocalDate, zone: string): Instant => startOfBookDay(addDays(promisedFor, 1), zone)
