import { formatInstant, type Instant } from '../model/instant.ts'
import { catalogueOf } from './words/catalogue.ts'
import type { Language } from './words/language.ts'

const formats = new Map<string, Intl.DateTimeFormat>()

function formatFor(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone, weekday: 'short', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
    })
    formats.set(zone, format)
  }
  return format
}

const partsOf = (at: Instant, zone: string): Record<string, string> =>
  Object.fromEntries(formatFor(zone).formatToParts(at).map((part) => [part.type, part.value]))

/** The catalogue of English is named here by what the calendar itself says, Monday first. */
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** What does a wall clock in this IANA zone show? `Tue 2026-11-24 08:00`, in Chinese `2026-11-24（周二）08:00`. */
export function localTime(at: Instant, zone: string, language: Language = 'en'): string {
  const { weekday, year, month, day, hour, minute } = partsOf(at, zone)
  const { clock, terms } = catalogueOf(language)
  const named = terms.weekdays[WEEKDAYS.indexOf(weekday as string)] ?? weekday
  const date = `${year}-${month}-${day}`
  return clock.order === 'weekday-first' ? `${named} ${date} ${hour}:${minute}` : `${date}（${named}）${hour}:${minute}`
}

/** Which calendar day is it in this IANA zone? */
export function localDay(at: Instant, zone: string): string {
  const { year, month, day } = partsOf(at, zone)
  return `${year}-${month}-${day}`
}

/**
 * One instant on every clock that matters, UTC beside: `Tue 2026-11-24 08:00 in America/New_York; … (2026-11-24T13:00:00Z)`.
 *
 * Clocks that show the same time are named together, so that a person in three zones of
 * one offset does not read three equal times. Without a zone UTC alone.
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
  return clock.join([...byTime].map(([shown, places]) => clock.at(shown, placesWords(places, language))), utc)
}

/** Up to four zones by name, the rest by number. */
export function placesWords(zones: readonly string[], language: Language = 'en'): string {
  const { list, clock } = catalogueOf(language)
  return zones.length <= 4 ? list(zones) : clock.moreZones(list(zones.slice(0, 3)), zones.length - 3)
}
