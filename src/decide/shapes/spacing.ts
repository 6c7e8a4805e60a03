import { DAY, MINUTE, type Instant } from '../../model/instant.ts'
import type { RuleOf } from '../../model/pack-rule.ts'
import type { Case } from '../case.ts'
import { isCounted, type Counted } from '../counting.ts'
import { allows, objects, type Answer } from '../rule.ts'
import { firstConversation, wasSameDayReply } from './cap.ts'

/** A least time between contacts, in minutes or in whole local days (S11). */
export function compileSpacing(rule: RuleOf<'spacing'>): (facts: Case, at: Instant, answer: Answer) => void {
  const counted: Counted = { unit: rule.counts, key: rule.key, channels: rule.channels }
  const withoutReplies = rule.excludes?.includes('same-day-reply') === true
  const surelyOver = rule.minutes === undefined ? ((rule.days as number) + 2) * DAY : rule.minutes * MINUTE
  const freeFor = (facts: Case, at: Instant, account: string | null): Instant => {
    const address = facts.facts.address?.id ?? null
    const notBefore = rule.afterFirstConversation === true ? firstConversation(facts, counted, account) : -Infinity
    let until = at
    for (const contact of facts.facts.contacts) {
      if (contact.at + surelyOver <= at || contact.direction !== 'outbound' || contact.at < notBefore || !isCounted(contact, counted, account, address)) continue
      if (withoutReplies && wasSameDayReply(facts, contact, account)) continue
      // A contact recorded in the future counts as now until its time comes.
      if (rule.minutes !== undefined) until = Math.max(until, contact.at + rule.minutes * MINUTE)
      else until = Math.max(until, daysAfter(facts, contact.at, rule.days as number))
    }
    return until
  }
  return (facts, at, answer) => {
    let until = at
    if (rule.key === 'account') for (const account of facts.facts.accounts) until = Math.max(until, freeFor(facts, at, account.id))
    else until = freeFor(facts, at, null)
    if (until > at) objects(answer, 'too_soon', until)
    else allows(answer)
  }
}

/** Start of the local day so many days after this instant's, in the zone where that comes last. */
export function daysAfter(facts: Case, instant: Instant, days: number): Instant {
  let latest = -Infinity
  for (const zone of facts.zones) latest = Math.max(latest, zone.startOfDay(zone.dayAt(instant) + days))
  return latest
}
