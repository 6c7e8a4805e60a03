/**
 * A place whose law may apply: ISO 3166-1 (`US`), ISO 3166-2 (`US-NY`), or a place
 * below it as packs name it (`US-NY-NYC`).
 */
export type Jurisdiction = string

const SHAPE = /^[A-Z]{2}(?:-[A-Z0-9]{1,3}){0,2}$/

/** ISO 3166-2 codes of places that have a country code, law and time of their own. */
const OWN_COUNTRY: Readonly<Record<string, string>> = {
  'US-PR': 'PR', 'US-GU': 'GU', 'US-VI': 'VI', 'US-AS': 'AS', 'US-MP': 'MP', 'US-UM': 'UM',
  'CN-HK': 'HK', 'CN-91': 'HK', 'CN-MO': 'MO', 'CN-92': 'MO', 'CN-TW': 'TW', 'CN-71': 'TW',
}

export const isJurisdiction = (text: string): boolean => SHAPE.test(text)

/** The code under which law and time are looked up: `US-PR` is `PR`, everything else is itself. */
export const canonicalJurisdiction = (place: Jurisdiction): Jurisdiction => OWN_COUNTRY[place] ?? place

export const countryOf = (place: Jurisdiction): string => place.slice(0, 2)

/** The state or province (`US-NY` of `US-NY-NYC`), or null for a whole country. */
export function subdivisionOf(place: Jurisdiction): string | null {
  const parts = place.split('-')
  return parts.length < 2 ? null : `${parts[0]}-${parts[1]}`
}

/** Is `place` the same as `scope`, or inside it? `US-NY-NYC` is within `US-NY` and `US`; `US` is not within `US-NY`. */
export const isWithin = (place: Jurisdiction, scope: Jurisdiction): boolean =>
  place === scope || (place.length > scope.length && place.startsWith(scope) && place[scope.length] === '-')
