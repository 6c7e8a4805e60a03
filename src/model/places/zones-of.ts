import { canonicalJurisdiction, countryOfTime, subdivisionOf, type Jurisdiction } from '../jurisdiction.ts'
import { AREA_CODES } from './area-codes.ts'
import { COUNTRY_ZONES } from './country-zones.ts'
import { PREFIX_ZONES } from './phone-prefix-zones.ts'
import { SUBDIVISION_ZONES } from './subdivision-zones.ts'

const NONE: readonly string[] = []

/** Every zone of a country (ISO 3166-1 alpha-2); empty when there is no such country. */
export const zonesOfCountry = (country: string): readonly string[] => COUNTRY_ZONES[country] ?? NONE

/** Does this place say more than its country, as far as the tables know? */
export const isFinerThanCountry = (place: Jurisdiction): boolean => {
  const subdivision = subdivisionOf(canonicalJurisdiction(place))
  return subdivision !== null && SUBDIVISION_ZONES[subdivision] !== undefined
}

/**
 * Which zones may somebody in this place be in?
 *
 * A subdivision the tables do not list has its country's full set: the stricter
 * answer. Empty when the country itself is unknown.
 */
export function zonesOf(place: Jurisdiction): readonly string[] {
  const canonical = canonicalJurisdiction(place)
  const subdivision = subdivisionOf(canonical)
  return (subdivision === null ? undefined : SUBDIVISION_ZONES[subdivision]) ?? zonesOfCountry(countryOfTime(canonical))
}

const prefixZones = new Map<string, readonly string[]>()
let longestPrefix = 0
for (const [zones, prefixes] of PREFIX_ZONES) {
  for (const prefix of prefixes.split(' ')) {
    prefixZones.set(prefix, zones)
    longestPrefix = Math.max(longestPrefix, prefix.length)
  }
}

/** Zones of the area code of a number (digits without the plus); empty when its prefix says no more than the country. */
export function zonesOfPrefix(digits: string): readonly string[] {
  for (let length = Math.min(longestPrefix, digits.length); length > 1; length--) {
    const zones = prefixZones.get(digits.slice(0, length))
    if (zones !== undefined) return zones
  }
  return NONE
}

const areaCodePlaces = new Map<string, string[]>()
for (const [place, codes] of Object.entries(AREA_CODES)) {
  for (const code of codes.split(' ')) areaCodePlaces.set(code, [...(areaCodePlaces.get(code) ?? []), place])
}

/** States or provinces of a North American number (digits without the plus); empty for every other number. */
export const subdivisionsOfPrefix = (digits: string): readonly string[] =>
  digits.startsWith('1') ? (areaCodePlaces.get(digits.slice(1, 4)) ?? NONE) : NONE
