import type { Calendar } from '../model/calendars/calendar.ts'
import { minutesOf, type WeeklySpan } from '../model/pack-parts.ts'
import { DAY, type Instant, MINUTE, NEVER, weekdayOf } from '../model/time.ts'
import type { ZoneTable } from './zone-table.ts'

// Hot path: hours answer into an object of the caller; measured by `npm run bench -- decide`.

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]
const SUNDAY = 7
const CLOSED = 0
/** How far to search for the next opening, and how far to follow an opening to its end. */
const SEARCH = 400 * DAY
const FOLLOW = 8 * DAY

type HoursState = 'open' | 'shut' | 'holiday' | 'unknown'

/** What the hours are at an instant in one zone, and until when that is so at least. */
export interface HoursAnswer {
  state: HoursState
  until: Instant
}

/** Weekly contact hours (S2) with closures and holidays (S3), to be asked zone by zone. */
export interface WeeklyHours {
  ask(zone: ZoneTable, at: Instant, answer: HoursAnswer): void
}

interface HoursData {
  allow?: readonly WeeklySpan[] | undefined
  ban?: readonly WeeklySpan[] | undefined
  closedDays?: readonly number[] | undefined
  holidays?: { calendar: Calendar; effect: 'closed' | 'as-sunday' | 'as-workday-calendar' } | undefined
}

/** Open spans of one day in milliseconds after midnight, flat and sorted: from, to, from, to … */
type DaySpans = readonly number[]

/**
 * Compiles weekly spans into hours that can be asked about any instant.
 *
 * Instants are converted to wall time, never the reverse: an opening inside the hour
 * that clocks skip begins at the first existing instant, and an hour that happens
 * twice is open only when all of it is. A span past midnight belongs to the day it
 * starts on; a closed day has no tail from the day before.
 */
export function compileHours(data: HoursData): WeeklyHours {
  const { own, tail } = spansByDay(data)
  const closed = new Set(data.closedDays ?? [])
  const { holidays } = data
  const merged: DaySpans[][] = Array.from({ length: 8 }, (_, before) =>
    Array.from({ length: 8 }, (_, today) =>
      today === CLOSED ? [] : merge([...(tail[before] as number[]), ...(own[today] as number[])]),
    ),
  )

  const plainWeekday = (day: number): number => {
    const weekday = weekdayOf(day)
    return closed.has(weekday) ? CLOSED : weekday
  }
  /** The weekday whose hours hold on this day; null when the calendar does not reach it. */
  const effectiveWeekday = (day: number): number | null => {
    if (holidays === undefined) return plainWeekday(day)
    const status = holidays.calendar(day)
    if (status === 'unknown') return null
    if (status === 'holiday') return holidays.effect === 'as-sunday' ? (closed.has(SUNDAY) ? CLOSED : SUNDAY) : CLOSED
    if (status === 'workday' && holidays.effect === 'as-workday-calendar') return 1
    return plainWeekday(day)
  }
  const spansOf = (day: number): DaySpans | null => {
    const today = effectiveWeekday(day)
    // A day before the calendar's first year is taken to have no tail.
    const before = effectiveWeekday(day - 1) ?? CLOSED
    return today === null ? null : ((merged[before] as DaySpans[])[today] as DaySpans)
  }
  /** Is the day itself a holiday, on which it would otherwise be open at this time? */
  const shutByHoliday = (day: number, wall: number): boolean => {
    if (holidays === undefined || holidays.calendar(day) !== 'holiday') return false
    const ordinary = (merged[plainWeekday(day - 1)] as DaySpans[])[plainWeekday(day)] as DaySpans
    return within(ordinary, wall)
  }

  /** The state at one instant, and until when it surely holds. */
  const stateAt = (zone: ZoneTable, at: Instant, answer: HoursAnswer): void => {
    const interval = zone.at(at)
    const local = at + interval.offset
    const day = Math.floor(local / DAY)
    const wall = local - day * DAY
    const spans = spansOf(day)
    if (spans === null) {
      answer.state = 'unknown'
      answer.until = interval.end
      return
    }
    if (!Number.isNaN(interval.overlapFrom)) {
      answer.state = isOpenThroughout(spansOf, interval.overlapFrom, interval.overlapTo)
        ? 'open'
        : shutByHoliday(day, wall)
          ? 'holiday'
          : 'shut'
      answer.until = interval.end
      return
    }
    let edge = DAY
    let open = false
    for (let i = 0; i < spans.length; i += 2) {
      const from = spans[i] as number
      const to = spans[i + 1] as number
      if (wall < from) {
        edge = from
        break
      }
      if (wall < to) {
        open = true
        edge = to
        break
      }
    }
    answer.state = open ? 'open' : shutByHoliday(day, wall) ? 'holiday' : 'shut'
    answer.until = Math.min(interval.end, day * DAY + edge - interval.offset)
  }

  const next: HoursAnswer = { state: 'open', until: 0 }
  return {
    ask: (zone, at, answer) => {
      stateAt(zone, at, answer)
      if (answer.state === 'unknown') return
      const open = answer.state === 'open'
      const horizon = at + (open ? FOLLOW : SEARCH)
      while (answer.until < horizon) {
        stateAt(zone, answer.until, next)
        if (next.state === 'unknown' && !open) {
          answer.state = 'unknown'
          answer.until = NEVER
          return
        }
        if ((next.state === 'open') !== open) return
        answer.until = next.until
      }
      if (!open) answer.until = NEVER
    },
  }
}

