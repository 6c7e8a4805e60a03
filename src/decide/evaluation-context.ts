import { LRUCache } from 'lru-cache'
import type { AddressFacts, Facts, RecipientFacts } from '../model/facts.ts'
import {
  canonicalJurisdiction,
  countryOf,
  countryOfTime,
  isFinerThanCountry,
  isUnknownState,
  isWithin,
  zonesOf,
  zonesOfCountry,
} from '../model/places/jurisdiction.ts'
import { EARLIER_PLACES } from '../model/places/signs-of-place.ts'
import { dayNumber, type Instant } from '../model/time.ts'
import { isAmong, type ZoneTable, zoneTable } from './zone-table.ts'

/** The facts of one decision, with the places and zones that every rule needs, computed once. */
export interface EvaluationContext extends Places {
  readonly facts: Facts
  /** The instant of the decision; rules are also asked about later ones. */
  readonly now: Instant
}

export function evaluationContext(facts: Facts, now: Instant): EvaluationContext {
  const places = placesOf(facts)
  return {
    facts,
    now,
    located: places.located,
    zoneNames: places.zoneNames,
    zones: places.zones,
    jurisdictions: places.jurisdictions,
    places: places.places,
  }
}

/**
 * How many days is this account past due on a local day? Null when it is not known.
 *
 * A stated figure is true at the decision's own instant and grows by local days.
 */
export function daysPastDueIn(c: EvaluationContext, account: number, zone: ZoneTable, day: number): number | null {
  const stated = c.facts.accounts[account]
  if (stated === undefined) return null
  if (stated.daysPastDue !== null) return stated.daysPastDue + day - zone.dayAt(c.now)
  const due = stated.dueDate === null ? null : dayNumber(stated.dueDate)
  return due === null ? null : day - due
}

/** The first instant at which this local day has begun in any candidate zone. */
export function dayBeginsSomewhere(c: EvaluationContext, day: number): Instant {
  let first = Infinity
  for (const zone of c.zones) first = Math.min(first, zone.startOfDay(day))
  return first
}

/** The first instant at which this local day has begun in every candidate zone. */
export function dayBeginsEverywhere(c: EvaluationContext, day: number): Instant {
  let last = -Infinity
  for (const zone of c.zones) last = Math.max(last, zone.startOfDay(day))
  return last
}

/** One place where the recipient may be. */
export interface Place {
  /** Null: a zone is stated, and its jurisdiction is not known. */
  readonly jurisdiction: string | null
  readonly zones: readonly ZoneTable[]
  /** A country whose state or province is not known: it may be any of them. */
  readonly whole: boolean
}

/** Where the recipient may be: every zone and every jurisdiction that the evidence allows. */
interface Places {
  /** False: nothing is known, or something is stated that cannot be placed. */
  readonly located: boolean
  readonly zoneNames: readonly string[]
  readonly zones: readonly ZoneTable[]
  readonly jurisdictions: readonly string[]
  /** The same by place; together they hold every zone. */
  readonly places: readonly Place[]
}

const UTC = [zoneTable('UTC') as ZoneTable]
const LINES_WITH_A_PLACE = new Set(['landline'])
/** By the stated evidence: many recipients live in the same place. */
const known = new LRUCache<string, Places>({ max: 20_000 })

/**
 * Where may this recipient be? (S5)
 *
 * The union of what the stated zone, the jurisdiction, each dated sign and the phone
 * prefix indicate, in that order. A stated zone that is among those of the place stated
 * with it stands for that place; elsewhere it adds to it. A whole country adds all its
 * zones unless a stated zone, a finer place or a landline's area code lies within it;
 * where somebody lived before adds a place and narrows none. A phone prefix counts as its country, except a landline's, and except where the rest
 * points to that country too.
 */
function placesOf(facts: Facts): Places {
  const key = keyOf(facts.recipient, facts.address, facts.reminder.channel)
  let places = known.get(key)
  if (places === undefined) {
    places = findPlaces(facts.recipient, facts.reminder.channel === 'email' ? null : facts.address)
    known.set(key, places)
  }
  return places
}

