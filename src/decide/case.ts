import type { Facts } from '../model/facts.ts'
import type { Instant } from '../model/instant.ts'
import { dayNumber } from '../model/local-date.ts'
import { placesOf, type Places } from './places.ts'
import type { ZoneTable } from './zone-table.ts'

/** The facts of one decision, with what every rule needs worked out once. */
export interface Case extends Places {
  readonly facts: Facts
  /** The instant of the decision; rules are also asked about later ones. */
  readonly now: Instant
}

export function caseOf(facts: Facts, now: Instant): Case {
  const places = placesOf(facts)
  return { facts, now, located: places.located, zoneNames: places.zoneNames, zones: places.zones, jurisdictions: places.jurisdictions, places: places.places }
}

/**
 * How many days is this account past due on a local day? Null when nothing says.
 *
 * A stated figure is true at the decision's own instant and grows by local days.
 */
export function daysPastDueOn(facts: Case, account: number, zone: ZoneTable, day: number): number | null {
  const stated = facts.facts.accounts[account]
  if (stated === undefined) return null
  if (stated.daysPastDue !== null) return stated.daysPastDue + day - zone.dayAt(facts.now)
  const due = stated.dueDate === null ? null : dayNumber(stated.dueDate)
  return due === null ? null : day - due
}

/** The first instant at which this local day has begun in any candidate zone. */
export function dayBeginsSomewhere(facts: Case, day: number): Instant {
  let first = Infinity
  for (const zone of facts.zones) first = Math.min(first, zone.startOfDay(day))
  return first
}

/** The first instant at which this local day has begun in every candidate zone. */
export function dayBeginsEverywhere(facts: Case, day: number): Instant {
  let last = -Infinity
  for (const zone of facts.zones) last = Math.max(last, zone.startOfDay(day))
  return last
}
