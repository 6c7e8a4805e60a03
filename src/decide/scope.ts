import type { Condition } from '../model/pack-parts.ts'
import { isWithin, type Jurisdiction, zonesOf } from '../model/places/jurisdiction.ts'
import type { Channel, Kind, Mode, Role, Tone } from '../model/vocabulary.ts'
import { zoneTable, type ZoneTable } from './zone-table.ts'

/**
 * What a question without an instant is about: a batch of records, a template, an opt-out.
 *
 * Each list holds what occurs; null or absent: not known, and then it may be anything.
 */
export interface Scope {
  readonly jurisdictions?: readonly Jurisdiction[] | null
  readonly roles?: readonly Role[] | null
  readonly products?: readonly string[] | null
  readonly channels?: readonly Channel[] | null
  readonly kinds?: readonly Kind[] | null
  readonly modes?: readonly Mode[] | null
  readonly tones?: readonly Tone[] | null
}

/** `yes`: to all that the scope holds. `maybe`: to some of it, or it cannot be told. `no`: to nothing. */
export type Fit = 'yes' | 'maybe' | 'no'

/**
 * Does this condition fit everything, something or nothing of a scope? (S1)
 *
 * Dates, days past due and address kinds are not asked about: a rule that turns on
 * days past due or address kinds fits at best `maybe`.
 */
export function fitOf(when: Condition | undefined, scope: Scope): Fit {
  if (when === undefined) return 'yes'
  const parts: Fit[] = [
    among(when.roles, scope.roles),
    among(when.products, scope.products),
    among(when.channels, scope.channels),
    among(when.kinds, scope.kinds),
    among(when.modes, scope.modes),
    among(when.tones, scope.tones),
    outside(when.exceptKinds, scope.kinds),
    outside(when.exceptProducts, scope.products),
    inPlaces(when.jurisdictions, scope.jurisdictions),
    outsidePlaces(when.exceptJurisdictions, scope.jurisdictions),
  ]
  if (when.addressKinds !== undefined || when.exceptAddressKinds !== undefined || when.daysPastDue !== undefined)
    parts.push('maybe')
  return weakest(parts)
}

export const weakest = (fits: readonly Fit[]): Fit =>
  fits.includes('no') ? 'no' : fits.includes('maybe') ? 'maybe' : 'yes'

function among(wanted: readonly string[] | undefined, found: readonly string[] | null | undefined): Fit {
  if (wanted === undefined) return 'yes'
  if (found == null) return 'maybe'
  return allOrSome(found.filter((word) => wanted.includes(word)).length, found.length)
}

function outside(excused: readonly string[] | undefined, found: readonly string[] | null | undefined): Fit {
  if (excused === undefined) return 'yes'
  if (found == null) return 'maybe'
  return allOrSome(found.filter((word) => !excused.includes(word)).length, found.length)
}

/** A place that is wider than the condition's (a country, where the law is a state's) may hold it. */
function inPlaces(wanted: readonly Jurisdiction[] | undefined, found: readonly Jurisdiction[] | null | undefined): Fit {
  if (wanted === undefined) return 'yes'
  if (found == null) return 'maybe'
  const sure = found.filter((place) => wanted.some((scope) => isWithin(place, scope))).length
  if (sure > 0) return allOrSome(sure, found.length)
  return found.some((place) => wanted.some((scope) => isWithin(scope, place))) ? 'maybe' : 'no'
}

/** A place that is wider than the excused ones may hold one of them. */
function outsidePlaces(
  excused: readonly Jurisdiction[] | undefined,
  found: readonly Jurisdiction[] | null | undefined,
): Fit {
  if (excused === undefined) return 'yes'
  if (found == null || found.some((place) => excused.some((scope) => place !== scope && isWithin(scope, place))))
    return 'maybe'
  return allOrSome(found.filter((place) => !excused.some((scope) => isWithin(place, scope))).length, found.length)
}

const allOrSome = (matching: number, all: number): Fit => (matching === 0 ? 'no' : matching === all ? 'yes' : 'maybe')

export const UTC = zoneTable('UTC') as ZoneTable

/** Every zone of the scope's places; null when a place is not known. */
export function zonesIn({ jurisdictions }: Scope): ZoneTable[] | null {
  if (jurisdictions == null || jurisdictions.length === 0) return null
  const zones: ZoneTable[] = []
  for (const place of jurisdictions) {
    const names = zonesOf(place)
    if (names.length === 0) return null
    for (const name of names) {
      const table = zoneTable(name)
      if (table !== null) zones.push(table)
    }
  }
  return zones.length === 0 ? null : zones
}
