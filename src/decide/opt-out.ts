import { MINUTE, type Instant } from '../model/instant.ts'
import type { Pack } from '../model/pack.ts'
import { SUPPRESSION_SCOPES, type SuppressionScope } from '../model/suppression.ts'
import type { CompiledPack } from './compiled-pack.ts'
import { isInForceAnywhere } from './in-force.ts'
import { NEVER } from './rule.ts'
import { fitOf, weakest, type Scope } from './scope.ts'
import { UTC, zonesIn } from './scope-zones.ts'

/** What an opt-out means by law. Whatever the law allows, a recorded stop binds the next decision. */
export interface OptOut {
  /** The widest that any law reads it. */
  covers: SuppressionScope
  /** The earliest instant by which a law wants it to bind; null: none names a time. */
  honourBy: Instant | null
  /** Until when a confirmation may be sent, the strictest law's time; null: none names one. */
  confirmUntil: Instant | null
  /** The rules it rests on. */
  rules: { rule: string; citation: string }[]
}

/**
 * How far does an opt-out reach, and by when must it be honoured? (S16)
 *
 * What may apply is applied. Business days are Monday to Friday, the day of asking not
 * counted and no holiday left out, so that none is read later than it may be due.
 */
export function optOutOf(scope: Scope, asked: Instant, packs: readonly CompiledPack[]): OptOut {
  let covers: SuppressionScope = 'address'
  let [honourBy, confirmUntil] = [NEVER, NEVER]
  const rules: OptOut['rules'] = []
  for (const { pack } of packs) {
    if (!isInForceAnywhere(pack.validFrom, pack.validUntil, asked)) continue
    for (const rule of pack.rules) {
      if (rule.shape !== 'opt-out' || rule.status === 'off' || !isInForceAnywhere(rule.when?.from, rule.when?.until, asked)) continue
      if (weakest([fitOf(pack.applies, scope), fitOf(rule.when, scope)]) === 'no') continue
      rules.push({ rule: `${pack.id}/${rule.id}`, citation: rule.citation })
      if (SUPPRESSION_SCOPES.indexOf(rule.covers) > SUPPRESSION_SCOPES.indexOf(covers)) covers = rule.covers
      if (rule.withinBusinessDays !== undefined) honourBy = Math.min(honourBy, endOfBusinessDays(scope, asked, rule.withinBusinessDays))
      if (rule.confirmationWithinMinutes !== undefined) confirmUntil = Math.min(confirmUntil, asked + rule.confirmationWithinMinutes * MINUTE)
    }
  }
  return { covers, honourBy: honourBy === NEVER ? null : honourBy, confirmUntil: confirmUntil === NEVER ? null : confirmUntil, rules }
}

/** Does law let whoever opted out by message take it back by message (START)? What may apply is applied. */
export const mayStartAgain = (scope: Scope, asked: Instant, packs: readonly Pack[]): boolean => !packs.some((pack) =>
  isInForceAnywhere(pack.validFrom, pack.validUntil, asked) && pack.rules.some((rule) =>
    rule.shape === 'opt-out' && rule.startLifts === false && rule.status !== 'off' && isInForceAnywhere(rule.when?.from, rule.when?.until, asked)
    && weakest([fitOf(pack.applies, scope), fitOf(rule.when, scope)]) !== 'no'))

/** Which words ask to stop, by the law of any place? As the packs write them. */
export const stopWordsOf = (packs: readonly Pack[]): string[] =>
  packs.flatMap(({ rules }) => rules.flatMap((rule) => (rule.shape === 'opt-out' && rule.status === 'on' ? (rule.words ?? []) : [])))

function endOfBusinessDays(scope: Scope, asked: Instant, count: number): Instant {
  return Math.min(...(zonesIn(scope) ?? [UTC]).map((zone) => {
    let day = zone.dayAt(asked)
    for (let passed = 0; passed < count;) {
      day++
      // Day 0, 1 January 1970, was a Thursday.
      if ((((day + 3) % 7) + 7) % 7 < 5) passed++
    }
    return zone.startOfDay(day + 1)
  }))
}
