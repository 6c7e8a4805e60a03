import moment from 'moment-timezone'
import source from 'tzdata' with { type: 'json' }
import { DAY, HOUR, MINUTE, type Instant } from '../../src/model/time.ts'
import { namedInData, zoneNamesInData, ZONE_DATA_VERSION } from '../../src/model/zones/zone-data.ts'

/**
 * What each edition of the time zone database changed from 2025 on, one name a clock. Source: its NEWS, and the data of
 * one edition held against the next. An oracle of an older edition is none for the places changed since, and only for them.
 */
export const CHANGED_IN: Readonly<Record<string, readonly string[]>> = {
  '2025b': [],
  '2025c': [],
  '2026a': ['Europe/Chisinau'],
  '2026b': ['America/Vancouver'],
  '2026c': ['America/Edmonton', 'Africa/Casablanca', 'Africa/El_Aaiun'],
  '2026d': ['America/Inuvik'],
  '2026e': ['America/Winnipeg'],
  '2026f': ['America/Havana'],
}

/** Every name of the clocks that were changed after this edition, up to the one in force; newer places count when the oracle is the newer one. */
export function changedSince(edition: string): Set<string> {
  const [older, newer] = edition < ZONE_DATA_VERSION ? [edition, ZONE_DATA_VERSION] : [ZONE_DATA_VERSION, edition]
  const clocks = new Set(
    Object.entries(CHANGED_IN)
      .filter(([in_]) => in_ > older && in_ <= newer)
      .flatMap(([, zones]) => zones.map((zone) => namedInData(zone)?.listedAs)),
  )
  return new Set(zoneNamesInData().filter((name) => clocks.has(namedInData(name)?.listedAs)))
}

/** The edition of an oracle that does not tell, from where it differs; null when no edition explains that. */
export const editionThatDiffersIn = (different: ReadonlySet<string>, asked: ReadonlySet<string>): string | null =>
  Object.keys(CHANGED_IN)
    .reverse()
    .find((edition) => {
      const expected = [...changedSince(edition)].filter((zone) => asked.has(zone))
      return expected.length === different.size && expected.every((zone) => different.has(zone))
    }) ?? null

/** The database's source files as JSON, from another package than the one that decides: lines of zones and rules. */
const { zones: ZONES, rules: RULES } = source as unknown as {
  /** Minutes west of UTC, rule name or `-`, format, until (local time as if it were UTC); a name: the zone it is a link to. */
  zones: Record<string, string | [string, string, string, string | null][]>
  /** From year, to year, -, month, day, [hour, minute, second, `u`, `s` or wall time], minutes saved, letter. */
  rules: Record<
    string,
    [string, string, string, string, string, [string, string, string, string | null], string, string][]
  >
}
export const RULES_EDITION: string = source.version

interface RuleTime {
  /** Local time of the given kind, as if it were UTC. */
  local: number
  kind: string | null
  save: number
}

/** Changes of offset by rule in these years, with the offset in milliseconds from then on; the first is what holds at their beginning. Written from zic's manual, and from nothing that decides. */
export function changesByRule(zone: string, fromYear: number, toYear: number): { at: Instant; offset: number }[] {
  const [from, to] = [Date.UTC(fromYear, 0, 1), Date.UTC(toYear + 1, 0, 1)]
  const found: { at: Instant; offset: number }[] = []
  let begun = -Infinity
  for (const [west, name, , untilText] of linesOf(zone)) {
    const until = untilText === null ? Infinity : Number(untilText)
    if (until < from - 2 * DAY) continue
    const standard = -Math.round(Number(west) * 60) * 1000
    let save = name === '-' || RULES[name] === undefined ? savedIn(name) : 0
    let ended = until - standard - save
    const add = (at: Instant): void => {
      const offset = standard + save
      if (at >= begun && at < ended && at < to) found.push({ at, offset })
    }
    const times = RULES[name] === undefined ? [] : ruleTimes(name, fromYear - 3, toYear + 1)
    let entered = false
    for (const { local, kind, save: next } of times) {
      const at = local - (kind === 'u' ? 0 : standard + (kind === 's' ? 0 : save))
      if (!entered && at > Math.max(begun, from - 400 * DAY)) {
        entered = true
        if (begun > -Infinity) add(begun)
      }
      ended = until - standard - save
      if (at >= ended) break
      save = next
      add(at)
    }
    ended = until - standard - save
    if (!entered) add(Math.max(begun, from - 400 * DAY))
    begun = ended
  }
  const first = found.filter(({ at }) => at <= from).at(-1)
  const changes = [
    ...(first === undefined ? [] : [{ at: from, offset: first.offset }]),
    ...found.filter(({ at }) => at > from),
  ]
  return changes.filter(({ offset }, i) => i === 0 || offset !== changes[i - 1]?.offset)
}

