import { LRUCache } from 'lru-cache'
import type { Instant } from '../model/instant.ts'
import { addDays, type LocalDate } from '../model/local-date.ts'
import { localDateAt, localInstant } from '../model/zones/local-clock.ts'

/** Which day is it in the creditor's books? */
export const bookDate = (instant: Instant, zone: string): LocalDate => localDateAt(instant, zone)

/** Answers already worked out: every account of a creditor asks for the same few days. */
const instants = new LRUCache<string, Instant>({ max: 20_000 })

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
  const known = instants.get(key)
  if (known !== undefined) return known
  const instant = localInstant(date, time, zone)
  instants.set(key, instant)
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
