import { z } from 'zod'
import { ADDRESS_KINDS } from './address.ts'
import { CHANNELS } from './channel.ts'
import { KINDS, MODES } from './kind.ts'
import { isLocalDate } from './local-date.ts'
import { ROLES } from './role.ts'
import { TONES } from './tone.ts'

/** `HH:MM` from 00:00 to 24:00. */
export const wallTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be a wall time from "00:00" to "24:00", as "HH:MM"')

export const localDate = z.string().refine(isLocalDate, 'must be a real calendar date, as "YYYY-MM-DD"')

/** ISO 3166-1 or 3166-2, or a place below it: `US`, `US-NY`, `US-NY-NYC`. */
export const jurisdictionPath = z.string().regex(/^[A-Z]{2}(?:-[A-Z0-9]{1,3}){0,2}$/, 'must be a place like "US", "US-NY" or "US-NY-NYC"')

const some = <T extends readonly [string, ...string[]]>(words: T) => z.array(z.enum(words)).min(1)

/**
 * When does a rule, or a whole pack, speak? (S1)
 *
 * Every stated part must match. What a case does not state leaves the rule out,
 * except in `except…`, which must be known to match before it excuses anything.
 */
export const conditionSchema = z.strictObject({
  /** The person may be at or below one of these places. */
  jurisdictions: z.array(jurisdictionPath).min(1).optional(),
  /** Silent only where every place in which the person may be is at or below one of these. */
  exceptJurisdictions: z.array(jurisdictionPath).min(1).optional(),
  roles: some(ROLES).optional(),
  products: z.array(z.string().min(1)).min(1).optional(),
  /** Silent only where every account of the message is of one of these products. */
  exceptProducts: z.array(z.string().min(1)).min(1).optional(),
  channels: some(CHANNELS).optional(),
  modes: some(MODES).optional(),
  kinds: some(KINDS).optional(),
  exceptKinds: some(KINDS).optional(),
  tones: some(TONES).optional(),
  addressKinds: some(ADDRESS_KINDS).optional(),
  exceptAddressKinds: some(ADDRESS_KINDS).optional(),
  /** Inclusive on both ends; a day counts when it does so in any zone the person may be in. */
  daysPastDue: z.strictObject({ min: z.int().optional(), max: z.int().optional() })
    .refine((range) => range.min !== undefined || range.max !== undefined, 'must state min or max')
    .refine((range) => range.min === undefined || range.max === undefined || range.min <= range.max, 'min must not exceed max')
    .optional(),
  /** First local date on which it speaks. */
  from: localDate.optional(),
  /** First local date on which it speaks no more. */
  until: localDate.optional(),
}).refine((when) => when.from === undefined || when.until === undefined || when.from < when.until, { message: 'must be later than "from"', path: ['until'] })

export type Condition = z.infer<typeof conditionSchema>
