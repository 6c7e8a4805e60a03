/**
 * A point in time: whole milliseconds since 1970-01-01T00:00:00Z.
 *
 * The core compares and adds instants millions of times, so they are plain
 * numbers; text in RFC 3339 form exists only at the edges.
 */
export type Instant = number

export const MINUTE = 60_000
export const HOUR = 3_600_000
export const DAY = 86_400_000

/** The last instant that RFC 3339 can write. Nothing is dated later: what would end after it has no end that is known. */
export const LAST_INSTANT: Instant = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/

/**
 * Which instant does this text name?
 *
 * @param text  RFC 3339 with an explicit offset, e.g. `2026-11-23T15:00:00Z`
 * @returns     null for anything else: no offset, 30 February, 24:00, a leap second, later than `LAST_INSTANT` in UTC
 */
export function parseInstant(text: string): Instant | null {
  const m = RFC3339.exec(text)
  if (m === null) return null
  const [year, month, day, hour, minute, second] = [m[1], m[2], m[3], m[4], m[5], m[6]].map(Number) as [
    number, number, number, number, number, number,
  ]
  if (year < 1900 || hour > 23 || minute > 59 || second > 59) return null
  const utc = Date.UTC(year, month - 1, day, hour, minute, second)
  const back = new Date(utc)
  if (back.getUTCMonth() !== month - 1 || back.getUTCDate() !== day) return null
  const millis = m[7] === undefined ? 0 : Number(m[7].slice(0, 3).padEnd(3, '0'))
  const offset = m[8] as string
  if (offset === 'Z') return utc + millis
  const [oh, om] = [Number(offset.slice(1, 3)), Number(offset.slice(4, 6))]
  if (oh > 18 || om > 59) return null
  const instant = utc + millis - (offset[0] === '-' ? -1 : 1) * (oh * HOUR + om * MINUTE)
  return instant > LAST_INSTANT ? null : instant
}

/** The instant as RFC 3339 in UTC, without milliseconds when there are none. */
export function formatInstant(instant: Instant): string {
  const iso = new Date(instant).toISOString()
  return iso.endsWith('.000Z') ? `${iso.slice(0, -5)}Z` : iso
}

/** The clocks of two machines may differ by so much; what is dated later than that has not happened yet. */
export const CLOCK_SKEW = 5 * MINUTE

/** Is this instant so far ahead of now that nothing can be true as of it? */
export const isInFuture = (at: Instant, now: Instant): boolean => at > now + CLOCK_SKEW
