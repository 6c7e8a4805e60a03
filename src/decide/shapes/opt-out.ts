import type { SuppressionFacts } from '../../model/facts.ts'
import type { RuleOf } from '../../model/pack-rule.ts'
import type { Case } from '../case.ts'
import { stopOf } from '../dated.ts'
import { allows, NEVER, type Shape } from '../rule.ts'
import { askSpans, type Span } from '../spans.ts'

/**
 * An opt-out that law reads more widely than the address it came from (S16): the whole
 * channel, or all. Its confirmation may still go out. Where the record does not say
 * over which channel somebody opted out, it may have been this one.
 *
 * @returns  null where it reaches no further than `decorum/suppression` takes it anyway
 */
export function compileOptOut(rule: RuleOf<'opt-out'>): Shape | null {
  if (rule.covers === 'address') return null
  const reaching = ({ facts: { suppressions, reminder: { channel } } }: Case): SuppressionFacts[] =>
    suppressions.filter((stop) => stop.reason === 'opt-out' && !(rule.covers === 'channel' && stop.channel !== null && stop.channel !== channel))
  return { detail: (facts) => ({ kind: 'stops', found: reaching(facts).map(stopOf) }), ask: (facts, at, answer) => {
    if (facts.facts.reminder.kind === 'confirmation') return allows(answer)
    const spans = reaching(facts).map((stop): Span => ({ from: stop.from ?? -Infinity, until: stop.until ?? NEVER }))
    askSpans(spans, 'suppressed', at, answer)
  } }
}
