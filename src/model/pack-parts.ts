import { z } from 'zod'
import { CALENDAR_TABLES } from './calendars/tables.ts'
import { isLocalDate } from './time.ts'
import { ADDRESS_KINDS, CHANNELS, EVENT_TYPES, KINDS, MODES, ROLES, TONES } from './vocabulary.ts'

/** `HH:MM` from 00:00 to 24:00. */
const wallTime = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be a wall time from "00:00" to "24:00", as "HH:MM"')

export const localDate = z.string().refine(isLocalDate, 'must be a real calendar date, as "YYYY-MM-DD"')

/** ISO 3166-1 or 3166-2, or a place below it: `US`, `US-NY`, `US-NY-NYC`. */
export const jurisdictionPath = z
  .string()
  .regex(/^[A-Z]{2}(?:-[A-Z0-9]{1,3}){0,2}$/, 'must be a place like "US", "US-NY" or "US-NY-NYC"')

const some = <T extends readonly [string, ...string[]]>(words: T) => z.array(z.enum(words)).min(1)

/**
 * When does a rule, or a whole pack, apply? (S1)
 *
 * Every stated part must match. A fact that the case does not state does not match; an `except…` excuses only what is known
 * to match it.
 */
export const conditionSchema = z
  .strictObject({
    /** The recipient may be at or below one of these places. */
    jurisdictions: z.array(jurisdictionPath).min(1).optional(),
    /** Does not apply if every candidate place of the recipient is at or below one of these. */
    exceptJurisdictions: z.array(jurisdictionPath).min(1).optional(),
    roles: some(ROLES).optional(),
    products: z.array(z.string().min(1)).min(1).optional(),
    /** Does not apply if every account of the message is of one of these products. */
    exceptProducts: z.array(z.string().min(1)).min(1).optional(),
    channels: some(CHANNELS).optional(),
    modes: some(MODES).optional(),
    kinds: some(KINDS).optional(),
    exceptKinds: some(KINDS).optional(),
    tones: some(TONES).optional(),
    addressKinds: some(ADDRESS_KINDS).optional(),
    exceptAddressKinds: some(ADDRESS_KINDS).optional(),
    /** Inclusive on both ends, and met if it is in any candidate zone of the recipient. */
    daysPastDue: z
      .strictObject({ min: z.int().optional(), max: z.int().optional() })
      .refine((range) => range.min !== undefined || range.max !== undefined, 'must state min or max')
      .refine(
        (range) => range.min === undefined || range.max === undefined || range.min <= range.max,
        'min must not exceed max',
      )
      .optional(),
    /** First local date on which it applies. */
    from: localDate.optional(),
    /** First local date on which it no longer applies. */
    until: localDate.optional(),
  })
  .refine((when) => when.from === undefined || when.until === undefined || when.from < when.until, {
    message: 'must be later than "from"',
    path: ['until'],
  })

export type Condition = z.infer<typeof conditionSchema>

/** ISO weekdays, 1 Monday … 7 Sunday. */
const days = z.array(z.int().min(1).max(7)).min(1)
const channels = z.array(z.enum(CHANNELS)).min(1)
export const kinds = z.array(z.enum(KINDS)).min(1)
export const positive = z.int().min(1)
/** A century at most, so that date arithmetic stays in range. */
export const dayCount = positive.max(36_500)
/** One of the holiday calendars under `calendars/`. */
export const calendar = z.enum(Object.keys(CALENDAR_TABLES))

/** An event that a rule looks for, of one kind or of any. */
export const wantedEvent = z.strictObject({ event: z.enum(EVENT_TYPES), kind: z.string().min(1).optional() })

const consentOpening = z.strictObject({
  /** Consent of one of these kinds, in force, for this channel and address, lifts the rule. */
  consent: z.array(z.string().min(1)).min(1),
  /** The consent's day is day 1; it lifts the rule for this many days at most. */
  days: dayCount.optional(),
})

/** Fields of every rule, of any shape. */
export const about = {
  id: z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'must be lower-case words joined by "-"'),
  citation: z.string().min(1),
  /** Where the text was read: the row of the fact base and the page. */
  source: z.string().min(1),
  /** The day the source was retrieved; null: never (from memory). Every rule of a shipped law pack states it. */
  retrieved: localDate.nullable().optional(),
  /** Was the rule's own text, or a trustworthy copy, read? */
  verified: z.enum(['text', 'secondary', 'no']),
  /** `off` rules are listed and never object. An unverified rule must be off. */
  status: z.enum(['on', 'off']).default('on'),
  /** The law's wording; the engine treats each as a prohibition (S23), except guidance on content. */
  force: z.enum(['hard', 'presumption', 'soft']).default('hard'),
  /** Where the text is vague: the stricter reading that was chosen, and why. */
  reading: z.string().min(1).optional(),
  when: conditionSchema.optional(),
  /** Consent that lifts this rule alone (S17). */
  unless: consentOpening.optional(),
}

/**
 * What is counted of the outcomes of contacts? (S8)
 *
 * `attempt`: every attempt. `unanswered`: rang, no answer. `connected`: a human or a machine answered. `conversation`: a
 * human spoke. `reached`: a conversation, a message left, or a text or email that may have arrived.
 */
export const COUNT_UNITS = ['attempt', 'unanswered', 'connected', 'conversation', 'reached'] as const
export type CountUnit = (typeof COUNT_UNITS)[number]

