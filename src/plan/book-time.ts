import { LRUCache } from 'lru-cache'
import { addDays, daysBetween, type Instant, type LocalDate } from '../model/time.ts'
import { localDateAt, localInstant } from '../model/zones/zone-data.ts'
import type { AccountToPlan } from './recipient-plan.ts'

/** Which day is it in the creditor's book zone? */
export const bookDate = (instant: Instant, zone: string): LocalDate => localDateAt(instant, zone)

/** Cached results: all accounts of a creditor ask for the same few days. */
const instants = new LRUCache<string, Instant>({ max: 20_000 })

/**
 * At which instant does this local time occur on this day, in the book zone?
 *
 * A time that a change of clocks skips means the first instant after the gap; one
 * that occurs twice means its first occurrence.
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
 * When is a promise to pay by this day broken, if no payment has come?
 *
 * The recipient has the whole promised day; on the day after, once that day's
 * payments are known, the `promise-broken` rung may go.
 */
export const promiseEndsAt = (promisedFor: LocalDate, zone: string): Instant =>
  startOfBookDay(addDays(promisedFor, 1), zone)

/**
 * How many days past due is this account, by the creditor's books?
 *
 * Day 0 is the due date; negative before it. Counted from the oldest unpaid due
 * date; the number the creditor states counts only where no due date is known.
 *
 * @returns  whole days, or null when neither is known
 */
export function daysPastDue(
  account: Pick<AccountToPlan, 'dueDate' | 'statedDaysPastDue'>,
  bookZone: string,
  now: Instant,
): number | null {
  return daysPastDueOn(account, bookDate(now, bookZone))
}

/** The same on this day of the creditor's books. */
export const daysPastDueOn = (
  { dueDate, statedDaysPastDue }: Pick<AccountToPlan, 'dueDate' | 'statedDaysPastDue'>,
  day: LocalDate,
): number | null => (dueDate === null ? statedDaysPastDue : daysBetween(dueDate, day))
