import { z } from 'zod'
import { CALENDAR_TABLES } from './calendars/known.ts'
import { CHANNELS } from './channel.ts'
import { EVENT_TYPES } from './event.ts'
import { HOLD_KINDS } from './hold.ts'
import { KINDS } from './kind.ts'
import { conditionSchema, wallTime } from './pack-condition.ts'
import { SUPPRESSION_REASONS } from './suppression.ts'

/**
 * What do the outcomes of contacts count as? (S8)
 *
 * `attempt`: every try. `unanswered`: rang, nobody spoke. `connected`: somebody or
 * something picked up. `conversation`: a person spoke. `reached`: a conversation, a
 * message left, or a text or email that may have arrived.
 */
export const COUNT_UNITS = ['attempt', 'unanswered', 'connected', 'conversation', 'reached'] as const
export type CountUnit = (typeof COUNT_UNITS)[number]

/** What contacts are summed over (S9): all of the person's, those about one account, those to one address. */
export const COUNT_KEYS = ['person', 'account', 'address'] as const
export type CountKey = (typeof COUNT_KEYS)[number]

const days = z.array(z.int().min(1).max(7)).min(1)
const channels = z.array(z.enum(CHANNELS)).min(1)
const kinds = z.array(z.enum(KINDS)).min(1)
const positive = z.int().min(1)
/** A century at most: what lies further ahead has no date that can be reckoned with. */
const dayCount = positive.max(36_500)
const calendar = z.enum(Object.keys(CALENDAR_TABLES))

/** A weekly span of wall time; `to` not after `from` ends on the next day. */
const weeklySpan = z.strictObject({ days: days.optional(), from: wallTime, to: wallTime })
  .refine((span) => span.from !== span.to, { message: 'is the same as "from"', path: ['to'], params: { cure: 'A whole day is from "00:00" to "24:00".' } })
  .refine((span) => span.from !== '24:00', { message: 'is the end of a day', path: ['from'], params: { cure: 'Begin at "00:00" of the next day.' } })
export type WeeklySpan = z.infer<typeof weeklySpan>

const consentOpening = z.strictObject({
  /** Consent of one of these kinds, in force, for this channel and address, silences the rule. */
  consent: z.array(z.string().min(1)).min(1),
  /** The consent's day is day 1; it opens the rule for this many days at most. */
  days: dayCount.optional(),
})

/** What every rule says about itself, whatever its shape. */
const about = {
  id: z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'must be lower-case words joined by "-"'),
  citation: z.string().min(1),
  /** Where the text was seen: the row of the fact base and the page. */
  source: z.string().min(1),
  /** Was the rule's own text, or a trustworthy copy, read? */
  verified: z.enum(['text', 'secondary', 'no']),
  /** `off` rules are listed and never object. An unverified rule must be off. */
  status: z.enum(['on', 'off']).default('on'),
  /** What the law's wording binds to; the engine treats each as a prohibition (S23). */
  force: z.enum(['hard', 'presumption', 'soft']).default('hard'),
  /** Where the text is vague: the stricter reading that was chosen, and why. */
  reading: z.string().min(1).optional(),
  when: conditionSchema.optional(),
  /** Consent may loosen this rule and no other (S17). */
  unless: consentOpening.optional(),
}

const windowRule = z.strictObject({
  ...about, shape: z.literal('window'),
  /** Contact only inside these spans (S2). */
  allow: z.array(weeklySpan).min(1).optional(),
  /** Contact never inside these spans. */
  ban: z.array(weeklySpan).min(1).optional(),
  /** Weekdays on which nothing is sent at all, not even the tail of the evening before. */
  closedDays: days.optional(),
  /** Public holidays (S3); a year that the calendar lacks refuses. */
  holidays: z.strictObject({
    calendar,
    /** `closed`: nothing is sent. `as-sunday`: Sunday's hours. `as-workday-calendar`: make-up workdays count as Mondays too. */
    effect: z.enum(['closed', 'as-sunday', 'as-workday-calendar']),
  }).optional(),
}).superRefine((rule, context) => {
  if ((rule.allow === undefined) === (rule.ban === undefined)) {
    context.addIssue({ code: 'custom', path: ['allow'], message: 'needs either allow or ban', params: { cure: 'Keep one: allow says when contact may be made, ban when it may not.' } })
  }
  for (const key of ['allow', 'ban'] as const) {
    const overlap = overlapOf(rule[key] ?? [])
    if (overlap !== null) context.addIssue({ code: 'custom', path: [key], message: overlap, params: { cure: 'Join the two spans into one, or give them different days.' } })
  }
})