function keyOf(recipient: RecipientFacts, address: AddressFacts | null, channel: string): string {
  let key = `${recipient.timeZone}|${recipient.jurisdiction}`
  for (const sign of recipient.locationEvidence)
    key += `|${sign.jurisdiction}@${sign.timeZone}${isPast(sign) ? '~' : ''}${isMerged(sign) ? '*' : ''}`
  if (address === null || channel === 'email') return key
  return `${key}#${address.country}#${address.kind}#${address.zones.join()}#${address.subdivisions.join()}`
}

/** Does this sign say where somebody was, and not where they are? */
export const isPast = (sign: { readonly kind: string }): boolean => sign.kind === 'earlier-address' || isMerged(sign)

/** Does it stand for places that no longer are told apart? Then its country is not the one that finer signs lie in. */
export const isMerged = ({ kind }: { readonly kind: string }): boolean => kind === EARLIER_PLACES

/** One item of evidence. */
interface Sign {
  readonly zone: string | null
  /** In its canonical spelling. */
  readonly place: string | null
}

/** A place under construction, its zones by name. */
interface Found {
  jurisdiction: string | null
  zones: readonly string[]
  whole: boolean
}

function findPlaces(recipient: RecipientFacts, address: AddressFacts | null): Places {
  const signs = [{ kind: 'stated', ...recipient }, ...recipient.locationEvidence]
  const present = signs.filter((sign) => !isPast(sign)).map(signOf)
  const now = placesFrom(present, recipient, address)
  const says = saysMoreThan(present)
  const past = signs.filter((sign) => isMerged(sign) || (isPast(sign) && says(signOf(sign)))).map(signOf)
  return past.length === 0
    ? now
    : withPast(
        now,
        past.map((sign) => placesFrom([sign], recipient, null)),
      )
}

const signOf = ({ timeZone, jurisdiction }: Pick<RecipientFacts, 'timeZone' | 'jurisdiction'>): Sign => ({
  zone: timeZone,
  place: jurisdiction === null ? null : canonicalJurisdiction(jurisdiction),
})

/** Not where they are anyway: the same place, or a whole country of which they are in a known part. */
const saysMoreThan =
  (present: readonly Sign[]) =>
  ({ zone, place }: Sign): boolean =>
    zone !== null ||
    (place !== null &&
      !present.some(
        (sign) =>
          sign.place !== null && (sign.place === place || (!isFinerThanCountry(place) && isWithin(sign.place, place))),
      ))

/** Where somebody was is added to where they are, and narrows nothing of it. */
function withPast(now: Places, past: readonly Places[]): Places {
  const all = [now, ...past]
  const zones = [...new Set((now.located ? all : past).flatMap((places) => places.zones))]
  return {
    located: all.every(({ located }) => located),
    zones,
    zoneNames: zones.map(({ zone }) => zone),
    jurisdictions: [...new Set(all.flatMap((places) => places.jurisdictions))],
    places: all.flatMap(({ places }) => places),
  }
}

