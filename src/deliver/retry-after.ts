import { DAY } from '../model/instant.ts'

/** A slip of theirs must not keep people, or upstream, waiting for weeks. */
const LONGEST_MS = DAY

/**
 * How long does the other side ask us to stay away? In milliseconds, at most a day.
 *
 * @param header   the field's value: whole seconds, or an HTTP date; anything else says nothing
 * @param wallNow  wall time, which a date is held against
 * @returns        null when nothing is said
 * @see            RFC 9110, 10.2.3
 */
export function retryAfterMs(header: string | string[] | undefined, wallNow: number = Date.now()): number | null {
  const text = Array.isArray(header) ? header[0] : header
  if (text === undefined) return null
  if (/^\d+$/.test(text.trim())) return Math.min(Number(text) * 1000, LONGEST_MS)
  const at = /^[A-Z][a-z]{2}, /.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? null : Math.min(Math.max(0, at - wallNow), LONGEST_MS)
}