/** How long a contact counts (S7). Days are local dates, the contact's own day is day 1. */
const countWindow = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('rolling-days'), days: dayCount }),
  z.strictObject({ type: z.literal('rolling-hours'), hours: positive.max(876_000) }),
  z.strictObject({ type: z.literal('calendar-day') }),
  z.strictObject({ type: z.literal('calendar-week'), startsOn: z.int().min(1).max(7).default(1) }),
  z.strictObject({ type: z.literal('calendar-month') }),
  /** Where the law says only "week": the stricter of rolling 7 days and the calendar week. */
  z.strictObject({ type: z.literal('week') }),
])
export type CountWindow = z.infer<typeof countWindow>

const capRule = z.strictObject({
  ...about, shape: z.literal('cap'),
  limit: positive,
  window: countWindow,
  counts: z.enum(COUNT_UNITS),
  key: z.enum(COUNT_KEYS),
  /** Contacts over these channels are pooled (S10). */
  channels,
  /** Only contacts made this way count; a contact whose mode is not known counts. */
  mode: z.enum(['automated', 'agent']).optional(),
  /** `same-day-reply`: the first contact after the person's own message, over its channel and on its local day, does not count. */
  excludes: z.array(z.enum(['same-day-reply'])).min(1).optional(),
  /** The first so many unanswered ones in the window do not count. */
  freeUnanswered: positive.optional(),
  /** Speaks only once there was a conversation; contacts before it do not count. */
  afterFirstConversation: z.boolean().optional(),
})

/** At most so many different channels in the window (S10). */
const exclusivityRule = z.strictObject({
  ...about, shape: z.literal('exclusivity'),
  limit: positive, window: countWindow, counts: z.enum(COUNT_UNITS), key: z.enum(COUNT_KEYS), channels,
  afterFirstConversation: z.boolean().optional(),
})

/** A least time between contacts (S11). */
const spacingRule = z.strictObject({
  ...about, shape: z.literal('spacing'),
  minutes: positive.max(525_600).optional(),
  /** Whole local days: 2 means not before the day after tomorrow. */
  days: dayCount.optional(),
  counts: z.enum(COUNT_UNITS), key: z.enum(COUNT_KEYS), channels,
  afterFirstConversation: z.boolean().optional(),
}).refine((rule) => (rule.minutes === undefined) !== (rule.days === undefined), { message: 'needs either minutes or days', path: ['minutes'] })

/** Silence after something happened (S12); the day it happened is day 1. Inbound counts too. */
const cooldownRule = z.strictObject({
  ...about, shape: z.literal('cooldown'),
  after: z.enum(COUNT_UNITS), days: dayCount, key: z.enum(COUNT_KEYS), channels,
})

const wantedEvent = z.strictObject({ event: z.enum(EVENT_TYPES), kind: z.string().min(1).optional() })

/**
 * Who writes at a time at which they asked to be left alone may be answered once, over the same channel, while that
 * time lasts (S4). Only what answers is meant: kinds `service` and `confirmation`, never a reminder.
 */
const replyRule = z.strictObject({
  ...about, shape: z.literal('reply'),
  /** Rules of this pack that do not object to that answer either. */
  lifts: z.array(z.string().min(1)).default([]),
})

/** Nothing before this has happened and the wait is over (S13). */
const preconditionRule = z.strictObject({
  ...about, shape: z.literal('precondition'),
  requires: wantedEvent.optional(),
  /** Whole local days after the event's own day. */
  waitDays: dayCount.optional(),
  /** Business days (Monday to Friday without the calendar's holidays) after the event's own day. */
  waitBusinessDays: z.strictObject({ days: dayCount, calendar }).optional(),
  /** Nothing before the debt is overdue by this many days. */
  daysPastDue: dayCount.optional(),
}).refine((rule) => (rule.requires === undefined) !== (rule.daysPastDue === undefined), { message: 'needs either requires or daysPastDue', path: ['requires'] })

/** Something we owe after the first contact or an event; once overdue it blocks (S20). */
const dutyRule = z.strictObject({
  ...about, shape: z.literal('duty'),
  after: z.union([z.literal('first-contact'), wantedEvent]),
  owes: wantedEvent,
  withinDays: dayCount,
})

/** A pause that law attaches to an event or hold (S14). */
const pauseRule = z.strictObject({
  ...about, shape: z.literal('pause'),
  on: z.union([wantedEvent, z.strictObject({ hold: z.enum(HOLD_KINDS) })]),
  /** How long it lasts where no end is recorded, the starting day included; absent: until somebody ends it. */
  days: dayCount.optional(),
  /** Days that a recorded end adds. */
  tailDays: dayCount.optional(),
  /** An event that ends it, e.g. `dispute-resolved`. */
  endedBy: wantedEvent.optional(),
  lets: kinds.optional(),
})

/** A stop that a suppression of one of these reasons means, wider than its own scope (S15, S16). */
const stopRule = z.strictObject({
  ...about, shape: z.literal('stop'),
  reasons: z.array(z.enum(SUPPRESSION_REASONS)).min(1),
  /** `same-address`: over any channel. `person`: over any address and channel. */
  covers: z.enum(['same-address', 'person']),
  lets: kinds.optional(),
})

