import { DAY, formatInstant, fromDayNumber, type Instant, MINUTE, weekdayOf } from '../model/time.ts'
import { localDateAt, wallClock } from '../model/zones/zone-data.ts'
import { catalogueOf } from './words/catalogue.ts'
import type { Language } from './words/terms.ts'

/** What does a wall clock in this IANA zone show? `Tue 2026-11-24 08:00`, in Chinese `2026-11-24（周二）08:00`. */
export function localTime(at: Instant, zone: string, language: Language = 'en'): string {
  const local = wallClock(at, zone)
  const day = Math.floor(local / DAY)
  const minute = Math.floor((local - day * DAY) / MINUTE)
  const { clock, terms } = catalogueOf(language)
  // Day 0 was a Thursday; the catalogues begin with Monday.
  const named = terms.weekdays[weekdayOf(day) - 1] as string
  const [date, time] = [fromDayNumber(day), `${two(Math.floor(minute / 60))}:${two(minute % 60)}`]
  return clock.order === 'weekday-first' ? `${named} ${date} ${time}` : `${date}（${named}）${time}`
}

const two = (value: number): string => String(value).padStart(2, '0')

/** Which calendar day is it in this IANA zone? */
export const localDay = (at: Instant, zone: string): string => localDateAt(at, zone)

/**
 * One instant in each of these zones, with UTC: `Tue 2026-11-24 08:00 in America/New_York; … (2026-11-24T13:00:00Z)`.
 *
 * Zones that show the same time are named together. Without a zone: UTC alone.
 */
export function onEveryClock(at: string, zones: readonly string[], language: Language = 'en'): string {
  const { clock } = catalogueOf(language)
  const instant = Date.parse(at)
  const utc = formatInstant(instant)
  if (zones.length === 0) return utc
  const byTime = new Map<string, string[]>()
  for (const zone of zones) {
    const shown = localTime(instant, zone, language)
    byTime.set(shown, [...(byTime.get(shown) ?? []), zone])
  }
  return clock.join(
    [...byTime].map(([shown, places]) => clock.at(shown, placesWords(places, language))),
    utc,
  )
}

/** Up to four zones by name, the rest as a count. */
export function placesWords(zones: readonly string[], language: Language = 'en'): string {
  const { list, clock } = catalogueOf(language)
  return zones.length <= 4 ? list(zones) : clock.moreZones(list(zones.slice(0, 3)), zones.length - 3)
}
