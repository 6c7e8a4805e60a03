import type { RuleOf } from '../../model/pack-rule.ts'
import { openUntil, opensAfter, type Opening } from '../consent.ts'
import { allows, objects, type Shape } from '../rule.ts'

/** Nothing without recorded consent, in force and fresh enough (S17). */
export function compileConsentNeeded(rule: RuleOf<'consent'>): Shape {
  const opening = openingOf(rule)
  return { detail: null, ask: (facts, at, answer) => {
    const channel = facts.facts.reminder.channel
    const address = facts.facts.address?.id ?? null
    const until = openUntil(facts, opening, at, channel, address)
    if (until === null) objects(answer, 'consent_missing', opensAfter(facts, opening, at, channel, address))
    else allows(answer, until)
  } }
}

/** Which consents satisfy the rule? */
export const openingOf = (rule: RuleOf<'consent'>): Opening => ({ kinds: new Set(rule.needs), days: rule.freshDays ?? null })
