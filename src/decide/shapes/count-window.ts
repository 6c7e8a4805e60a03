import { DAY, HOUR, type Instant } from '../../model/instant.ts'
import type { CountWindow } from '../../model/pack-counting.ts'
import type { ZoneTable } from '../zone-table.ts'

/**
 * How long does a contact count? (S7)
 *
 * `since(zone, at)`: contacts at or after this instant count at `at`.
 * `leaves(zone, contact)`: the first instant at which a contact no longer counts.
 * Both in local dates of the zone, so that a day of 23 or 25 hours is one day.
 */
export interface Counting {
  since(zone: ZoneTable, at: Instant): Instant
  leaves(zone: ZoneTable, contact: Instant): Instant
  /** In no zone does a contact count longer than this, in milliseconds. */
  readonly longest: number
}

export function compileCountWindow(window: CountWindow): Counting {
  switch (window.type) {
    case 'rolling-hours': {
      const length = window.hours * HOUR
      return { since: (_zone, at) => at - length + 1, leaves: (_zone, contact) => contact + length, longest: length }
    }
    case 'calendar-day':
      return rollingDays(1)
    case 'rolling-days':
      return rollingDays(window.days)
    case 'week':
      // Whatever the calendar week holds lies within the last seven days, so rolling is never the looser one.
      return rollingDays(7)
    case 'calendar-week':
      return byPeriod((day) => day - ((day + 3 - (window.startsOn - 1) + 7_000_000) % 7), (first) => first + 7, 7)
    case 'calendar-month':
      return byPeriod((day) => monthStart(day, 0), (first) => monthStart(first, 1), 31)
  }
}

const rollingDays = (days: number): Counting => ({
  since: (zone, at) => zone.startOfDay(zone.dayAt(at) - days + 1),
  leaves: (zone, contact) => zone.startOfDay(zone.dayAt(contact) + days),
  longest: longestOf(days),
})

const byPeriod = (firstDay: (day: number) => number, nextFirst: (first: number) => number, mostDays: number): Counting => ({
  since: (zone, at) => zone.startOfDay(firstDay(zone.dayAt(at))),
  leaves: (zone, contact) => zone.startOfDay(nextFirst(firstDay(zone.dayAt(contact)))),
  longest: longestOf(mostDays),
})

/** Local days are longer than 24 hours at times: by an hour in most zones, by a day where the date line moves. */
const longestOf = (days: number): number => (days + 2) * DAY

function monthStart(day: number, monthsLater: number): number {
  const date = new Date(day * DAY)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + monthsLater, 1) / DAY
}
