import { z } from 'zod'
import { CHANNELS } from './channel.ts'
import { parseDuration } from './duration.ts'
import { KINDS } from './kind.ts'
import { TONES } from './tone.ts'

export const slug = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'is not a name of small letters, digits and dashes')
export const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is not a time of day like "10:00"')
export const durationText = z.string().refine((text) => parseDuration(text) !== null, 'is not a duration like "20h" or "3d"')

/**
 * Events that a rung may count its days from.
 *
 * `placement` is the day on which a collector got the account; where none is
 * recorded, the day on which the spell was opened. `validation-notice` is an
 * event `notice` of kind `validation`; the others are named as they are reported.
 */
export const LADDER_EVENTS = ['promise-broken', 'placement', 'validation-notice', 'payment-failed', 'dispute-resolved', 'charge-off'] as const
export type LadderEvent = (typeof LADDER_EVENTS)[number]

export const SKIP_CONDITIONS = ['payment-in-flight', 'promise-open', 'under-tolerance', 'auto-debit'] as const
export type SkipCondition = (typeof SKIP_CONDITIONS)[number]

/** `auto-debit`, or `{ contacted-person-within: 10d }`: leave the rung out when a conversation was that recent. */
export const skipConditions = z.array(
  z.union([z.enum(SKIP_CONDITIONS), z.strictObject({ 'contacted-person-within': durationText })], {
    error: `is none of ${SKIP_CONDITIONS.join(', ')}, or { contacted-person-within: 10d }`,
  }),
)

const at = z
  .strictObject({
    /** Days past due; negative before the due date. */
    dpd: z.int().min(-60).max(3650).optional(),
    event: z.enum(LADDER_EVENTS).optional(),
    /** Days after the event, 0 the same day. */
    days: z.int().min(0).max(3650).optional(),
    /** Local time in the book zone; absent: the ladder's `bookTime`. */
    time: clockTime.optional(),
  })
  .refine((v) => (v.dpd !== undefined) !== (v.event !== undefined), 'states neither or both of `dpd` and `event`')
  .refine((v) => (v.event === undefined) === (v.days === undefined), '`event` and `days` go together')

/** One rung as operators write it; what is absent comes from the ladder's defaults. */
export const rungSchema = z.strictObject({
  id: slug,
  at,
  /** Checked against `dpd`; rungs that count from an event have none. */
  stage: z.enum(['M0', 'M1', 'M2', 'M3', 'M3+']).optional(),
  tone: z.enum(TONES),
  kind: z.enum(KINDS).default('reminder'),
  /** In order of preference. */
  channels: z.array(z.enum(CHANNELS)).default([]),
  who: z.enum(['machine', 'person']).default('machine'),
  /** At least so long after the machine's last step for this account, and after its message went out. */
  minimumDwell: durationText.optional(),
  /** So long after falling due the step is stale. */
  expiresAfter: durationText.optional(),
  skipIf: skipConditions.optional(),
  template: slug.optional(),
  /** Facts without which the words would not be true. */
  requires: z.array(z.string().min(1)).default([]),
  /** May speak within the days of grace. */
  inGrace: z.boolean().default(false),
  /** May come before the gate is open. */
  beforeGate: z.boolean().default(false),
  /** What the person is asked to do. */
  instructions: z.string().max(500).default(''),
})
