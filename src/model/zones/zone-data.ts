import packed from 'moment-timezone/data/packed/latest.json' with { type: 'json' }
import { DAY, dayNumber, daysBetween, fromDayNumber, type Instant, type LocalDate, MINUTE } from '../time.ts'

/**
 * Which edition of the IANA time zone database is in force? e.g. `2026f`
 *
 * It comes along as a package, updated like any other, and never from the machine: which Node runs, and what
 * its ICU or the system carries, changes nothing that is decided.
 */
export const ZONE_DATA_VERSION: string = packed.version

/** When and how a zone's offset changes: `offsets[i]` holds from `at[i - 1]` until before `at[i]`. */
export interface ZoneTransitions {
  readonly at: Float64Array
  /** Local time minus UTC in milliseconds; one more than there are changes. */
  readonly offsets: Float64Array
  /** Clocks change every year by a rule that goes on beyond the last change listed. */
  readonly goesOn: boolean
}

/** A name as the data writes it, and the one under which the same clock is listed. */
export interface NameInData {
  readonly name: string
  readonly listedAs: string
}

const listed = new Map(packed.zones.map((text) => [text.slice(0, text.indexOf('|')), text]))
/** By lower case. */
const names = new Map<string, NameInData>()
for (const name of listed.keys()) names.set(name.toLowerCase(), { name, listedAs: name })
for (const link of packed.links) {
  const [listedAs, name] = link.split('|') as [string, string]
  names.set(name.toLowerCase(), { name, listedAs })
}
/** What was asked for so far. Not an LRU cache: bounded by the names that the data lists. */
const read = new Map<string, ZoneTransitions>()

/** Every name that the data knows, abbreviations and old names included. */
export const zoneNamesInData = (): string[] => [...names.values()].map(({ name }) => name)

/** How does the data write this name? Null: it does not know it. */
export const namedInData = (text: string): NameInData | null => names.get(text.toLowerCase()) ?? null

/** The changes of offset of a zone under any of its names; null when the data does not know it. */
export function changesOf(zone: string): ZoneTransitions | null {
  const found = read.get(zone)
  if (found !== undefined) return found
  const listedAs = namedInData(zone)?.listedAs
  const text = listedAs === undefined ? undefined : listed.get(listedAs)
  if (listedAs === undefined || text === undefined) return null
  let changes = read.get(listedAs)
  if (changes === undefined) read.set(listedAs, (changes = unpack(text)))
  return changes
}

/** The offset (local time minus UTC, milliseconds) at an instant. */
export function offsetAt(changes: ZoneTransitions, instant: Instant): number {
  return changes.offsets[countUntil(changes.at, folded(changes, instant))] as number
}

/** The first change after an instant, with the offset from then on; null when there is none. */
export function nextChange(changes: ZoneTransitions, instant: Instant): { at: Instant; offset: number } | null {
  const base = folded(changes, instant)
  const next = countUntil(changes.at, base)
  if (next === changes.at.length) return null
  return { at: (changes.at[next] as number) + (instant - base), offset: changes.offsets[next + 1] as number }
}

/** The Gregorian calendar repeats after 400 years, weekdays included. */
const CYCLE = 146_097 * DAY
/** The data lists changes that go on by a rule until the year 2499: a zone whose last one is that late has such a rule. */
const LISTED_UNTIL = Date.UTC(2400, 0, 1)

/** What lies at or beyond the last change listed, moved back by whole cycles, where the same rule stands listed. */
function folded({ at, goesOn }: ZoneTransitions, instant: Instant): Instant {
  if (!goesOn) return instant
  const last = at[at.length - 1] as number
  return instant < last ? instant : instant - CYCLE * (Math.floor((instant - last) / CYCLE) + 1)
}

/** How many of these are at or before the instant? */
function countUntil(at: Float64Array, instant: Instant): number {
  let [low, high] = [0, at.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((at[middle] as number) <= instant) low = middle + 1
    else high = middle
  }
  return low
}

/** One line of the package: `name|abbreviations|offsets|which offset when|minutes from change to change|people`, numbers to base 60. */
function unpack(text: string): ZoneTransitions {
  const [, , offsetTexts = '', order = '', spans = ''] = text.split('|')
  // Minutes west of UTC, with fractions for local mean time.
  const each = offsetTexts.split(' ').map((west) => -Math.round(sexagesimal(west) * 60) * 1000 || 0)
  const offsets = [each[digit(order.charCodeAt(0))] as number]
  const at: number[] = []
  let moment = 0
  spans
    .split(' ')
    .filter((span) => span !== '')
    .forEach((span, i) => {
      moment = Math.round(moment + sexagesimal(span) * 60_000)
      const offset = each[digit(order.charCodeAt(i + 1))] as number
      if (offset === offsets[offsets.length - 1]) return
      at.push(moment)
      offsets.push(offset)
    })
  return {
    at: Float64Array.from(at),
    offsets: Float64Array.from(offsets),
    goesOn: at.length > 0 && (at[at.length - 1] as number) > LISTED_UNTIL,
  }
}

function sexagesimal(text: string): number {
  const negative = text.startsWith('-')
  const [whole = '', fraction = ''] = text.slice(negative ? 1 : 0).split('.')
  let value = 0
  for (let i = 0; i < whole.length; i++) value = 60 * value + digit(whole.charCodeAt(i))
  let unit = 1
  for (let i = 0; i < fraction.length; i++) value += digit(fraction.charCodeAt(i)) * (unit /= 60)
  return negative ? -value : value
}

