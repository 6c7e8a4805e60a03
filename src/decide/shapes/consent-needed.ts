import type { RuleOf } from '../../model/pack-rule.ts'
import type { Case } from '../case.ts'
import { openUntil, opensAfter, type Opening } from '../consent.ts'
import { allows, objects, type Shape } from '../rule.ts'

/**
 * Nothing without recorded consent, in force and fresh enough (S17).
 *
 * With `ifUnstated: silent`, a bare case that names no such consent, for any channel or
 * address, does not say what the person agreed to; the running system knows all of them.
 */
export function compileConsentNeeded(rule: RuleOf<'consent'>): Shape {
  const opening: Opening = { kinds: new Set(rule.needs), days: rule.freshDays ?? null }
  const isStated = ({ facts: { system, consents } }: Case): boolean => system !== null || consents.some(({ kind }) => opening.kinds.has(kind))
  const isSilent = (facts: Case): boolean => rule.ifUnstated === 'silent' && !isStated(facts)
  return { detail: null, silent: (facts) => (isSilent(facts) ? 'consents_not_stated' : null), ask: (facts, at, answer) => {
    if (isSilent(facts)) return allows(answer)
    const channel = facts.facts.reminder.channel
    const address = facts.facts.address?.id ?? null
    const until = openUntil(facts, opening, at, channel, address)
    if (until === null) objects(answer, 'consent_missing', opensAfter(facts, opening, at, channel, address))
    else allows(answer, until)
  } }
}
