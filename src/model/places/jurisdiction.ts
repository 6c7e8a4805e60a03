import { COUNTRY_ZONES, SUBDIVISION_ZONES } from './country-zones.ts'
import { AREA_CODES, PREFIX_ZONES } from './phone-prefix-zones.ts'

/**
 * A place whose law may apply: ISO 3166-1 (`US`), ISO 3166-2 (`US-NY`), or a place below it as packs name it
 * (`US-NY-NYC`).
 */
export type Jurisdiction = string

const SHAPE = /^[A-Z]{2}(?:-[A-Z0-9]{1,3}){0,2}$/

/** ISO 3166-2 codes of places that have their own country code, law and time. */
const OWN_COUNTRY: Readonly<Record<string, string>> = {
  'CN-HK': 'HK',
  'CN-91': 'HK',
  'CN-MO': 'MO',
  'CN-92': 'MO',
  'CN-TW': 'TW',
  'CN-71': 'TW',
  'FR-BL': 'BL',
  'FR-NC': 'NC',
  'FR-PF': 'PF',
  'FR-PM': 'PM',
  'FR-TF': 'TF',
  'FR-WF': 'WF',
  'NL-AW': 'AW',
  'NL-BQ1': 'BQ',
  'NL-BQ2': 'BQ',
  'NL-BQ3': 'BQ',
  'NL-CW': 'CW',
  'NL-SX': 'SX',
  'NO-21': 'SJ',
  'NO-22': 'SJ',
}

/**
 * Territories with their own country code and time inside the law of another country: `PR` and `US-PR` are one place, inside
 * `US`. Federal law of the United States counts them among the States (15 USC 1692a(8), 47 USC 153); law of the European
 * Union holds in the outermost regions of France (TFEU art. 349, 355(1)) and on Åland (art. 355(4)).
 */
const TERRITORIES: Readonly<Record<string, string>> = {
  PR: 'US-PR',
  GU: 'US-GU',
  VI: 'US-VI',
  AS: 'US-AS',
  MP: 'US-MP',
  UM: 'US-UM',
  GP: 'FR-971',
  MQ: 'FR-972',
  GF: 'FR-973',
  RE: 'FR-974',
  YT: 'FR-976',
  MF: 'FR-MF',
  AX: 'FI-01',
}
/** The same by letters, as ISO 3166-2 had them before 2021 and files still do. */
const BY_LETTERS: Readonly<Record<string, string>> = {
  'FR-GP': 'FR-971',
  'FR-MQ': 'FR-972',
  'FR-GF': 'FR-973',
  'FR-RE': 'FR-974',
  'FR-YT': 'FR-976',
}
const TERRITORY_CODES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(TERRITORIES).map(([code, place]) => [place, code]),
)

export const isJurisdiction = (text: string): boolean => SHAPE.test(text)

/** The one spelling under which law is looked up: `PR` is `US-PR`, `CN-HK` is `HK`, everything else is itself. */
export const canonicalJurisdiction = (place: Jurisdiction): Jurisdiction =>
  OWN_COUNTRY[place] ?? TERRITORIES[place] ?? BY_LETTERS[place] ?? place

export const countryOf = (place: Jurisdiction): string => place.slice(0, 2)

/** The country code under which a place's time is kept: that of `US-PR` is `PR`, that of `US-NY` is `US`. */
export function countryOfTime(place: Jurisdiction): string {
  const canonical = canonicalJurisdiction(place)
  return TERRITORY_CODES[subdivisionOf(canonical) ?? canonical] ?? countryOf(canonical)
}

/** The state or province (`US-NY` of `US-NY-NYC`), or null for a whole country. */
function subdivisionOf(place: Jurisdiction): string | null {
  const parts = place.split('-')
  return parts.length < 2 ? null : `${parts[0]}-${parts[1]}`
}

/** Is `place` the same as `scope`, or inside it, however they are spelled? `US-NY-NYC` is within `US-NY` and `US`, `PR` within `US`; `US` is not within `US-NY`. */
export const isWithin = (place: Jurisdiction, scope: Jurisdiction): boolean =>
  liesWithin(canonicalJurisdiction(place), canonicalJurisdiction(scope))

/** `isWithin` for places that are already canonical. */
export const liesWithin = (place: Jurisdiction, scope: Jurisdiction): boolean =>
  place === scope || (place.length > scope.length && place.startsWith(scope) && place[scope.length] === '-')

const NONE: readonly string[] = []

/** Every zone of a country (ISO 3166-1 alpha-2); empty when there is no such country. */
export const zonesOfCountry = (country: string): readonly string[] => COUNTRY_ZONES[country] ?? NONE

/** Do the tables know zones for this place that are narrower than its country's? */
export const isFinerThanCountry = (place: Jurisdiction): boolean => {
  const subdivision = subdivisionOf(canonicalJurisdiction(place))
  return subdivision !== null && SUBDIVISION_ZONES[subdivision] !== undefined
}

/** Countries of which the tables have every state or province. */
const ALL_STATES_KNOWN: ReadonlySet<string> = new Set(['AU', 'BR', 'CA', 'ID', 'MX', 'US'])

/** Is this a code that none of its country's states or provinces has, so that it says no more than the country? */
export function isUnknownState(place: Jurisdiction): boolean {
  const canonical = canonicalJurisdiction(place)
  const subdivision = subdivisionOf(canonical)
  return (
    subdivision !== null &&
    ALL_STATES_KNOWN.has(countryOf(canonical)) &&
    SUBDIVISION_ZONES[subdivision] === undefined &&
    TERRITORY_CODES[subdivision] === undefined
  )
}

/**
 * Which zones may a recipient in this place be in?
 *
 * A subdivision the tables do not list has its country's full set, which is stricter. Empty when the country is unknown.
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

/** Zones of the area code of a number (digits without the plus); empty when the prefix is not narrower than the country. */
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
