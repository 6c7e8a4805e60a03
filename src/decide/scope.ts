import type { Condition } from '../model/pack-parts.ts'
import { isWithin, type Jurisdiction, zonesOf } from '../model/places/jurisdiction.ts'
import type { Channel, Kind, Mode, Role, Tone } from '../model/vocabulary.ts'
import { zoneTable, type ZoneTable } from './zone-table.ts'

/**
 * The subject of a question that is not about one message: a batch of records, a template, an opt-out.
 *
 * Each list holds the values that occur; null or absent: not known, so any value is possible.
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

/** `yes`: matches all of the scope. `maybe`: some of it, or unknown. `no`: none of it. */
export type Fit = 'yes' | 'maybe' | 'no'

/**
 * Does this condition match all, some or none of a scope? (S1)
 *
 * Dates are not considered; a condition on days past due or address kinds, which a scope
 * does not state, matches at best `maybe`.
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

/** A place wider than the condition's (a country, where the law is a state's) matches `maybe`. */
function inPlaces(wanted: readonly Jurisdiction[] | undefined, found: readonly Jurisdiction[] | null | undefined): Fit {
  if (wanted === undefined) return 'yes'
  if (found == null) return 'maybe'
  const sure = found.filter((place) => wanted.some((scope) => isWithin(place, scope))).length
  if (sure > 0) return allOrSome(sure, found.length)
  return found.some((place) => wanted.some((scope) => isWithin(scope, place))) ? 'maybe' : 'no'
}

/** A place wider than an excepted one matches `maybe`. */
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
