import type { PlaceSign } from '../model/explanation.ts'
import type { Facts } from '../model/facts.ts'
import { formatInstant, type Instant } from '../model/instant.ts'
import { zonesOf, zonesOfCountry } from '../model/places/zones-of.ts'

/** A sign of where the person is, and every zone that it allows. */
interface Sign extends PlaceSign {
  zones: readonly string[]
}

/**
 * Which signs of where the person is allow each of these zones? For explanations.
 *
 * A whole country that something finer narrowed allows the zones that are left; the country of a phone
 * prefix is named only where no other sign is.
 */
export function evidenceOf(facts: Facts, zones: readonly string[], now: Instant): { zone: string; evidence: PlaceSign[] }[] {
  const signs = signsOf(facts, now)
  return zones.map((zone) => {
    const allowing = signs.filter((sign) => sign.zones.includes(zone))
    const finer = allowing.filter((sign) => sign.sign !== 'phone-country')
    return { zone, evidence: (finer.length > 0 ? finer : allowing).map(({ zones: _allowed, ...sign }) => sign) }
  })
}

/** A sign that carries no date of its own was read as of now, or as of the beginning of time. */
function signsOf({ recipient, address, reminder }: Facts, now: Instant): Sign[] {
  const signs: Sign[] = []
  const add = (sign: string, place: string | null, zone: string | null, at: Instant | null): void => {
    if (place === null && zone === null) return
    signs.push({ sign, place, zone, at: at === null || at === 0 || at === now ? null : formatInstant(at), zones: [...(zone === null ? [] : [zone]), ...(place === null ? [] : zonesOf(place))] })
  }
  add('stated-zone', null, recipient.timeZone, null)
  add('jurisdiction', recipient.jurisdiction, null, null)
  for (const { kind, jurisdiction, timeZone, at } of recipient.locationEvidence) add(kind, jurisdiction, timeZone, at)
  if (reminder.channel === 'email' || address === null || address.country === null) return signs
  if (address.zones.length > 0) signs.push({ sign: 'area-code', place: address.subdivisions[0] ?? address.country, zone: null, at: null, zones: address.zones })
  signs.push({ sign: 'phone-country', place: address.country, zone: null, at: null, zones: zonesOfCountry(address.country) })
  return signs
}
