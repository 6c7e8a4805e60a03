import { z } from 'zod'
import { about, channels, dayCount, positive } from './pack-about.ts'

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
export const exclusivityRule = z.strictObject({
  ...about, shape: z.literal('exclusivity'),
  limit: positive, window: countWindow, counts: z.enum(COUNT_UNITS), key: z.enum(COUNT_KEYS), channels,
  afterFirstConversation: z.boolean().optional(),
})

/** A least time between contacts (S11). */
export const spacingRule = z.strictObject({
  ...about, shape: z.literal('spacing'),
  minutes: positive.max(525_600).optional(),
  /** Whole local days: 2 means not before the day after tomorrow. */
  days: dayCount.optional(),
  counts: z.enum(COUNT_UNITS), key: z.enum(COUNT_KEYS), channels,
  /** `same-day-reply`: as for a cap. */
  excludes: z.array(z.enum(['same-day-reply'])).min(1).optional(),
  afterFirstConversation: z.boolean().optional(),
}).refine((rule) => (rule.minutes === undefined) !== (rule.days === undefined), { message: 'needs either minutes or days', path: ['minutes'] })

/** Silence after something happened (S12); the day it happened is day 1. Inbound counts too. */
export const cooldownRule = z.strictObject({
  ...about, shape: z.literal('cooldown'),
  after: z.enum(COUNT_UNITS), days: dayCount, key: z.enum(COUNT_KEYS), channels,
})
