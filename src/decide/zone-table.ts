import { LRUCache } from 'lru-cache'
import { DAY, type Instant } from '../model/time.ts'
import { changesOf, nextChange, offsetAt, type ZoneTransitions } from '../model/zones/zone-data.ts'
import { statedZone } from '../model/zones/zone-names.ts'

// Hot path: a table caches its last interval, and NaN marks an interval without repeated wall time; measured by `npm run bench -- decide`.

/**
 * An interval in which a zone's offset is constant.
 *
 * The hour before and the hour after clocks are put back are intervals of their
 * own: their wall time happens twice, and `overlapFrom`–`overlapTo` is that time.
 */
interface OffsetInterval {
  readonly start: Instant
  readonly end: Instant
  /** Local time minus UTC, in milliseconds. */
  readonly offset: number
  /** Wall clock as local milliseconds; NaN where no wall time happens twice. */
  readonly overlapFrom: number
  readonly overlapTo: number
}

/** The offsets of one IANA zone, read from the bundled zone data when first needed and cached. */
export interface ZoneTable {
  readonly zone: string
  /** The interval that holds this instant. */
  at(instant: Instant): OffsetInterval
  /** First real instant of this local day (days since 1970-01-01): a midnight that does not exist begins at the gap's end, one that happens twice at its first. */
  startOfDay(day: number): Instant
  /** The local day that holds this instant. */
  dayAt(instant: Instant): number
}

/** How far a table reads beyond the instant asked about, so that near instants need no new read. */
const REACH = 800 * DAY

/** By current zone name. Not an LRU cache: bounded by the zones of the zone data, because aliases share an entry. */
const tables = new Map<string, ZoneTable>()

/**
 * The offsets of this zone; null when it is not the zone of a place.
 *
 * An abbreviation or an offset recorded as a zone (`BST`, `Etc/GMT+8`) has none: the place is not known.
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

/** The years over which two zones are compared, and the step: changes of clocks lie weeks apart. */
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
  let intervals: OffsetInterval[] = []
  let last: OffsetInterval = { start: 0, end: 0, offset: 0, overlapFrom: NaN, overlapTo: NaN }

  const at = (instant: Instant): OffsetInterval => {
    if (instant >= last.start && instant < last.end) return last
    const first = intervals[0]
    const final = intervals[intervals.length - 1]
    if (first === undefined || final === undefined || instant < first.start || instant >= final.end) {
      // Intervals far from the cached years replace them: one process does not need both.
      const near =
        first !== undefined &&
        final !== undefined &&
        instant > first.start - 10 * REACH &&
        instant < final.end + 10 * REACH
      intervals = readIntervals(
        changes,
        Math.min(instant - REACH, near ? first.start : Infinity),
        Math.max(instant + REACH, near ? final.end : -Infinity),
      )
    }
    let [low, high] = [0, intervals.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((intervals[middle] as OffsetInterval).start <= instant) low = middle
      else high = middle - 1
    }
    last = intervals[low] as OffsetInterval
    return last
  }

  return {
    zone,
    at,
    dayAt: (instant) => Math.floor((instant + at(instant).offset) / DAY),
    startOfDay: (day) => {
      const midnight = day * DAY
      // No zone is a day or more from UTC: start there and walk to the first instant with this local date.
      let interval = at(midnight - DAY)
      while (interval.end + interval.offset <= midnight) interval = at(interval.end)
      return Math.max(interval.start, midnight - interval.offset)
    },
  }
}

function readIntervals(data: ZoneTransitions, from: Instant, to: Instant): OffsetInterval[] {
  const edges: OffsetInterval[] = []
  // From a day earlier: clocks put back just before the first instant make its hour a repeated one.
  let [start, offset] = [from, offsetAt(data, from - DAY)]
  const push = (until: Instant, overlapFrom = NaN, overlapTo = NaN): void => {
    if (until > start) edges.push({ start, end: until, offset, overlapFrom, overlapTo })
    start = Math.max(start, until)
  }
  for (
    let change = nextChange(data, from - DAY);
    change !== null && change.at <= to;
    change = nextChange(data, change.at)
  ) {
    const back = offset - change.offset
    if (back > 0) {
      const [overlapFrom, overlapTo] = [change.at + change.offset, change.at + offset]
      push(change.at - back)
      push(change.at, overlapFrom, overlapTo)
      offset = change.offset
      push(change.at + back, overlapFrom, overlapTo)
    } else {
      push(change.at)
      offset = change.offset
    }
  }
  push(to)
  return edges
}
