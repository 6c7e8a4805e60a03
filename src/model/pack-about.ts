import { z } from 'zod'
import { CALENDAR_TABLES } from './calendars/known.ts'
import { CHANNELS } from './channel.ts'
import { EVENT_TYPES } from './event.ts'
import { KINDS } from './kind.ts'
import { conditionSchema, localDate } from './pack-condition.ts'

/** ISO weekdays, 1 Monday … 7 Sunday. */
export const days = z.array(z.int().min(1).max(7)).min(1)
export const channels = z.array(z.enum(CHANNELS)).min(1)
export const kinds = z.array(z.enum(KINDS)).min(1)
export const positive = z.int().min(1)
/** A century at most: what lies further ahead has no date that can be reckoned with. */
export const dayCount = positive.max(36_500)
/** One of the holiday calendars under `calendars/`. */
export const calendar = z.enum(Object.keys(CALENDAR_TABLES))

/** An event that a rule looks for, of one kind or of any. */
export const wantedEvent = z.strictObject({ event: z.enum(EVENT_TYPES), kind: z.string().min(1).optional() })

const consentOpening = z.strictObject({
  /** Consent of one of these kinds, in force, for this channel and address, silences the rule. */
  consent: z.array(z.string().min(1)).min(1),
  /** The consent's day is day 1; it opens the rule for this many days at most. */
  days: dayCount.optional(),
})

/** What every rule says about itself, whatever its shape. */
export const about = {
  id: z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'must be lower-case words joined by "-"'),
  citation: z.string().min(1),
  /** Where the text was seen: the row of the fact base and the page. */
  source: z.string().min(1),
  /** The day on which the source was retrieved; null: it never was (from memory). Every rule of a shipped law pack states it. */
  retrieved: localDate.nullable().optional(),
  /** Was the rule's own text, or a trustworthy copy, read? */
  verified: z.enum(['text', 'secondary', 'no']),
  /** `off` rules are listed and never object. An unverified rule must be off. */
  status: z.enum(['on', 'off']).default('on'),
  /** What the law's wording binds to; the engine treats each as a prohibition (S23), save guidance for words (`content`). */
  force: z.enum(['hard', 'presumption', 'soft']).default('hard'),
  /** Where the text is vague: the stricter reading that was chosen, and why. */
  reading: z.string().min(1).optional(),
  when: conditionSchema.optional(),
  /** Consent may loosen this rule and no other (S17). */
  unless: consentOpening.optional(),
}
