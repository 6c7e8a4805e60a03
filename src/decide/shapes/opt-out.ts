import type { Instant } from '../../model/instant.ts'
import type { RuleOf } from '../../model/pack-rule.ts'
import type { Case } from '../case.ts'
import { allows, NEVER, type Answer } from '../rule.ts'
import { askSpans, type Span } from '../spans.ts'

/**
 * An opt-out that law reads more widely than the address it came from (S16): the whole
 * channel, or all. Its confirmation may still go out. Where the record does not say
 * over which channel somebody opted out, it may have been this one.
 *
 * @returns  null where it reaches no further than `decorum/suppression` takes it anyway
 */
export function compileOptOut(rule: RuleOf<'opt-out'>): ((facts: Case, at: Instant, answer: Answer) => void) | null {
  if (rule.covers === 'address') return null
  return (facts, at, answer) => {
    const { kind, channel } = facts.facts.reminder
    if (kind === 'confirmation') return allows(answer)
    const spans: Span[] = []
    for (const stop of facts.facts.suppressions) {
      if (stop.reason !== 'opt-out' || (rule.covers === 'channel' && stop.channel !== null && stop.channel !== channel)) continue
      spans.push({ from: stop.from ?? -Infinity, until: stop.until ?? NEVER })
    }
    askSpans(spans, 'suppressed', at, answer)
  }
}
