import type { RuleOf } from '../../model/pack-rule.ts'
import { allows, objects, type Shape } from '../rule.ts'

/** Nobody is contacted but those whom the law lets in (S19); an address that does not say whose it is, is the borrower's. */
export function compileThirdParty(rule: RuleOf<'third-party'>): Shape {
  const { relations } = rule
  return { detail: ({ facts }) => ({ kind: 'relation', relation: facts.address?.relation ?? null, lets: relations }), ask: (facts, _at, answer) => {
    const relation = facts.facts.address?.relation ?? null
    if (relation !== null && !relations.includes(relation)) objects(answer, 'suppressed')
    else allows(answer)
  } }
}
