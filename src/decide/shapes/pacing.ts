import type { ContactFacts } from '../../model/facts.ts'
import type { RuleOf } from '../../model/pack-rule.ts'
import { DAY, type Instant, MINUTE } from '../../model/time.ts'
import type { Case } from '../case.ts'
import { contactOf, dated } from '../explanation-facts.ts'
import { allows, type Detail, objects, type Shape } from '../rule.ts'
import { compileCountWindow, type Counted, firstConversation, isCounted, wasSameDayReply } from './cap.ts'

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
    return facts.facts.contacts.filter(
      (contact) =>
        contact.at + surelyOver > at &&
        contact.direction === 'outbound' &&
        contact.at >= notBefore &&
        isCounted(contact, counted, account, address) &&
        !(withoutReplies && wasSameDayReply(facts, contact, account)),
    )
  }
  const freeFor = (facts: Case, at: Instant, account: string | null): Instant =>
    counting(facts, at, account).reduce((until, contact) => Math.max(until, endOf(facts, contact)), at)
  const detail: Detail = (facts, at) => ({
    kind: 'wait',
    minutes: rule.minutes ?? null,
    days: rule.days ?? null,
    ...counted,
    channels: rule.channels,
    counted: [
      ...new Set(
        (rule.key === 'account' ? facts.facts.accounts.map(({ id }) => id) : [null]).flatMap((account) =>
          counting(facts, at, account),
        ),
      ),
    ]
      .filter((contact) => endOf(facts, contact) > at)
      .map((contact) => ({ ...contactOf(contact), until: dated(endOf(facts, contact)) ?? '' })),
  })
  return {
    detail,
    ask: (facts, at, answer) => {
      let until = at
      if (rule.key === 'account')
        for (const account of facts.facts.accounts) until = Math.max(until, freeFor(facts, at, account.id))
      else until = freeFor(facts, at, null)
      if (until > at) objects(answer, 'too_soon', until)
      else allows(answer)
    },
  }
}

/** Start of the local day so many days after this instant's, in the zone where that comes last. */
export function daysAfter(facts: Case, instant: Instant, days: number): Instant {
  let latest = -Infinity
  for (const zone of facts.zones) latest = Math.max(latest, zone.startOfDay(zone.dayAt(instant) + days))
  return latest
}

/**
 * Silence after a contact (S12); its own local day is day 1, so seven days after a
 * Monday's conversation end with Sunday. Who called whom does not matter.
 */
export function compileCooldown(rule: RuleOf<'cooldown'>): Shape {
  const counted: Counted = { unit: rule.after, key: rule.key, channels: rule.channels }
  const surelyOver = (rule.days + 2) * DAY
  const counting = (facts: Case, at: Instant, account: string | null): ContactFacts[] => {
    const address = facts.facts.address?.id ?? null
    return facts.facts.contacts.filter(
      (contact) => contact.at + surelyOver > at && isCounted(contact, counted, account, address),
    )
  }
  const overFor = (facts: Case, at: Instant, account: string | null): Instant =>
    counting(facts, at, account).reduce(
      (until, contact) => Math.max(until, daysAfter(facts, contact.at, rule.days)),
      at,
    )
  const detail: Detail = (facts, at) => ({
    kind: 'wait',
    minutes: null,
    days: rule.days,
    ...counted,
    channels: rule.channels,
    counted: [
      ...new Set(
        (rule.key === 'account' ? facts.facts.accounts.map(({ id }) => id) : [null]).flatMap((account) =>
          counting(facts, at, account),
        ),
      ),
    ]
      .map((contact) => ({ contact, until: daysAfter(facts, contact.at, rule.days) }))
      .filter(({ until }) => until > at)
      .map(({ contact, until }) => ({ ...contactOf(contact), until: dated(until) ?? '' })),
  })
  return {
    detail,
    ask: (facts, at, answer) => {
      let until = at
      if (rule.key === 'account')
        for (const account of facts.facts.accounts) until = Math.max(until, overFor(facts, at, account.id))
      else until = overFor(facts, at, null)
      if (until > at) objects(answer, 'cooldown', until)
      else allows(answer)
    },
  }
}

/** At most so many different channels in a window, this message's own included (S10). */
export function compileExclusivity(rule: RuleOf<'exclusivity'>): Shape {
  const counted: Counted = { unit: rule.counts, key: rule.key, channels: rule.channels }
  const window = compileCountWindow(rule.window)

  const others = (facts: Case, account: string | null) => {
    const notBefore = rule.afterFirstConversation === true ? firstConversation(facts, counted, account) : -Infinity
    return facts.facts.contacts.filter(
      (contact) =>
        contact.direction === 'outbound' &&
        contact.at >= notBefore &&
        contact.channel !== facts.facts.reminder.channel &&
        isCounted(contact, counted, account, facts.facts.address?.id ?? null),
    )
  }

  const nextFree = (facts: Case, at: Instant, account: string | null): Instant => {
    const contacts = others(facts, account)
    let free = at
    for (const zone of facts.zones) {
      // Until when each other channel still counts; the ones that count longest are the ones to wait out.
      const busy = new Map<string, Instant>()
      for (const contact of contacts)
        busy.set(contact.channel, Math.max(busy.get(contact.channel) ?? -Infinity, window.leaves(zone, contact.at)))
      const ends = [...busy.values()].filter((end) => end > free).sort((a, b) => a - b)
      const allowed = rule.limit - 1
      if (ends.length > allowed) free = ends[ends.length - 1 - allowed] as Instant
    }
    return free
  }

  const detail: Detail = (facts, at) => ({
    kind: 'count',
    of: 'channels',
    limit: rule.limit,
    ...counted,
    channels: rule.channels,
    mode: null,
    freeUnanswered: null,
    window: rule.window,
    subjects: (rule.key === 'account' ? facts.facts.accounts.map(({ id }) => id) : [null]).map((account) => {
      const still = others(facts, account).filter((contact) =>
        facts.zones.some((zone) => window.leaves(zone, contact.at) > at),
      )
      return { account, count: new Set(still.map(({ channel }) => channel)).size, counted: still.map(contactOf) }
    }),
  })

  return {
    detail,
    ask: (facts, at, answer) => {
      let until = at
      if (rule.key === 'account')
        for (const account of facts.facts.accounts) until = Math.max(until, nextFree(facts, at, account.id))
      else until = nextFree(facts, at, null)
      if (until > at) objects(answer, 'cap_reached', until)
      else allows(answer)
    },
  }
}
