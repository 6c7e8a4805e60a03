import type { Facts } from '../model/facts.ts'
import type { Silence } from '../model/explanation.ts'
import { canonicalJurisdiction, liesWithin } from '../model/places/jurisdiction.ts'
import type { Condition } from '../model/pack-parts.ts'
import type { EvaluationContext } from './evaluation-context.ts'

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
  const jurisdictions = when.jurisdictions?.map(canonicalJurisdiction)
  const exceptJurisdictions = when.exceptJurisdictions?.map(canonicalJurisdiction)
  if (roles !== undefined) tests.push((facts) => facts.accounts.some((account) => roles.includes(account.role)))
  if (products !== undefined)
    tests.push((facts) => facts.accounts.some((account) => products.includes(account.product)))
  if (exceptProducts !== undefined)
    tests.push((facts) => !facts.accounts.every((account) => exceptProducts.includes(account.product)))
  const inPlace = (c: EvaluationContext): boolean =>
    (jurisdictions === undefined ||
      c.jurisdictions.some((place) => jurisdictions.some((scope) => liesWithin(place, scope)))) &&
    (exceptJurisdictions === undefined ||
      c.jurisdictions.length === 0 ||
      !c.jurisdictions.every((place) => exceptJurisdictions.some((scope) => liesWithin(place, scope))))
  return (c) => {
    if (!inPlace(c)) return false
    for (const test of tests) if (!test(c.facts)) return false
    return true
  }
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
