/**
 * A place whose law may apply: ISO 3166-1 (`US`), ISO 3166-2 (`US-NY`), or a place
 * below it as packs name it (`US-NY-NYC`).
 */
export type Jurisdiction = string

const SHAPE = /^[A-Z]{2}(?:-[A-Z0-9]{1,3}){0,2}$/

/** ISO 3166-2 codes of places that have a country code, law and time of their own. */
const OWN_COUNTRY: Readonly<Record<string, string>> = { 'CN-HK': 'HK', 'CN-91': 'HK', 'CN-MO': 'MO', 'CN-92': 'MO', 'CN-TW': 'TW', 'CN-71': 'TW' }

/**
 * Territories with a country code and a time of their own that federal law counts among the States
 * (15 USC 1692a(8), 47 USC 153): `PR` and `US-PR` are one place, inside `US`.
 */
const TERRITORIES: Readonly<Record<string, string>> = { PR: 'US-PR', GU: 'US-GU', VI: 'US-VI', AS: 'US-AS', MP: 'US-MP', UM: 'US-UM' }
const TERRITORY_CODES: Readonly<Record<string, string>> = Object.fromEntries(Object.entries(TERRITORIES).map(([code, place]) => [place, code]))

export const isJurisdiction = (text: string): boolean => SHAPE.test(text)

/** The one spelling under which law is looked up: `PR` is `US-PR`, `CN-HK` is `HK`, everything else is itself. */
export const canonicalJurisdiction = (place: Jurisdiction): Jurisdiction => OWN_COUNTRY[place] ?? TERRITORIES[place] ?? place

export const countryOf = (place: Jurisdiction): string => place.slice(0, 2)

/** The country code under which a place's time is kept: that of `US-PR` is `PR`, that of `US-NY` is `US`. */
export function countryOfTime(place: Jurisdiction): string {
  const canonical = canonicalJurisdiction(place)
  return TERRITORY_CODES[canonical.slice(0, 5)] ?? countryOf(canonical)
}

/** The state or province (`US-NY` of `US-NY-NYC`), or null for a whole country. */
export function subdivisionOf(place: Jurisdiction): string | null {
  const parts = place.split('-')
  return parts.length < 2 ? null : `${parts[0]}-${parts[1]}`
}

/** Is `place` the same as `scope`, or inside it, however they are spelled? `US-NY-NYC` is within `US-NY` and `US`, `PR` within `US`; `US` is not within `US-NY`. */
export const isWithin = (place: Jurisdiction, scope: Jurisdiction): boolean => liesWithin(canonicalJurisdiction(place), canonicalJurisdiction(scope))

/** The same of places that are in their canonical spelling. */
export const liesWithin = (place: Jurisdiction, scope: Jurisdiction): boolean =>
  place === scope || (place.length > scope.length && place.startsWith(scope) && place[scope.length] === '-')
