import type { Instant } from '../../model/instant.ts'
import type { RuleOf } from '../../model/pack-rule.ts'
import type { Case } from '../case.ts'
import { allows, NEVER, type Answer } from '../rule.ts'
import { askSpans, type Span } from '../spans.ts'

/** A suppression that law reads more widely than its own scope (S15, S16). */
export function compileStop(rule: RuleOf<'stop'>): (facts: Case, at: Instant, answer: Answer) => void {
  return (facts, at, answer) => {
    if (rule.lets?.includes(facts.facts.reminder.kind) === true) return allows(answer)
    const spans: Span[] = []
    for (const stop of facts.facts.suppressions) {
      if (!rule.reasons.includes(stop.reason)) continue
      const here = rule.covers === 'person' || (stop.address !== null && stop.address === facts.facts.address?.id)
      if (here) spans.push({ from: stop.from ?? -Infinity, until: stop.until ?? NEVER })
    }
    askSpans(spans, 'suppressed', at, answer)
  }
}