function placesFrom(signs: readonly Sign[], recipient: RecipientFacts, address: AddressFacts | null): Places {
  const stated = signs.flatMap(({ zone }) => (zone === null ? [] : [zone]))
  const fromLine =
    address !== null && address.kind !== null && LINES_WITH_A_PLACE.has(address.kind) ? address.zones : []
  const finer = signs.flatMap(({ place }) => (place !== null && isFinerThanCountry(place) ? [place] : []))
  const found: Found[] = []
  const zones = new Set<string>()
  let unplaced = false

  const add = (jurisdiction: string | null, names: readonly string[], whole = false): void => {
    if (names.length === 0) unplaced = true
    for (const name of names) zones.add(name)
    found.push({ jurisdiction, zones: names, whole })
  }
  const addCountry = (country: string): void => {
    const all = zonesOf(country)
    const land = countryOfTime(country)
    if (finer.some((other) => countryOfTime(other) === land)) return
    const named = [...stated, ...fromLine].filter((zone, i, list) => list.indexOf(zone) === i && isAmong(zone, all))
    // With a landline's area code the state is known.
    const whole = address === null || fromLine.length === 0 || address.subdivisions.length === 0
    const jurisdiction = isUnknownState(country) ? countryOf(country) : country
    if (named.length === 0) return add(jurisdiction, all, true)
    found.push({ jurisdiction, zones: named, whole })
  }

  for (const [i, { zone, place }] of signs.entries()) {
    if (zone !== null) zones.add(zone)
    if (place !== null && !isFinerThanCountry(place)) addCountry(place)
    else if (place !== null) {
      const all = zonesOf(place)
      const own = zone ?? statedFor(place, recipient, signs[0] as Sign, i)
      add(place, own !== null && isAmong(own, all) ? [own] : all)
    }
  }
  const jurisdictions = jurisdictionsOf(signs, address)
  for (const zone of stated)
    if (!found.some((place) => place.zones.includes(zone)))
      found.push({ jurisdiction: countryKeeping(zone, jurisdictions), zones: [zone], whole: false })
  if (address !== null && address.country !== null) addPhone(address, address.country, signs, stated, zones, found)

  // An old name and its successor are one zone, under the name of today.
  const tableOf = new Map<string, ZoneTable>()
  for (const name of zones) {
    const table = zoneTable(name)
    if (table !== null) tableOf.set(name, table)
    else if (stated.includes(name)) unplaced = true
  }
  const tables = [...new Set(tableOf.values())]
  const located = tables.length > 0 && !unplaced
  const places = found.map(({ jurisdiction, zones: own, whole }): Place => ({
    jurisdiction,
    zones: [...new Set(own.flatMap((name) => tableOf.get(name) ?? []))],
    whole,
  }))
  return {
    located,
    zoneNames: tables.map(({ zone }) => zone),
    zones: tables.length > 0 ? tables : UTC,
    jurisdictions,
    places,
  }
}

/** The recipient's stated zone also counts for a sign of the same place that states none; the zone of a sign counts for that sign alone. */
function statedFor(place: string, { timeZone }: RecipientFacts, own: Sign, sign: number): string | null {
  return sign > 0 && timeZone !== null && (own.place === null || own.place === place) ? timeZone : null
}

/** Which of these jurisdictions' countries holds a zone that was stated by itself? */
function countryKeeping(zone: string, jurisdictions: readonly string[]): string | null {
  const place = jurisdictions.find((one) => isAmong(zone, zonesOfCountry(countryOfTime(one))))
  return place === undefined ? null : canonicalJurisdiction(countryOfTime(place))
}

function addPhone(
  address: AddressFacts,
  country: string,
  signs: readonly Sign[],
  stated: readonly string[],
  zones: Set<string>,
  found: Found[],
): void {
  const jurisdiction = canonicalJurisdiction(country)
  const countryZones = zonesOfCountry(country)
  const inCountry = signs.some(({ place }) => place !== null && countryOfTime(place) === country)
  const pointedAt = inCountry || stated.some((zone) => isAmong(zone, countryZones))
  const line = address.kind !== null && LINES_WITH_A_PLACE.has(address.kind)
  // By itself a prefix counts as its whole country, except a landline's; where other evidence points to the country too, it adds its area.
  const names = address.zones.length > 0 && (line || pointedAt) ? address.zones : pointedAt ? [] : countryZones
  for (const name of names) zones.add(name)
  // Where a sign names the country, that sign decides the jurisdiction.
  if (inCountry) {
    const added = names.filter((name) => !found.some((place) => place.zones.includes(name)))
    if (added.length > 0) found.push({ jurisdiction, zones: added, whole: false })
    return
  }
  const placed = names === countryZones ? [] : address.subdivisions
  if (placed.length === 0)
    found.push({
      jurisdiction,
      zones: names.length > 0 ? names : stated.filter((zone) => isAmong(zone, countryZones)),
      whole: true,
    })
  for (const place of placed)
    found.push({ jurisdiction: place, zones: names.filter((name) => zonesOf(place).includes(name)), whole: false })
}

/**
 * Whose law applies? A phone prefix counts for its country where nothing that was stated lies there, and
 * for its state where nothing finer than the country was stated: numbers are kept when their holders move.
 */
function jurisdictionsOf(signs: readonly Sign[], address: AddressFacts | null): string[] {
  const found = new Set(signs.flatMap(({ place }) => (place === null ? [] : [place])))
  if (address?.country == null) return [...found]
  const country = canonicalJurisdiction(address.country)
  if ([...found].some((place) => place !== country && isWithin(place, country))) return [...found]
  found.add(country)
  for (const place of address.subdivisions) found.add(place)
  return [...found]
}