/** What contacts are grouped by (S9): the recipient, the account, the address. */
export const COUNT_KEYS = ['person', 'account', 'address'] as const
export type CountKey = (typeof COUNT_KEYS)[number]

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

/** At most so many contacts in a window (S6). */
export const capRule = z.strictObject({
  ...about,
  shape: z.literal('cap'),
  limit: positive,
  window: countWindow,
  counts: z.enum(COUNT_UNITS),
  key: z.enum(COUNT_KEYS),
  /** Contacts over these channels are counted together (S10). */
  channels,
  /** Only contacts of this mode count, and those of unknown mode. */
  mode: z.enum(['automated', 'agent']).optional(),
  /** `same-day-reply`: the first contact after the recipient's own message, over its channel and on its local day, does not count. */
  excludes: z
    .array(z.enum(['same-day-reply']))
    .min(1)
    .optional(),
  /** This many unanswered ones, the first in the window, do not count. */
  freeUnanswered: positive.optional(),
  /** Applies only after a conversation; contacts before it do not count. */
  afterFirstConversation: z.boolean().optional(),
})

/** At most so many different channels in the window (S10). */
export const exclusivityRule = z.strictObject({
  ...about,
  shape: z.literal('exclusivity'),
  limit: positive,
  window: countWindow,
  counts: z.enum(COUNT_UNITS),
  key: z.enum(COUNT_KEYS),
  channels,
  afterFirstConversation: z.boolean().optional(),
})

/** A minimum time between contacts (S11). */
export const spacingRule = z
  .strictObject({
    ...about,
    shape: z.literal('spacing'),
    minutes: positive.max(525_600).optional(),
    /** Whole local days: 2 means not before the day after tomorrow. */
    days: dayCount.optional(),
    counts: z.enum(COUNT_UNITS),
    key: z.enum(COUNT_KEYS),
    channels,
    /** `same-day-reply`: as for a cap. */
    excludes: z
      .array(z.enum(['same-day-reply']))
      .min(1)
      .optional(),
    afterFirstConversation: z.boolean().optional(),
  })
  .refine((rule) => (rule.minutes === undefined) !== (rule.days === undefined), {
    message: 'needs either minutes or days',
    path: ['minutes'],
  })

/** No contact for some days after one (S12), its own day being day 1. Inbound counts too. */
export const cooldownRule = z.strictObject({
  ...about,
  shape: z.literal('cooldown'),
  after: z.enum(COUNT_UNITS),
  days: dayCount,
  key: z.enum(COUNT_KEYS),
  channels,
})

/** A weekly span of wall time; `to` not after `from` ends on the next day. */
const weeklySpan = z
  .strictObject({ days: days.optional(), from: wallTime, to: wallTime })
  .refine((span) => span.from !== span.to, {
    message: 'is the same as "from"',
    path: ['to'],
    params: { cure: 'A whole day is from "00:00" to "24:00".' },
  })
  .refine((span) => span.from !== '24:00', {
    message: 'is the end of a day',
    path: ['from'],
    params: { cure: 'Begin at "00:00" of the next day.' },
  })
export type WeeklySpan = z.infer<typeof weeklySpan>

/** When contact may be made, week by week. */
export const windowRule = z
  .strictObject({
    ...about,
    shape: z.literal('window'),
    /** Contact only inside these spans (S2). */
    allow: z.array(weeklySpan).min(1).optional(),
    /** Contact never inside these spans. */
    ban: z.array(weeklySpan).min(1).optional(),
    /** Weekdays on which nothing is sent at all, not even the tail of the evening before. */
    closedDays: days.optional(),
    /** Public holidays (S3); a year that the calendar lacks refuses. */
    holidays: z
      .strictObject({
        calendar,
        /** `closed`: nothing is sent. `as-sunday`: Sunday's hours. `as-workday-calendar`: make-up workdays count as Mondays too. */
        effect: z.enum(['closed', 'as-sunday', 'as-workday-calendar']),
      })
      .optional(),
  })
  .superRefine((rule, context) => {
    if ((rule.allow === undefined) === (rule.ban === undefined)) {
      context.addIssue({
        code: 'custom',
        path: ['allow'],
        message: 'needs either allow or ban',
        params: { cure: 'Keep one: allow says when contact may be made, ban when it may not.' },
      })
    }
    for (const key of ['allow', 'ban'] as const) {
      const overlap = overlapOf(rule[key] ?? [])
      if (overlap !== null)
        context.addIssue({
          code: 'custom',
          path: [key],
          message: overlap,
          params: { cure: 'Join the two spans into one, or give them different days.' },
        })
    }
  })

const WEEK = 7 * 1440
const DAY_NAMES = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/** Which two spans overlap, and on which day; null when none do, or a time cannot be read. */
function overlapOf(spans: readonly WeeklySpan[]): string | null {
  if (!spans.every(({ from, to }) => wallTime.safeParse(from).success && wallTime.safeParse(to).success)) return null
  const taken = spans
    .flatMap((span) =>
      (span.days ?? [1, 2, 3, 4, 5, 6, 7]).flatMap((day) => {
        const [from, to] = [minutesOf(span.from), minutesOf(span.to)]
        const start = (day - 1) * 1440 + from
        const end = start + (to <= from ? to + 1440 : to) - from
        // A span that runs past Sunday also occurs before Monday.
        return [
          { span, start, end },
          { span, start: start - WEEK, end: end - WEEK },
        ]
      }),
    )
    .sort((a, b) => a.start - b.start)
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