const within = (spans: DaySpans, wall: number): boolean => {
  for (let i = 0; i < spans.length; i += 2)
    if (wall >= (spans[i] as number) && wall < (spans[i + 1] as number)) return true
  return false
}

/** Is every wall time of [from, to), which may cross midnight, inside the hours? */
function isOpenThroughout(spansOf: (day: number) => DaySpans | null, from: number, to: number): boolean {
  for (let day = Math.floor(from / DAY); day * DAY < to; day++) {
    const spans = spansOf(day)
    const [start, end] = [Math.max(from - day * DAY, 0), Math.min(to - day * DAY, DAY)]
    let covered = false
    for (let i = 0; spans !== null && i < spans.length; i += 2)
      if ((spans[i] as number) <= start && (spans[i + 1] as number) >= end) covered = true
    if (!covered) return false
  }
  return true
}

/** Each weekday's own open spans, and the tails that reach into the day after it, in milliseconds after midnight. */
function spansByDay(data: HoursData): { own: number[][]; tail: number[][] } {
  const own: number[][] = Array.from({ length: 8 }, () => [])
  const tail: number[][] = Array.from({ length: 8 }, () => [])
  for (const span of data.allow ?? data.ban ?? []) {
    const [from, to] = [minutesOf(span.from) * MINUTE, minutesOf(span.to) * MINUTE]
    for (const day of span.days ?? EVERY_DAY) {
      if (to > from) (own[day] as number[]).push(from, to)
      else {
        ;(own[day] as number[]).push(from, DAY)
        if (to > 0) (tail[day] as number[]).push(0, to)
      }
    }
  }
  if (data.ban === undefined) return { own, tail }
  // Bans become the spans they leave open; a ban past midnight binds the next day, closed or not.
  const opened: number[][] = Array.from({ length: 8 }, () => [])
  for (const day of EVERY_DAY) {
    const before = day === 1 ? 7 : day - 1
    opened[day] = complement(merge([...(tail[before] as number[]), ...(own[day] as number[])]))
  }
  return { own: opened, tail: Array.from({ length: 8 }, () => []) }
}

function merge(spans: readonly number[]): number[] {
  const pairs: [number, number][] = []
  for (let i = 0; i < spans.length; i += 2) pairs.push([spans[i] as number, spans[i + 1] as number])
  pairs.sort((a, b) => a[0] - b[0])
  const flat: number[] = []
  for (const [from, to] of pairs) {
    const last = flat.length - 1
    if (last > 0 && from <= (flat[last] as number)) flat[last] = Math.max(flat[last] as number, to)
    else flat.push(from, to)
  }
  return flat
}

function complement(spans: readonly number[]): number[] {
  const flat: number[] = []
  let from = 0
  for (let i = 0; i < spans.length; i += 2) {
    if ((spans[i] as number) > from) flat.push(from, spans[i] as number)
    from = spans[i + 1] as number
  }
  if (from < DAY) flat.push(from, DAY)
  return flat
}
