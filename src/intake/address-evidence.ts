import { subdivisionsOfPrefix, zonesOfCountry, zonesOfPrefix } from '../model/places/zones-of.ts'
import { plannedNumber } from './numbering-plan.ts'

/** What a phone number says about where its holder may be, and what line it is. */
export interface PhoneEvidence {
  /** ISO 3166-1 alpha-2 of the prefix; null when it has none (satellite, international freephone). */
  country: string | null
  /** Zones of the area code, not widened; empty when the prefix says no more than the country. */
  zones: string[]
  /** ISO 3166-2 places of the area code; empty when not known. */
  subdivisions: string[]
  /** `unknown` where numbering plans do not tell mobiles from landlines, as in the US. */
  lineType: 'mobile' | 'landline' | 'voip' | 'unknown'
}

const LINE_TYPES: Readonly<Record<string, PhoneEvidence['lineType']>> = { MOBILE: 'mobile', FIXED_LINE: 'landline', VOIP: 'voip' }

/** Countries of the North American plan whose area codes the tables place. */
const AREA_CODE_COUNTRIES: ReadonlySet<string> = new Set(['US', 'CA'])

/**
 * Where may the holder of this number be, by its prefix alone?
 *
 * Weak evidence: people keep numbers when they move. `decide` widens it.
 *
 * @param e164  `+` and digits; anything that cannot be parsed says nothing
 */
export function phoneEvidence(e164: string): PhoneEvidence {
  const planned = plannedNumber(e164)
  const country = planned?.number.country ?? countryOfPrefix(e164)
  const lineType = LINE_TYPES[planned?.type ?? ''] ?? 'unknown'
  if (country === null) return { country: null, zones: [], subdivisions: [], lineType }
  const digits = e164.slice(1)
  const countryZones = zonesOfCountry(country)
  const american = AREA_CODE_COUNTRIES.has(country)
  const subdivisions = american ? subdivisionsOfPrefix(digits).filter((place) => place.startsWith(`${country}-`)) : []
  // A mobile number outside North America belongs to no area.
  const placed = american || lineType === 'landline' ? zonesOfPrefix(digits).filter((zone) => countryZones.includes(zone)) : []
  return { country, zones: countryZones.length === 1 ? [...countryZones] : placed, subdivisions, lineType }
}

/**
 * Numbers invented for tests and examples (+1 212 555 0123) are not valid, yet their
 * area code still says where: take the country from the area code.
 */
function countryOfPrefix(e164: string): string | null {
  const place = subdivisionsOfPrefix(e164.slice(1))[0]
  return place === undefined ? null : place.slice(0, 2)
}
