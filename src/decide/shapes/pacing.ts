import type { ObjectionCode } from '../../model/decision.ts'
import type { ContactFacts } from '../../model/facts.ts'
import type { RuleOf } from '../../model/pack-rule.ts'
import { DAY, type Instant, MINUTE } from '../../model/time.ts'
import type { EvaluationContext } from '../evaluation-context.ts'
import { contactOf, dated } from '../explanation-facts.ts'
import { allows, type Ask, type Detail, objects, type Shape } from '../rule.ts'
import { compileCountWindow, type Counted, exceptionsOf, firstConversation, isCounted, wasSameDayReply } from './cap.ts'

/** A minimum time between contacts, in minutes or in whole local days (S11). */
export function compileSpacing(rule: RuleOf<'spacing'>): Shape {
  const counted: Counted = { unit: rule.counts, key: rule.key, channels: rule.channels }
  const withoutReplies = rule.excludes?.includes('same-day-reply') === true
  const longest = rule.minutes === undefined ? ((rule.days as number) + 2) * DAY : rule.minutes * MINUTE
  // A contact recorded in the future counts as now until its time comes.
  const endOf = (c: EvaluationContext, contact: ContactFacts): Instant =>
    rule.minutes !== undefined ? contact.at + rule.minutes * MINUTE : daysAfter(c, contact.at, rule.days as number)
  const counting = (c: EvaluationContext, at: Instant, account: string | null): ContactFacts[] => {
    const address = c.facts.address?.id ?? null
    const notBefore = rule.afterFirstConversation === true ? firstConversation(c, counted, account) : -Infinity
    return c.facts.contacts.filter(
      (contact) =>
        contact.at + longest > at &&
        contact.direction === 'outbound' &&
        contact.at >= notBefore &&
        isCounted(contact, counted, account, address) &&
        !(withoutReplies && wasSameDayReply(c, contact, account)),
    )
  }
  const limits = { minutes: rule.minutes ?? null, days: rule.days ?? null, ...exceptionsOf(rule) }
  return waitAfter(counted, limits, 'too_soon', counting, endOf)
}

/** The start of the local day this many days after the instant's own, in the zone where it comes last. */
export function daysAfter(c: EvaluationContext, instant: Instant, days: number): Instant {
  let latest = -Infinity
  for (const zone of c.zones) latest = Math.max(latest, zone.startOfDay(zone.dayAt(instant) + days))
  return latest
}

/**
 * No contact for some days after a contact (S12); its own local day is day 1, so seven days
 * after a Monday's conversation end with Sunday. Inbound contacts count as well.
 */
export function compileCooldown(rule: RuleOf<'cooldown'>): Shape {
  const counted: Counted = { unit: rule.after, key: rule.key, channels: rule.channels }
  const longest = (rule.days + 2) * DAY
  const counting = (c: EvaluationContext, at: Instant, account: string | null): ContactFacts[] => {
    const address = c.facts.address?.id ?? null
    return c.facts.contacts.filter(
      (contact) => contact.at + longest > at && isCounted(contact, counted, account, address),
    )
  }
  const endOf = (c: EvaluationContext, contact: ContactFacts): Instant => daysAfter(c, contact.at, rule.days)
  return waitAfter(counted, { minutes: null, days: rule.days }, 'cooldown', counting, endOf)
}

/** A wait after contacts: until the last of those that count has ended, for every subject. */
function waitAfter(
  counted: Counted,
  limits: { minutes: number | null; days: number | null } & ReturnType<typeof exceptionsOf>,
  code: ObjectionCode,
  counting: (c: EvaluationContext, at: Instant, account: string | null) => ContactFacts[],
  endOf: (c: EvaluationContext, contact: ContactFacts) => Instant,
): Shape {
  const detail: Detail = (c, at) => ({
    kind: 'wait',
    ...limits,
    ...counted,
    channels: [...counted.channels],
    counted: [...new Set(subjectsOf(c, counted).flatMap((account) => counting(c, at, account)))]
      .map((contact) => ({ contact, until: endOf(c, contact) }))
      .filter(({ until }) => until > at)
      .map(({ contact, until }) => ({ ...contactOf(contact), until: dated(until) ?? '' })),
  })
  const freeFor: FreeFor = (c, at, account) =>
    counting(c, at, account).reduce((until, contact) => Math.max(until, endOf(c, contact)), at)
  return { detail, ask: untilFree(counted, code, freeFor) }
}

/** From when one subject (an account; null: the recipient as a whole) is free again; `at` when it is. */
type FreeFor = (c: EvaluationContext, at: Instant, account: string | null) => Instant

/** What a rule is counted for: each account, or the recipient as a whole. */
const subjectsOf = (c: EvaluationContext, { key }: Counted): (string | null)[] =>
  key === 'account' ? c.facts.accounts.map(({ id }) => id) : [null]

/** Objects until the last of the rule's subjects is free. */
const untilFree =
  ({ key }: Counted, code: ObjectionCode, freeFor: FreeFor): Ask =>
  (c, at, answer) => {
    let until = at
    if (key === 'account') for (const account of c.facts.accounts) until = Math.max(until, freeFor(c, at, account.id))
    else until = freeFor(c, at, null)
    if (until > at) objects(answer, code, until)
    else allows(answer)
  }

/** At most so many different channels in a window, this message's own included (S10). */
export function compileExclusivity(rule: RuleOf<'exclusivity'>): Shape {
  const counted: Counted = { unit: rule.counts, key: rule.key, channels: rule.channels }
  const window = compileCountWindow(rule.window)

  const others = (c: EvaluationContext, account: string | null) => {
    const notBefore = rule.afterFirstConversation === true ? firstConversation(c, counted, account) : -Infinity
    return c.facts.contacts.filter(
      (contact) =>
        contact.direction === 'outbound' &&
        contact.at >= notBefore &&
        contact.channel !== c.facts.reminder.channel &&
        isCounted(contact, counted, account, c.facts.address?.id ?? null),
    )
  }

  const nextFree = (c: EvaluationContext, at: Instant, account: string | null): Instant => {
    const contacts = others(c, account)
    let free = at
    for (const zone of c.zones) {
      // Until when each other channel still counts; all but the longest `limit - 1` must end first.
      const busy = new Map<string, Instant>()
      for (const contact of contacts)
        busy.set(contact.channel, Math.max(busy.get(contact.channel) ?? -Infinity, window.leaves(zone, contact.at)))
      const ends = [...busy.values()].filter((end) => end > free).sort((a, b) => a - b)
      const allowed = rule.limit - 1
      if (ends.length > allowed) free = ends[ends.length - 1 - allowed] as Instant
    }
    return free
  }

  const detail: Detail = (c, at) => ({
    kind: 'count',
    of: 'channels',
    limit: rule.limit,
    ...counted,
    channels: rule.channels,
    ...exceptionsOf(rule),
    mode: null,
    freeUnanswered: null,
    window: rule.window,
    subjects: subjectsOf(c, counted).map((account) => {
      const still = others(c, account).filter((contact) => c.zones.some((zone) => window.leaves(zone, contact.at) > at))
      return { account, count: new Set(still.map(({ channel }) => channel)).size, counted: still.map(contactOf) }
    }),
  })

  return { detail, ask: untilFree(counted, 'cap_reached', nextFree) }
}
