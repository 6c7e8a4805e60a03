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
  return (facts, at, answer) => {
    const address = facts.facts.address?.id ?? null
    let until = at
    const look = (account: string | null): void => {
      for (const contact of facts.facts.contacts) {
        if (contact.at + surelyOver > at && isCounted(contact, counted, account, address)) until = Math.max(until, daysAfter(facts, contact.at, rule.days))
      }
    }
    if (rule.key === 'account') for (const account of facts.facts.accounts) look(account.id)
    else look(null)
    if (until > at) objects(answer, 'cooldown', until)
    else allows(answer)
  }
}
