import type { Instant } from '../../model/instant.ts'
import type { RuleOf } from '../../model/pack-rule.ts'
import type { Case } from '../case.ts'
import { openUntil, opensAfter, type Opening } from '../consent.ts'
import { allows, objects, type Answer } from '../rule.ts'

/** Nothing without recorded consent, in force and fresh enough (S17). */
export function compileConsentNeeded(rule: RuleOf<'consent'>): (facts: Case, at: Instant, answer: Answer) => void {
  const opening: Opening = { kinds: new Set(rule.needs), days: rule.freshDays ?? null }
  return (facts, at, answer) => {
    const channel = facts.facts.reminder.channel
    const address = facts.facts.address?.id ?? null
    const until = openUntil(facts, opening, at, channel, address)
    if (until === null) objects(answer, 'consent_missing', opensAfter(facts, opening, at, channel, address))
    else allows(answer, until)
  }
}
