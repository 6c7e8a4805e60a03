import type { ContactFacts } from '../../model/facts.ts'
import type { Instant } from '../../model/instant.ts'
import type { RuleOf } from '../../model/pack-rule.ts'
import type { Case } from '../case.ts'
import { openUntil, type Opening } from '../consent.ts'
import { countsAs, isCounted, type Counted } from '../counting.ts'
import { allows, NEVER, objects, type Answer } from '../rule.ts'
import type { ZoneTable } from '../zone-table.ts'
import { compileCountWindow } from './count-window.ts'

/**
 * At most so many contacts in a window (S6–S10).
 *
 * Counted in every candidate zone and, with key `account`, for every account the
 * message speaks of; the latest next instant of all of them is the answer. Contacts
 * that were made under the consent that opens the rule do not count.
 */
export function compileCap(rule: RuleOf<'cap'>, opening: Opening | null): (facts: Case, at: Instant, answer: Answer) => void {
  const counted: Counted = { unit: rule.counts, key: rule.key, channels: rule.channels }
  const window = compileCountWindow(rule.window)
  const free = rule.freeUnanswered ?? 0

  const countable = (facts: Case, contact: ContactFacts, account: string | null, notBefore: Instant): boolean =>
    contact.direction === 'outbound' && contact.at >= notBefore && isCounted(contact, counted, account, facts.facts.address?.id ?? null) &&
    (rule.mode === undefined || contact.mode === null || contact.mode === rule.mode) &&
    (opening === null || openUntil(facts, opening, contact.at, contact.channel, contact.address) === null)

  const reached = (facts: Case, zone: ZoneTable, at: Instant, account: string | null, notBefore: Instant): boolean => {
    const since = Math.max(window.since(zone, at), notBefore)
    let [full, unanswered] = [0, 0]
    for (const contact of facts.facts.contacts) {
      if (contact.at < since || !countable(facts, contact, account, since)) continue
      if (free > 0 && surelyUnanswered(contact)) unanswered++
      else full++
    }
    return full + Math.max(0, unanswered - free) >= rule.limit
  }

  const nextFree = (facts: Case, at: Instant, account: string | null): Instant => {
    const notBefore = rule.afterFirstConversation === true ? firstConversation(facts, counted, account) : -Infinity
    let free = at
    for (const zone of facts.zones) {
      if (!reached(facts, zone, free, account, notBefore)) continue
      const leaving = facts.facts.contacts.filter((contact) => countable(facts, contact, account, notBefore)).map((contact) => window.leaves(zone, contact.at))
      leaving.sort((a, b) => a - b)
      for (const instant of leaving) {
        if (instant <= free) continue
        free = instant
        if (!reached(facts, zone, free, account, notBefore)) break
      }
    }
    return free
  }

  return (facts, at, answer) => {
    let until = at
    if (rule.key === 'account') for (const account of facts.facts.accounts) until = Math.max(until, nextFree(facts, at, account.id))
    else until = nextFree(facts, at, null)
    if (until > at) objects(answer, 'cap_reached', until)
    else allows(answer)
  }
}

const surelyUnanswered = (contact: ContactFacts): boolean => contact.outcome === 'no-answer'

/** When the person was first spoken to, as far as this rule's key goes; NEVER when that has not happened. */
export function firstConversation(facts: Case, counted: Counted, account: string | null): Instant {
  let first = NEVER
  for (const contact of facts.facts.contacts) {
    if (contact.at < first && countsAs(contact, 'conversation') && isCounted(contact, { ...counted, unit: 'conversation', channels: [contact.channel] }, account, facts.facts.address?.id ?? null)) first = contact.at
  }
  return first
}
