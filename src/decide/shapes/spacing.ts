import type { ContactFacts } from '../../model/facts.ts'
import { DAY, MINUTE, type Instant } from '../../model/instant.ts'
import type { RuleOf } from '../../model/pack-rule.ts'
import type { Case } from '../case.ts'
import { contactOf, dated } from '../dated.ts'
import { isCounted, type Counted } from '../counting.ts'
import { allows, objects, type Detail, type Shape } from '../rule.ts'
import { firstConversation, wasSameDayReply } from './cap.ts'

/** A least time between contacts, in minutes or in whole local days (S11). */
export function compileSpacing(rule: RuleOf<'spacing'>): Shape {
  const counted: Counted = { unit: rule.counts, key: rule.key, channels: rule.channels }
  const withoutReplies = rule.excludes?.includes('same-day-reply') === true
  const surelyOver = rule.minutes === undefined ? ((rule.days as number) + 2) * DAY : rule.minutes * MINUTE
  // A contact recorded in the future counts as now until its time comes.
  const endOf = (facts: Case, contact: ContactFacts): Instant =>
    rule.minutes !== undefined ? contact.at + rule.minutes * MINUTE : daysAfter(facts, contact.at, rule.days as number)
  const counting = (facts: Case, at: Instant, account: string | null): ContactFacts[] => {
    const address = facts.facts.address?.id ?? null
    const notBefore = rule.afterFirstConversation === true ? firstConversation(facts, counted, account) : -Infinity
    return facts.facts.contacts.filter((contact) =>
      contact.at + surelyOver > at && contact.direction === 'outbound' && contact.at >= notBefore && isCounted(contact, counted, account, address) &&
      !(withoutReplies && wasSameDayReply(facts, contact, account)))
  }
  const freeFor = (facts: Case, at: Instant, account: string | null): Instant =>
    counting(facts, at, account).reduce((until, contact) => Math.max(until, endOf(facts, contact)), at)
  const detail: Detail = (facts, at) => ({
    kind: 'wait', minutes: rule.minutes ?? null, days: rule.days ?? null, ...counted, channels: rule.channels,
    counted: [...new Set((rule.key === 'account' ? facts.facts.accounts.map(({ id }) => id) : [null]).flatMap((account) => counting(facts, at, account)))]
      .filter((contact) => endOf(facts, contact) > at).map((contact) => ({ ...contactOf(contact), until: dated(endOf(facts, contact)) ?? '' })),
  })
  return { detail, ask: (facts, at, answer) => {
    let until = at
    if (rule.key === 'account') for (const account of facts.facts.accounts) until = Math.max(until, freeFor(facts, at, account.id))
    else until = freeFor(facts, at, null)
    if (until > at) objects(answer, 'too_soon', until)
    else allows(answer)
  } }
}

/** Start of the local day so many days after this instant's, in the zone where that comes last. */
export function daysAfter(facts: Case, instant: Instant, days: number): Instant {
  let latest = -Infinity
  for (const zone of facts.zones) latest = Math.max(latest, zone.startOfDay(zone.dayAt(instant) + days))
  return latest
}