/** 0–9, a–z, A–X. */
const digit = (code: number): number => (code > 96 ? code - 87 : code > 64 ? code - 29 : code - 48)

const UTC: ZoneTransitions = { at: new Float64Array(), offsets: new Float64Array(1), goesOn: false }

/** What was recorded under a name that the data does not know is shown in UTC; nothing is decided by it. */
const changesOrUtc = (zone: string): ZoneTransitions => changesOf(zone) ?? UTC

/** What does the wall clock of this zone show? Local time as milliseconds, to be read as if it were UTC. */
export const wallClock = (instant: Instant, zone: string): number => instant + offsetAt(changesOrUtc(zone), instant)

/** Which calendar day is it in this zone? */
export const localDateAt = (instant: Instant, zone: string): LocalDate =>
  fromDayNumber(Math.floor(wallClock(instant, zone) / DAY))

/**
 * At which instant does this zone's wall clock first show this local time, or a later one?
 *
 * A time that a change of clocks leaves out means the first instant after the gap; one
 * that comes twice means its first coming.
 *
 * @param local  milliseconds, as `wallClock` gives them
 */
export function firstInstantAt(local: number, zone: string): Instant {
  const changes = changesOrUtc(zone)
  // No zone is a day or more from UTC, and none has skipped more than a day.
  let start = local - 3 * DAY
  for (;;) {
    const offset = offsetAt(changes, start)
    const next = nextChange(changes, start)
    if (next === null || next.at + offset > local) return Math.max(start, local - offset)
    start = next.at
  }
}

/** The same for a date and a time of day, `HH:MM`. Throws RangeError on an impossible date. */
export function localInstant(date: LocalDate, time: string, zone: string): Instant {
  const day = dayNumber(date)
  if (day === null) throw new RangeError(`invalid date: ${date}`)
  const [hour, minute] = time.split(':').map(Number) as [number, number]
  return firstInstantAt(day * DAY + (hour * 60 + minute) * MINUTE, zone)
}

/** The days of this zone that a span touches, each with its first instant. */
export function daysWithin(from: Instant, to: Instant, zone: string): { date: LocalDate; start: Instant }[] {
  const first = Math.floor(wallClock(from, zone) / DAY)
  const last = Math.max(first, Math.floor(wallClock(Math.max(from, to - 1), zone) / DAY))
  return Array.from({ length: last - first + 1 }, (_, i) => ({
    date: fromDayNumber(first + i),
    start: firstInstantAt((first + i) * DAY, zone),
  }))
}

/** How the database names its editions: the year and a letter. */
export const ZONE_EDITION = /^20\d{2}[a-z]{1,2}$/

/**
 * When editions came out. Source: the database's NEWS; of 2026e and 2026f the day on which the package that
 * carries them was published, a few days later at most. One is added with each update of the package: a test asks for it.
 */
const PUBLISHED: Readonly<Record<string, LocalDate>> = {
  '2025b': '2025-03-22',
  '2026b': '2026-04-22',
  '2026c': '2026-07-08',
  '2026d': '2026-09-11',
  '2026e': '2026-10-02',
  '2026f': '2026-10-29',
}

/** Several countries a year change their clocks, some at a few weeks' notice. */
const MOST_DAYS = 365

const HOW_TO_UPDATE =
  'run "npm install --save-exact moment-timezone@latest" and deploy, or take a newer release of Decorum'

/** Is this edition older than that one? Years compare first, then letters; `z` is followed by `za`. */
export const isOlderEdition = (one: string, other: string): boolean => one < other

/** Where the day of publication is not recorded, the first on which it can have come out: its data is then taken to be older than it is. */
const publishedOn = (edition: string): LocalDate => PUBLISHED[edition] ?? `${edition.slice(0, 4)}-01-01`

/** Is it known when this edition came out, and not only in which year? */
export const publicationIsRecorded = (edition: string): boolean => PUBLISHED[edition] !== undefined

/** What the zone data in force is, and what is wrong with it. */
export interface ZoneDataReport {
  version: string
  published: LocalDate
  /** Sentences that say what to do; empty when all is well. */
  faults: string[]
}

/**
 * Is the zone data in force new enough, by itself and for every pack?
 *
 * @param packs    those whose demand counts
 * @param edition  another than the one in force; for tests
 */
export function checkZoneData(
  packs: readonly { id: string; version: string; zoneData?: string | undefined }[],
  now: Instant,
  edition = ZONE_DATA_VERSION,
): ZoneDataReport {
  const published = publishedOn(edition)
  const old = daysBetween(published, fromDayNumber(Math.floor(now / DAY))) > MOST_DAYS
  const wanting = packs.filter(({ zoneData }) => zoneData !== undefined && isOlderEdition(edition, zoneData))
  return {
    version: edition,
    published,
    faults: [
      ...(old
        ? [
            `time zone data ${edition} was published on ${published}, more than a year ago, and places have changed their clocks since; ${HOW_TO_UPDATE}`,
          ]
        : []),
      ...wanting.map(
        ({ id, version, zoneData }) =>
          `policy pack ${id} ${version} needs time zone data ${zoneData} or later, and ${edition} is in force: what it applies to is held (zone_data_outdated); ${HOW_TO_UPDATE}`,
      ),
    ],
  }
}
