import { DAY, type Instant } from '../../model/instant.ts'
import type { RuleOf } from '../../model/pack-rule.ts'
import type { Case } from '../case.ts'
import { isCounted, type Counted } from '../counting.ts'
import { allows, objects, type Answer } from '../rule.ts'
import { daysAfter } from './spacing.ts'

/**
 * Silence after a contact (S12); its own local day is day 1, so seven days after a
 * Monday's conversation end with Sunday. Who called whom does not matter.
 */
export function compileCooldown(rule: RuleOf<'cooldown'>): (facts: Case, at: Instant, answer: Answer) => void {
  const counted: Counted = { unit: rule.after, key: rule.key, channels: rule.channels }
  const surelyOver = (rule.days + 2) * DAY
  const overFor = (facts: Case, at: Instant, account: string | null): Instant => {
    const address = facts.facts.address?.id ?? null
    let until = at
    for (const contact of facts.facts.contacts) {
      if (contact.at + surelyOver > at && isCounted(contact, counted, account, address)) until = Math.max(until, daysAfter(facts, contact.at, rule.days))
    }
    return until
  }
  return (facts, at, answer) => {
    let until = at
    if (rule.key === 'account') for (const account of facts.facts.accounts) until = Math.max(until, overFor(facts, at, account.id))
    else until = overFor(facts, at, null)
    if (until > at) objects(answer, 'cooldown', until)
    else allows(answer)
  }
}
