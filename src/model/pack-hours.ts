import { z } from 'zod'
import { about, calendar, days } from './pack-about.ts'
import { wallTime } from './pack-condition.ts'

/** A weekly span of wall time; `to` not after `from` ends on the next day. */
const weeklySpan = z.strictObject({ days: days.optional(), from: wallTime, to: wallTime })
  .refine((span) => span.from !== span.to, { message: 'is the same as "from"', path: ['to'], params: { cure: 'A whole day is from "00:00" to "24:00".' } })
  .refine((span) => span.from !== '24:00', { message: 'is the end of a day', path: ['from'], params: { cure: 'Begin at "00:00" of the next day.' } })
export type WeeklySpan = z.infer<typeof weeklySpan>

/** When contact may be made, week by week. */
export const windowRule = z.strictObject({
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
