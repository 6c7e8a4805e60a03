import { isWithin, type Jurisdiction } from '../jurisdiction.ts'
import { NEW_YORK_CITY, ZIP_EXCEPTIONS, ZIP_STATES, ZIP_ZONES } from './us-zip-codes.ts'
import { zonesOf } from './zones-of.ts'

/** A place with the zone in it, as far as they are known. */
export interface StatedPlace {
  jurisdiction: Jurisdiction | null
  timeZone: string | null
}

/** What a place is once its postcode has been read; `elsewhere`: the postcode points to another place, which counts too. */
export interface PlaceByPostcode extends StatedPlace {
  elsewhere: StatedPlace | null
}

const ZIP = /^(\d{3})\d{2}(?:[- ]?\d{4})?$/

/**
 * Where does a postcode put somebody who is said to be in this place?
 *
 * Read for the United States, where ZIP codes name the state, New York City, and the zone in
 * states that keep several; no table is shipped for other countries, and there it says nothing.
 * What agrees with the place makes it finer; a zone that is stated is never replaced.
 */
export function placeByPostcode(stated: StatedPlace, postcode: string | null | undefined): PlaceByPostcode {
  const { jurisdiction, timeZone } = stated
  const found = postcode == null || jurisdiction === null || !isWithin(jurisdiction, 'US') ? null : placeOfZip(postcode.trim())
  if (found === null || jurisdiction === null || found.jurisdiction === null) return { ...stated, elsewhere: null }
  const finer = isWithin(found.jurisdiction, jurisdiction)
  if (!finer && !isWithin(jurisdiction, found.jurisdiction)) return { ...stated, elsewhere: found }
  const place = finer ? found.jurisdiction : jurisdiction
  if (timeZone === null || found.timeZone === null || timeZone === found.timeZone) return { jurisdiction: place, timeZone: timeZone ?? found.timeZone, elsewhere: null }
  return { jurisdiction: place, timeZone, elsewhere: found }
}

function placeOfZip(postcode: string): StatedPlace | null {
  const [zip, prefix] = ZIP.exec(postcode) ?? []
  if (zip === undefined || prefix === undefined) return null
  const code = zip.slice(0, 5)
  if (city.has(prefix) || city.has(code)) return { jurisdiction: 'US-NY-NYC', timeZone: null }
  const jurisdiction = ZIP_EXCEPTIONS[code] ?? states.get(prefix) ?? null
  if (jurisdiction === null) return null
  const zone = zones.get(prefix)
  return { jurisdiction, timeZone: zone !== undefined && zonesOf(jurisdiction).includes(zone) ? zone : null }
}

/** `325 370-372` → 325, 370, 371, 372. */
const listed = (text: string): string[] => text.split(' ').flatMap((part) => {
  const [first = '', last = first] = part.split('-')
  return Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => String(Number(first) + i).padStart(first.length, '0'))
})
const byPrefix = (table: Readonly<Record<string, string>>): Map<string, string> => new Map(Object.entries(table).flatMap(([name, text]) => listed(text).map((prefix) => [prefix, name] as const)))

const states = byPrefix(ZIP_STATES)
const zones = byPrefix(ZIP_ZONES)
const city = new Set([...listed(NEW_YORK_CITY.prefixes), ...listed(NEW_YORK_CITY.codes)])
