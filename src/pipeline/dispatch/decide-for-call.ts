import type { CompiledPack } from '../../decide/compiled-pack.ts'
import { decide } from '../../decide/decide.ts'
import type { Decision } from '../../model/decision.ts'
import type { Facts } from '../../model/facts.ts'
import type { Instant } from '../../model/instant.ts'

/** Nothing is begun with less time than this before a rule would object: the call itself takes time. */
const MARGIN_MS = 10_000

/**
 * May this begin now, with time enough before any rule would object?
 *
 * Too close to the edge it is decided as of the edge, where the rule objects by name.
 *
 * @returns  the decision and the instant that it is true of; kept together, so that it can be decided again
 */
export function decideForCall(facts: Facts, packs: readonly CompiledPack[], now: Instant): { decision: Decision; decidedFor: Instant } {
  const decision = decide(facts, packs, now)
  if (decision.verdict !== 'send' || decision.until === null || decision.until - now >= MARGIN_MS) return { decision, decidedFor: now }
  return { decision: decide(facts, packs, decision.until), decidedFor: decision.until }
}
