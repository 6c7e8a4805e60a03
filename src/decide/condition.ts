import type { Facts } from '../model/facts.ts'
import { canonicalJurisdiction, liesWithin } from '../model/jurisdiction.ts'
import type { Condition } from '../model/pack-condition.ts'
import type { Case } from './case.ts'

/**
 * May a rule with this condition speak in this case, its dates and days past due apart? (S1)
 *
 * A part that turns on something the case does not state does not match.
 */
export function compileCondition(when: Condition | undefined): (facts: Case) => boolean {
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
  const jurisdictions = when.jurisdictions?.map(canonicalJurisdiction)
  const exceptJurisdictions = when.exceptJurisdictions?.map(canonicalJurisdiction)
  if (roles !== undefined) tests.push((facts) => facts.accounts.some((account) => roles.includes(account.role)))
  if (products !== undefined) tests.push((facts) => facts.accounts.some((account) => products.includes(account.product)))
  if (exceptProducts !== undefined) tests.push((facts) => !facts.accounts.every((account) => exceptProducts.includes(account.product)))
  const inPlace = (facts: Case): boolean =>
    (jurisdictions === undefined || facts.jurisdictions.some((place) => jurisdictions.some((scope) => liesWithin(place, scope)))) &&
    (exceptJurisdictions === undefined || facts.jurisdictions.length === 0 || !facts.jurisdictions.every((place) => exceptJurisdictions.some((scope) => liesWithin(place, scope))))
  return (facts) => {
    if (!inPlace(facts)) return false
    for (const test of tests) if (!test(facts.facts)) return false
    return true
  }
}
