import { fromDayNumber } from '../model/local-date.ts'
import { DAY, MINUTE, type Instant } from '../model/instant.ts'
import { localDateAt, wallClock } from '../model/zones/local-clock.ts'

const WEEKDAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed']

/** What does a wall clock in this IANA zone show? `Tue 2026-11-24 08:00` */
export function localTime(at: Instant, zone: string): string {
  const local = wallClock(at, zone)
  const day = Math.floor(local / DAY)
  const minute = Math.floor((local - day * DAY) / MINUTE)
  return `${WEEKDAYS[((day % 7) + 7) % 7]} ${fromDayNumber(day)} ${two(Math.floor(minute / 60))}:${two(minute % 60)}`
}

const two = (value: number): string => String(value).padStart(2, '0')

/** Which calendar day is it in this IANA zone? */
export const localDay = (at: Instant, zone: string): string => localDateAt(at, zone)

/**
 * The same instant on every clock that matters: `2026-11-24T13:00:00Z = Tue 2026-11-24 08:00 in America/New_York, …`.
 *
 * Clocks that show the same time are named together, so that a person in three zones of
 * one offset does not read three equal times.
 */
export function onEveryClock(at: string, zones: readonly string[]): string {
  if (zones.length === 0) return at
  const byTime = new Map<string, string[]>()
  for (const zone of zones) {
    const shown = localTime(Date.parse(at), zone)
    byTime.set(shown, [...(byTime.get(shown) ?? []), zone])
  }
  const clocks = [...byTime].map(([shown, places]) => `${shown} in ${placesWords(places)}`)
  return `${at} = ${clocks.join('; ')}`
}

/** Up to four zones by name, the rest by number. */
export const placesWords = (zones: readonly string[]): string =>
  zones.length <= 4 ? zones.join(', ') : `${zones.slice(0, 3).join(', ')} and ${zones.length - 3} more zones`
