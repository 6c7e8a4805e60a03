import type { Instant } from '../model/instant.ts'

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

/** What does a wall clock in this IANA zone show? `Tue 2026-11-24 08:00` */
export function localTime(at: Instant, zone: string): string {
  const { weekday, year, month, day, hour, minute } = partsOf(at, zone)
  return `${weekday} ${year}-${month}-${day} ${hour}:${minute}`
}

/** Which calendar day is it in this IANA zone? */
export function localDay(at: Instant, zone: string): string {
  const { year, month, day } = partsOf(at, zone)
  return `${year}-${month}-${day}`
}

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