function linesOf(zone: string): [string, string, string, string | null][] {
  const lines = ZONES[zone]
  if (lines === undefined) throw new Error(`no rules for ${zone}`)
  return typeof lines === 'string' ? linesOf(lines) : lines
}

/** A saving that stands in place of a rule: `1:00`. */
const savedIn = (text: string): number => {
  const [hours, minutes = '0'] = text.split(':')
  return text === '-' ? 0 : Number(hours) * HOUR + Number(minutes) * MINUTE
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

function ruleTimes(name: string, fromYear: number, toYear: number): RuleTime[] {
  const times: RuleTime[] = []
  for (const [first, last, , month, day, [hour, minute, second, kind], save] of RULES[name] ?? []) {
    const end = last === 'only' ? Number(first) : last === 'max' ? Infinity : Number(last)
    // The last year of a rule that has ended still says what is saved since.
    for (let year = Math.max(Number(first), Math.min(fromYear, end)); year <= Math.min(end, toYear); year++) {
      times.push({
        local:
          dayOfRule(year, MONTHS.indexOf(month), day) +
          Number(hour) * HOUR +
          Number(minute) * MINUTE +
          Number(second) * 1000,
        kind,
        save: Number(save) * MINUTE,
      })
    }
  }
  return times.sort((one, other) => one.local - other.local)
}

function dayOfRule(year: number, month: number, text: string): number {
  const weekdayOf = (time: number): number => new Date(time).getUTCDay()
  const last = /^last(\w{3})$/.exec(text)
  if (last !== null) {
    const end = Date.UTC(year, month + 1, 0)
    return end - ((weekdayOf(end) - WEEKDAYS.indexOf(last[1] as string) + 7) % 7) * DAY
  }
  const [, weekday, sense, date] = /^(\w{3})([<>])=(\d+)$/.exec(text) ?? []
  if (weekday === undefined) return Date.UTC(year, month, Number(text))
  const anchor = Date.UTC(year, month, Number(date))
  const off = WEEKDAYS.indexOf(weekday) - weekdayOf(anchor)
  return anchor + (sense === '>' ? (off + 7) % 7 : -((7 - off) % 7)) * DAY
}

/** The wall clock as another library reads it from the same data, whatever the runtime's own data are. */
export function wallOf(
  zone: string,
  instant: Instant,
): { minute: number; weekday: number; day: string; offset: number } {
  const local = moment.tz(instant, zone)
  return {
    minute: local.hours() * 60 + local.minutes(),
    weekday: local.isoWeekday(),
    day: local.format('YYYY-MM-DD'),
    offset: local.utcOffset() * 60_000,
  }
}

/** The first instant of the day that holds this one, by the same library, to the minute. */
export function startOfDayOf(zone: string, instant: Instant): Instant {
  const { day } = wallOf(zone, instant)
  let start = instant - (instant % 60_000)
  while (wallOf(zone, start - 3_600_000).day === day) start -= 3_600_000
  while (wallOf(zone, start - 60_000).day === day) start -= 60_000
  return start
}
