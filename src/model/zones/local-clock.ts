import { DAY, MINUTE, type Instant } from '../instant.ts'
import { dayNumber, fromDayNumber, type LocalDate } from '../local-date.ts'
import { changesOf, nextChange, offsetAt, type ZoneChanges } from './zone-data.ts'

const UTC: ZoneChanges = { at: new Float64Array(), offsets: new Float64Array(1), goesOn: false }

/** What was recorded under a name that the data does not know is shown in UTC; nothing is decided by it. */
const changesOrUtc = (zone: string): ZoneChanges => changesOf(zone) ?? UTC

/** What does the wall clock of this zone show? Local time as milliseconds, to be read as if it were UTC. */
export const wallClock = (instant: Instant, zone: string): number => instant + offsetAt(changesOrUtc(zone), instant)

/** Which calendar day is it in this zone? */
export const localDateAt = (instant: Instant, zone: string): LocalDate => fromDayNumber(Math.floor(wallClock(instant, zone) / DAY))

/**
 * At which instant does this zone's wall clock first show this local time, or a later one?
 *
 * A time that a change of clocks leaves out means the first instant after the gap; one
 * that comes twice means its first coming.
 *
 * @param local  milliseconds, as `wallClock` gives them
 */
export function firstInstantAt(local: number, zone: string): Instant {
  const changes = changesOrUtc(zone)
  // No zone is a day or more from UTC, and none has skipped more than a day.
  let start = local - 3 * DAY
  for (;;) {
    const offset = offsetAt(changes, start)
    const next = nextChange(changes, start)
    if (next === null || next.at + offset > local) return Math.max(start, local - offset)
    start = next.at
  }
}

/** The same for a date and a time of day, `HH:MM`. Throws RangeError on an impossible date. */
export function localInstant(date: LocalDate, time: string, zone: string): Instant {
  const day = dayNumber(date)
  if (day === null) throw new RangeError(`invalid date: ${date}`)
  const [hour, minute] = time.split(':').map(Number) as [number, number]
  return firstInstantAt(day * DAY + (hour * 60 + minute) * MINUTE, zone)
}

/** The days of this zone that a span touches, each with its first instant. */
export function daysWithin(from: Instant, to: Instant, zone: string): { date: LocalDate; start: Instant }[] {
  const first = Math.floor(wallClock(from, zone) / DAY)
  const last = Math.max(first, Math.floor(wallClock(Math.max(from, to - 1), zone) / DAY))
  return Array.from({ length: last - first + 1 }, (_, i) => ({ date: fromDayNumber(first + i), start: firstInstantAt((first + i) * DAY, zone) }))
}
