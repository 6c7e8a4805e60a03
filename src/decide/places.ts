import type { AddressFacts, Facts, RecipientFacts } from '../model/facts.ts'
import { canonicalJurisdiction, countryOf } from '../model/jurisdiction.ts'
import { isFinerThanCountry, zonesOf, zonesOfCountry } from '../model/places/zones-of.ts'
import { zoneTable, type ZoneTable } from './zone-table.ts'

/** Where the person may be: every zone and every jurisdiction that the evidence allows. */
export interface Places {
  /** False: nothing is known, or something is stated that cannot be placed. */
  readonly located: boolean
  readonly zoneNames: readonly string[]
  readonly zones: readonly ZoneTable[]
  readonly jurisdictions: readonly string[]
}

const UTC = [zoneTable('UTC') as ZoneTable]
const LINES_WITH_A_PLACE = new Set(['landline'])
const known = new Map<string, Places>()
const KNOWN_MAX = 20_000

/**
 * Where may this person be? (S5)
 *
 * The union of what the stated zone, the jurisdiction, each dated sign and the phone
 * prefix indicate, in that order. A whole country adds all its zones unless a stated
 * zone, a finer place or a landline's area code lies within it. A phone prefix alone
 * counts as its country, except a landline's. A stated zone never displaces a finer place.
 */
export function placesOf(facts: Facts): Places {
  const key = keyOf(facts.recipient, facts.address, facts.reminder.channel)
  let places = known.get(key)
  if (places === undefined) {
    places = findPlaces(facts.recipient, facts.reminder.channel === 'email' ? null : facts.address)
    if (known.size >= KNOWN_MAX) known.clear()
    known.set(key, places)
  }
  return places
}

function keyOf(recipient: RecipientFacts, address: AddressFacts | null, channel: string): string {
  let key = `${recipient.timeZone}|${recipient.jurisdiction}`
  for (const sign of recipient.locationEvidence) key += `|${sign.jurisdiction}@${sign.timeZone}`
  if (address === null || channel === 'email') return key
  return `${key}#${address.country}#${address.kind}#${address.zones.join()}#${address.subdivisions.join()}`
}

function findPlaces(recipient: RecipientFacts, address: AddressFacts | null): Places {
  const stated = [recipient.timeZone, ...recipient.locationEvidence.map((sign) => sign.timeZone)].filter((zone) => zone !== null)
  const signs = [recipient.jurisdiction, ...recipient.locationEvidence.map((sign) => sign.jurisdiction)].filter((place) => place !== null)
  const fromLine = address !== null && address.kind !== null && LINES_WITH_A_PLACE.has(address.kind) ? address.zones : []
  const finer = signs.filter(isFinerThanCountry)
  const zones = new Set<string>()
  let unplaced = false

  const add = (found: readonly string[]): void => {
    if (found.length === 0) unplaced = true
    for (const zone of found) zones.add(zone)
  }
  const addPlace = (place: string): void => {
    const all = zonesOf(place)
    if (isFinerThanCountry(place)) return add(all)
    const country = countryOf(canonicalJurisdiction(place))
    const narrowed = stated.some((zone) => all.includes(zone)) || fromLine.some((zone) => all.includes(zone)) ||
      finer.some((other) => countryOf(canonicalJurisdiction(other)) === country)
    if (!narrowed) add(all)
  }

  if (recipient.timeZone !== null) add([recipient.timeZone])
  if (recipient.jurisdiction !== null) addPlace(recipient.jurisdiction)
  for (const sign of recipient.locationEvidence) {
    if (sign.timeZone !== null) add([sign.timeZone])
    if (sign.jurisdiction !== null) addPlace(sign.jurisdiction)
  }
  if (address !== null && address.country !== null) addPhone(address, address.country, signs, stated, zones)

  const tables: ZoneTable[] = []
  const names: string[] = []
  for (const name of zones) {
    const table = zoneTable(name)
    if (table !== null) {
      tables.push(table)
      names.push(name)
    } else if (stated.includes(name)) unplaced = true
  }
  const located = tables.length > 0 && !unplaced
  return { located, zoneNames: names, zones: tables.length > 0 ? tables : UTC, jurisdictions: jurisdictionsOf(signs, address) }
}

function addPhone(address: AddressFacts, country: string, signs: readonly string[], stated: readonly string[], zones: Set<string>): void {
  const countryZones = zonesOfCountry(country)
  const alone = zones.size === 0
  const line = address.kind !== null && LINES_WITH_A_PLACE.has(address.kind)
  if (alone) {
    for (const zone of line && address.zones.length > 0 ? address.zones : countryZones) zones.add(zone)
    return
  }
  if (address.zones.length > 0) {
    for (const zone of address.zones) zones.add(zone)
    return
  }
  // The prefix says no more than the country: news only when nothing else points there.
  const pointedAt = signs.some((place) => countryOf(canonicalJurisdiction(place)) === country) || stated.some((zone) => countryZones.includes(zone))
  if (!pointedAt) for (const zone of countryZones) zones.add(zone)
}

/** The phone prefix speaks of law only where nothing that was stated does: people keep numbers when they move. */
function jurisdictionsOf(signs: readonly string[], address: AddressFacts | null): string[] {
  const found = new Set(signs.map(canonicalJurisdiction))
  if (address?.country == null) return [...found]
  const country = address.country
  if (found.size === 0) {
    found.add(country)
    for (const place of address.subdivisions) found.add(place)
  } else if (found.has(country) && ![...found].some((place) => place !== country && countryOf(place) === country)) {
    for (const place of address.subdivisions) found.add(place)
  }
  return [...found]
}
