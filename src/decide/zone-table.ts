// Hot path: a zone remembers its last stretch, and NaN says that no wall time happens twice in it; measured by `npm run bench -- decide`. Outside, a table only answers questions.
import { LRUCache } from 'lru-cache'
import { DAY, type Instant } from '../model/time.ts'
import { changesOf, nextChange, offsetAt, type ZoneTransitions } from '../model/zones/zone-data.ts'
import { statedZone } from '../model/zones/zone-names.ts'

/**
 * A stretch of time in which a zone's offset is constant.
 *
 * The hour before and the hour after clocks are put back are stretches of their
 * own: their wall time happens twice, and `twiceFrom`–`twiceTo` says which.
 */
interface Stretch {
  readonly start: Instant
  readonly end: Instant
  /** Local time minus UTC, in milliseconds. */
  readonly offset: number
  /** Wall clock as local milliseconds; NaN where no wall time happens twice. */
  readonly twiceFrom: number
  readonly twiceTo: number
}

/** Offsets of one IANA zone, read from the zone data that comes along when first needed and kept. */
export interface ZoneTable {
  readonly zone: string
  /** The stretch that holds this instant. */
  at(instant: Instant): Stretch
  /** First real instant of this local day (days since 1970-01-01): a midnight that does not exist begins at the gap's end, one that happens twice at its first. */
  startOfDay(day: number): Instant
  /** The local day that holds this instant. */
  dayAt(instant: Instant): number
}

/** How far a table reaches beyond what was asked, so that neighbours need no new look. */
const REACH = 800 * DAY

/** By the place's name of today. Not an LRU cache: bounded by the places that the zone data has, whatever spellings are asked for. */
const tables = new Map<string, ZoneTable>()

/**
 * The offsets of this zone; null when it names no place.
 *
 * An abbreviation or an offset that was recorded as a zone (`BST`, `Etc/GMT+8`) has none: which place was meant is not known.
 */
export function zoneTable(zone: string): ZoneTable | null {
  let table = tables.get(zone)
  if (table !== undefined) return table
  const stated = statedZone(zone)
  const changes = stated.ok ? changesOf(stated.zone) : null
  if (!stated.ok || changes === null) return null
  table = tables.get(stated.zone)
  if (table === undefined) tables.set(stated.zone, (table = build(stated.zone, changes)))
  return table
}

/** The years over which two zones are compared, and how finely: clocks are put back and forward weeks apart. */
const COMPARED = { from: Date.UTC(2024, 0, 1), until: Date.UTC(2034, 0, 1), step: 3 * DAY }
const compared = new LRUCache<string, boolean>({ max: 10_000 })

/** Is this one of these zones, by whichever of its names? */
export const isAmong = (zone: string, zones: readonly string[]): boolean =>
  zones.includes(zone) || zones.some((other) => keepSameTime(zone, other))

/** Do these two names stand for the same time of day, as old names and their successors do? */
function keepSameTime(one: string, other: string): boolean {
  const key = one < other ? `${one}|${other}` : `${other}|${one}`
  let same = compared.get(key)
  if (same === undefined) {
    const [a, b] = [zoneTable(one), zoneTable(other)]
    same = a !== null && b !== null
    for (let at = COMPARED.from; same && at < COMPARED.until; at += COMPARED.step)
      same = a?.at(at).offset === b?.at(at).offset
    compared.set(key, same)
  }
  return same
}

function build(zone: string, changes: ZoneTransitions): ZoneTable {
  let stretches: Stretch[] = []
  let last: Stretch = { start: 0, end: 0, offset: 0, twiceFrom: NaN, twiceTo: NaN }

  const at = (instant: Instant): Stretch => {
    if (instant >= last.start && instant < last.end) return last
    const first = stretches[0]
    const final = stretches[stretches.length - 1]
    if (first === undefined || final === undefined || instant < first.start || instant >= final.end) {
      // What lies far from the known years replaces them: nobody asks about both.
      const near =
        first !== undefined &&
        final !== undefined &&
        instant > first.start - 10 * REACH &&
        instant < final.end + 10 * REACH
      stretches = readStretches(
        changes,
        Math.min(instant - REACH, near ? first.start : Infinity),
        Math.max(instant + REACH, near ? final.end : -Infinity),
      )
    }
    let [low, high] = [0, stretches.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((stretches[middle] as Stretch).start <= instant) low = middle
      else high = middle - 1
    }
    last = stretches[low] as Stretch
    return last
  }

  return {
    zone,
    at,
    dayAt: (instant) => Math.floor((instant + at(instant).offset) / DAY),
    startOfDay: (day) => {
      const midnight = day * DAY
      // No zone is a day or more from UTC: start there and walk to the first instant with this local date.
      let stretch = at(midnight - DAY)
      while (stretch.end + stretch.offset <= midnight) stretch = at(stretch.end)
      return Math.max(stretch.start, midnight - stretch.offset)
    },
  }
}

function readStretches(data: ZoneTransitions, from: Instant, to: Instant): Stretch[] {
  const edges: Stretch[] = []
  // A day earlier: clocks put back just before the first instant make its hour one that happens twice.
  let [start, offset] = [from, offsetAt(data, from - DAY)]
  const push = (until: Instant, twiceFrom = NaN, twiceTo = NaN): void => {
    if (until > start) edges.push({ start, end: until, offset, twiceFrom, twiceTo })
    start = Math.max(start, until)
  }
  for (
    let change = nextChange(data, from - DAY);
    change !== null && change.at <= to;
    change = nextChange(data, change.at)
  ) {
    const back = offset - change.offset
    if (back > 0) {
      const [twiceFrom, twiceTo] = [change.at + change.offset, change.at + offset]
      push(change.at - back)
      push(change.at, twiceFrom, twiceTo)
      offset = change.offset
      push(change.at + back, twiceFrom, twiceTo)
    } else {
      push(change.at)
      offset = change.offset
    }
  }
  push(to)
  return edges
}
