import type { Instant } from '../../model/instant.ts'
import type { RuleOf } from '../../model/pack-rule.ts'
import type { Case } from '../case.ts'
import { allows, objects, type Answer } from '../rule.ts'

/** Nobody is contacted but those whom the law lets in (S19); an address that does not say whose it is, is the borrower's. */
export function compileThirdParty(rule: RuleOf<'third-party'>): (facts: Case, at: Instant, answer: Answer) => void {
  const { relations } = rule
  return (facts, _at, answer) => {
    const relation = facts.facts.address?.relation ?? null
    if (relation !== null && !relations.includes(relation)) objects(answer, 'suppressed')
    else allows(answer)
  }
}
