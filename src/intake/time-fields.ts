import { z } from 'zod'
import { parseInstant, type Instant } from '../model/instant.ts'
import { isLocalDate } from '../model/local-date.ts'

/** RFC 3339 with an offset → milliseconds. Years before 1970 and after 2199 are taken for slips. */
export const instant = z.string().transform((text, ctx): Instant => {
  const value = parseInstant(text)
  if (value !== null && value >= 0 && value < Date.UTC(2200, 0, 1)) return value
  ctx.addIssue({ code: 'custom', message: 'is not an instant with an offset', params: { cure: 'Write it like "2026-11-23T15:00:00Z" or "2026-11-23T23:00:00+08:00".' } })
  return z.NEVER
}).describe('RFC 3339 with an offset, e.g. 2026-11-23T15:00:00Z')

/** A real calendar day, `YYYY-MM-DD`. */
export const localDate = z.string().refine((text) => isLocalDate(text) && text >= '1970-01-01' && text < '2200', {
  error: 'is not a calendar day', params: { cure: 'Write it like "2026-11-23".' },
}).describe('YYYY-MM-DD')

/** `HH:MM` of a day. */
export const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is not a time of day (HH:MM)')
