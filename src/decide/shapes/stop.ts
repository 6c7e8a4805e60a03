import type { SuppressionFacts } from '../../model/facts.ts'
import type { RuleOf } from '../../model/pack-rule.ts'
import type { Case } from '../case.ts'
import { stopOf } from '../dated.ts'
import { allows, NEVER, type Shape } from '../rule.ts'
import { askSpans, type Span } from '../spans.ts'

/** A suppression that law reads more widely than its own scope (S15, S16). */
export function compileStop(rule: RuleOf<'stop'>): Shape {
  const reaching = ({ facts: { suppressions, address } }: Case): SuppressionFacts[] =>
    suppressions.filter((stop) => rule.reasons.includes(stop.reason) && (rule.covers === 'person' || (stop.address !== null && stop.address === address?.id)))
  return { detail: (facts) => ({ kind: 'stops', found: reaching(facts).map(stopOf) }), ask: (facts, at, answer) => {
    if (rule.lets?.includes(facts.facts.reminder.kind) === true) return allows(answer)
    const spans = reaching(facts).map((stop): Span => ({ from: stop.from ?? -Infinity, until: stop.until ?? NEVER }))
    askSpans(spans, 'suppressed', at, answer)
  } }
}
