import type { ContactFacts } from '../../model/facts.ts'
import { DAY, type Instant } from '../../model/instant.ts'
import type { RuleOf } from '../../model/pack-rule.ts'
import type { Case } from '../case.ts'
import { contactOf, dated } from '../dated.ts'
import { isCounted, type Counted } from '../counting.ts'
import { allows, objects, type Detail, type Shape } from '../rule.ts'
import { daysAfter } from './spacing.ts'

/**
 * Silence after a contact (S12); its own local day is day 1, so seven days after a
 * Monday's conversation end with Sunday. Who called whom does not matter.
 */
export function compileCooldown(rule: RuleOf<'cooldown'>): Shape {
  const counted: Counted = { unit: rule.after, key: rule.key, channels: rule.channels }
  const surelyOver = (rule.days + 2) * DAY
  const counting = (facts: Case, at: Instant, account: string | null): ContactFacts[] => {
    const address = facts.facts.address?.id ?? null
    return facts.facts.contacts.filter((contact) => contact.at + surelyOver > at && isCounted(contact, counted, account, address))
  }
  const overFor = (facts: Case, at: Instant, account: string | null): Instant =>
    counting(facts, at, account).reduce((until, contact) => Math.max(until, daysAfter(facts, contact.at, rule.days)), at)
  const detail: Detail = (facts, at) => ({
    kind: 'wait', minutes: null, days: rule.days, ...counted, channels: rule.channels,
    counted: [...new Set((rule.key === 'account' ? facts.facts.accounts.map(({ id }) => id) : [null]).flatMap((account) => counting(facts, at, account)))]
      .map((contact) => ({ contact, until: daysAfter(facts, contact.at, rule.days) })).filter(({ until }) => until > at)
      .map(({ contact, until }) => ({ ...contactOf(contact), until: dated(until) ?? '' })),
  })
  return { detail, ask: (facts, at, answer) => {
    let until = at
    if (rule.key === 'account') for (const account of facts.facts.accounts) until = Math.max(until, overFor(facts, at, account.id))
    else until = overFor(facts, at, null)
    if (until > at) objects(answer, 'cooldown', until)
    else allows(answer)
  } }
}