/** Recorded consent is needed (S17). */
const consentRule = z.strictObject({
  ...about, shape: z.literal('consent'),
  needs: z.array(z.string().min(1)).min(1),
  /** A consent older than this is stale. */
  freshDays: dayCount.optional(),
})

/** No route may carry this (S21). */
const routeRule = z.strictObject({ ...about, shape: z.literal('route'), because: z.string().min(1) })

/**
 * What a message must and must not say (S18). Evidence, never an objection here: the lint of templates holds the
 * words to it (opt-out, disclosure, what a voicemail reveals, what is never said).
 */
const contentRule = z.strictObject({
  ...about, shape: z.literal('content'),
  requires: z.array(z.string().min(1)).optional(),
  forbids: z.array(z.string().min(1)).optional(),
  only: z.array(z.string().min(1)).optional(),
})

/** Who besides the borrower may be contacted (S19). Evidence: the promise `decorum/own-address` refuses every address that is not the borrower's own. */
const thirdPartyRule = z.strictObject({ ...about, shape: z.literal('third-party'), allowed: z.string().min(1) })

/** How an opt-out works (S16): the law's latest effect. Evidence: here a recorded stop binds the next decision, by `decorum/suppression`. */
const optOutRule = z.strictObject({
  ...about, shape: z.literal('opt-out'),
  effectWithin: z.string().min(1), words: z.array(z.string().min(1)).optional(), confirmationWithinMinutes: positive.optional(),
})

/**
 * What is kept, as far as law tells it apart: `contact` is all that shows when, how and why somebody was contacted or
 * not (contacts, attempts, messages, decisions, receipts); `recording` a call's sound; `consent` what was agreed to or refused.
 */
export const RECORD_CLASSES = ['contact', 'recording', 'consent'] as const
export type RecordClass = (typeof RECORD_CLASSES)[number]

/**
 * How long records are kept (S22): at least so long after the anchor's local day and, with `maximum`, no longer.
 * `retentionOf` answers from it; nothing is deleted by deciding.
 */
const retentionRule = z.strictObject({
  ...about, shape: z.literal('retention'),
  record: z.enum(RECORD_CLASSES),
  years: positive.max(100).optional(), months: positive.max(1200).optional(), days: dayCount.optional(),
  /** `last-collection-activity` on the debt, or the `contact` that the record tells of. */
  anchor: z.enum(['last-collection-activity', 'contact']), maximum: z.boolean().optional(),
}).refine((rule) => rule.years !== undefined || rule.months !== undefined || rule.days !== undefined, { message: 'needs years, months or days', path: ['years'] })

/** Every rule shape by its name; see regulations.md §9 for S1–S24. */
export const RULE_SHAPES = {
  window: windowRule, cap: capRule, exclusivity: exclusivityRule, spacing: spacingRule, cooldown: cooldownRule, reply: replyRule,
  precondition: preconditionRule, duty: dutyRule, pause: pauseRule, stop: stopRule, consent: consentRule, route: routeRule,
  content: contentRule, 'third-party': thirdPartyRule, 'opt-out': optOutRule, retention: retentionRule,
} as const
export type RuleShape = keyof typeof RULE_SHAPES
export type RuleOf<S extends RuleShape> = z.infer<(typeof RULE_SHAPES)[S]>
export type PackRule = { [S in RuleShape]: RuleOf<S> }[RuleShape]

const WEEK = 7 * 1440
const DAY_NAMES = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/** Which two spans overlap, and on which day; null when none do, or a time cannot be read. */
function overlapOf(spans: readonly WeeklySpan[]): string | null {
  if (!spans.every(({ from, to }) => wallTime.safeParse(from).success && wallTime.safeParse(to).success)) return null
  const taken = spans.flatMap((span) => (span.days ?? [1, 2, 3, 4, 5, 6, 7]).flatMap((day) => {
    const [from, to] = [minutesOf(span.from), minutesOf(span.to)]
    const start = (day - 1) * 1440 + from
    const end = start + (to <= from ? to + 1440 : to) - from
    // Sunday's tail stands before Monday.
    return [{ span, start, end }, { span, start: start - WEEK, end: end - WEEK }]
  })).sort((a, b) => a.start - b.start)
  for (const [i, later] of taken.entries()) {
    const earlier = taken[i - 1]
    if (earlier === undefined || later.start >= earlier.end) continue
    const day = DAY_NAMES[Math.floor(((later.start + WEEK) % WEEK) / 1440)]
    return `has two spans that overlap on ${day}: ${earlier.span.from} to ${earlier.span.to}, and ${later.span.from} to ${later.span.to}`
  }
  return null
}

/** Minutes after midnight of an `HH:MM`. */
export const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5))
