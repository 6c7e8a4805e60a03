import type { Silence } from '../model/explanation.ts'
import type { Facts } from '../model/facts.ts'
import type { Condition } from '../model/pack-parts.ts'
import {
  canonicalJurisdiction,
  liesWithin,
  isWithin,
  type Jurisdiction,
  zonesOf,
} from '../model/places/jurisdiction.ts'
import type { Channel, Kind, Mode, Role, Tone } from '../model/vocabulary.ts'
import type { EvaluationContext } from './evaluation-context.ts'
import { zoneTable, type ZoneTable } from './zone-table.ts'

/**
 * May a rule with this condition apply in this context, its dates and days past due apart? (S1)
 *
 * A part that depends on a fact that is not stated does not match.
 */
export function compileCondition(when: Condition | undefined): (c: EvaluationContext) => boolean {
  if (when === undefined) return () => true
  const tests: ((facts: Facts) => boolean)[] = []
  const among = <T extends string>(words: readonly T[] | undefined, read: (facts: Facts) => T | null): void => {
    if (words === undefined) return
    const wanted = new Set<string>(words)
    tests.push((facts) => {
      const word = read(facts)
      return word !== null && wanted.has(word)
    })
  }
  const outside = <T extends string>(words: readonly T[] | undefined, read: (facts: Facts) => T | null): void => {
    if (words === undefined) return
    const excused = new Set<string>(words)
    tests.push((facts) => {
      const word = read(facts)
      return word === null || !excused.has(word)
    })
  }
  among(when.channels, (facts) => facts.reminder.channel)
  among(when.modes, (facts) => facts.reminder.mode)
  among(when.kinds, (facts) => facts.reminder.kind)
  among(when.tones, (facts) => facts.reminder.tone)
  among(when.addressKinds, (facts) => facts.address?.kind ?? null)
  outside(when.exceptKinds, (facts) => facts.reminder.kind)
  outside(when.exceptAddressKinds, (facts) => facts.address?.kind ?? null)
  const { roles, products, exceptProducts } = when
  if (roles !== undefined) tests.push((facts) => facts.accounts.some((account) => roles.includes(account.role)))
  if (products !== undefined)
    tests.push((facts) => facts.accounts.some((account) => products.includes(account.product)))
  if (exceptProducts !== undefined)
    tests.push((facts) => !facts.accounts.every((account) => exceptProducts.includes(account.product)))
  const inPlace = compilePlaces(when)
  return (c) => {
    if (!inPlace(c.jurisdictions)) return false
    for (const test of tests) if (!test(c.facts)) return false
    return true
  }
}

/** May a rule with this condition apply to somebody who may be in these jurisdictions? The part of `compileCondition` about places. */
export function compilePlaces(when: Condition | undefined): (jurisdictions: readonly string[]) => boolean {
  const wanted = when?.jurisdictions?.map(canonicalJurisdiction)
  const excepted = when?.exceptJurisdictions?.map(canonicalJurisdiction)
  const isAmong = (place: string, scopes: readonly string[]): boolean =>
    scopes.some((scope) => liesWithin(place, scope))
  return (jurisdictions) =>
    (wanted === undefined || jurisdictions.some((place) => isAmong(place, wanted))) &&
    (excepted === undefined || jurisdictions.length === 0 || !jurisdictions.every((place) => isAmong(place, excepted)))
}

/**
 * Which part of its condition does not match, so that the rule is silent? Null: none.
 *
 * For explanations; answers null exactly where `compileCondition` lets the rule apply.
 */
export function unmetPart(when: Condition | undefined, { facts, jurisdictions }: EvaluationContext): Silence | null {
  if (when === undefined) return null
  const { reminder, address, accounts } = facts
  const lacks = <T extends string>(words: readonly T[] | undefined, word: T | null): boolean =>
    words !== undefined && (word === null || !words.includes(word))
  const within = (place: string, scopes: readonly string[] | undefined): boolean =>
    scopes?.some((scope) => liesWithin(place, canonicalJurisdiction(scope))) === true
  if (when.jurisdictions !== undefined && !jurisdictions.some((place) => within(place, when.jurisdictions)))
    return 'place'
  if (
    when.exceptJurisdictions !== undefined &&
    jurisdictions.length > 0 &&
    jurisdictions.every((place) => within(place, when.exceptJurisdictions))
  )
    return 'place'
  if (when.roles !== undefined && !accounts.some((account) => when.roles?.includes(account.role))) return 'role'
  if (when.products !== undefined && !accounts.some((account) => when.products?.includes(account.product)))
    return 'product'
  if (when.exceptProducts !== undefined && accounts.every((account) => when.exceptProducts?.includes(account.product)))
    return 'product'
  if (lacks(when.channels, reminder.channel)) return 'channel'
  if (lacks(when.kinds, reminder.kind) || when.exceptKinds?.includes(reminder.kind) === true) return 'kind'
  if (lacks(when.tones, reminder.tone)) return 'tone'
  if (lacks(when.modes, reminder.mode)) return reminder.mode === null ? 'mode_not_stated' : 'mode'
  const kind = address?.kind ?? null
  if (lacks(when.addressKinds, kind)) return kind === null ? 'address_kind_not_stated' : 'address_kind'
  return kind !== null && when.exceptAddressKinds?.includes(kind) === true ? 'address_kind' : null
}

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
