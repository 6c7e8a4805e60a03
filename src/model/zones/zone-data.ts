import packed from 'moment-timezone/data/packed/latest.json' with { type: 'json' }
import { DAY, dayNumber, daysBetween, fromDayNumber, type Instant, type LocalDate, MINUTE } from '../time.ts'

/**
 * Which edition of the IANA time zone database is in force? e.g. `2026f`
 *
 * It comes from a package and never from the machine, so that the version of Node, ICU or the system changes no decision.
 */
export const ZONE_DATA_VERSION: string = packed.version

/** When a zone's offset changes, and to what: `offsets[i]` holds from `at[i - 1]` until before `at[i]`. */
export interface ZoneTransitions {
  readonly at: Float64Array
  /** Local time minus UTC in milliseconds; one more than there are changes. */
  readonly offsets: Float64Array
  /** A yearly rule continues beyond the last transition listed. */
  readonly goesOn: boolean
}

/** A zone name as the data spells it, and the zone it links to. */
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
/** Zones unpacked so far. Not an LRU cache: bounded by the names in the data. */
const read = new Map<string, ZoneTransitions>()

/** Every name in the data, abbreviations and old names included. */
export const zoneNamesInData = (): string[] => [...names.values()].map(({ name }) => name)

/** How does the data spell this name? Null: unknown. */
export const namedInData = (text: string): NameInData | null => names.get(text.toLowerCase()) ?? null

/** The transitions of a zone, by any of its names; null when unknown. */
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

/** The first transition after an instant, with the new offset; null when there is none. */
export function nextChange(changes: ZoneTransitions, instant: Instant): { at: Instant; offset: number } | null {
  const base = folded(changes, instant)
  const next = countUntil(changes.at, base)
  if (next === changes.at.length) return null
  return { at: (changes.at[next] as number) + (instant - base), offset: changes.offsets[next + 1] as number }
}

/** The Gregorian calendar repeats after 400 years, weekdays included. */
const CYCLE = 146_097 * DAY
/** The data lists the transitions of a continuing rule until 2499, so a last transition after this year means such a rule. */
const LISTED_UNTIL = Date.UTC(2400, 0, 1)

/** An instant at or beyond the last transition, moved back by whole cycles to where the same rule is listed. */
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

/** One line of the package: `name|abbreviations|offsets|offset indices|minutes between transitions|population`, numbers in base 60. */
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

/** For display: a recorded zone that the data no longer knows is shown in UTC. */
const changesOrUtc = (zone: string): ZoneTransitions => changesOf(zone) ?? UTC

/** What does the wall clock of this zone show? Local time as milliseconds, to be read as if it were UTC. */
export const wallClock = (instant: Instant, zone: string): number => instant + offsetAt(changesOrUtc(zone), instant)

/** Which calendar day is it in this zone? */
export const localDateAt = (instant: Instant, zone: string): LocalDate =>
  fromDayNumber(Math.floor(wallClock(instant, zone) / DAY))

/**
 * At which instant does this zone's wall clock first show this local time, or a later one?
 *
 * A local time that a transition skips means the first instant after the gap; one that occurs twice means the first.
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

/** `firstInstantAt` for a date and a time of day, `HH:MM`. Throws RangeError on an impossible date. */
export function localInstant(date: LocalDate, time: string, zone: string): Instant {
  const day = dayNumber(date)
  if (day === null) throw new RangeError(`invalid date: ${date}`)
  const [hour, minute] = time.split(':').map(Number) as [number, number]
  return firstInstantAt(day * DAY + (hour * 60 + minute) * MINUTE, zone)
}

/** The local days that a span touches, each with its first instant. */
export function daysWithin(from: Instant, to: Instant, zone: string): { date: LocalDate; start: Instant }[] {
  const first = Math.floor(wallClock(from, zone) / DAY)
  const last = Math.max(first, Math.floor(wallClock(Math.max(from, to - 1), zone) / DAY))
  return Array.from({ length: last - first + 1 }, (_, i) => ({
    date: fromDayNumber(first + i),
    start: firstInstantAt((first + i) * DAY, zone),
  }))
}

/** Editions of the database are named by year and letter. */
export const ZONE_EDITION = /^20\d{2}[a-z]{1,2}$/

/**
 * When editions were published. Source: the database's NEWS; for 2026e and 2026f the day their package was published, a few
 * days later at most. Each update of the package adds one, which a test enforces.
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

/** The day of publication, or 1 January of its year where not recorded, which makes the data look older, not newer. */
const publishedOn = (edition: string): LocalDate => PUBLISHED[edition] ?? `${edition.slice(0, 4)}-01-01`

/** Is the day on which this edition was published recorded? */
export const publicationIsRecorded = (edition: string): boolean => PUBLISHED[edition] !== undefined

/** The zone data in force, and what is wrong with it. */
export interface ZoneDataReport {
  version: string
  published: LocalDate
  /** Sentences that say what to do; empty when all is well. */
  faults: string[]
}

/**
 * Is the zone data in force new enough, by itself and for every pack?
 *
 * @param packs    those whose `zoneData` must be met
 * @param edition  overrides the one in force in tests
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
