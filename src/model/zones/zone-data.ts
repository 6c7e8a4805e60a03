import packed from 'moment-timezone/data/packed/latest.json' with { type: 'json' }
import { DAY, type Instant } from '../instant.ts'

/**
 * Which edition of the IANA time zone database is in force? e.g. `2026f`
 *
 * It comes along as a package, updated like any other, and never from the machine: which Node runs, and what
 * its ICU or the system carries, changes nothing that is decided.
 */
export const ZONE_DATA_VERSION: string = packed.version

/** When and how a zone's offset changes: `offsets[i]` holds from `at[i - 1]` until before `at[i]`. */
export interface ZoneChanges {
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
const read = new Map<string, ZoneChanges>()

/** Every name that the data knows, abbreviations and old names included. */
export const zoneNamesInData = (): string[] => [...names.values()].map(({ name }) => name)

/** How does the data write this name? Null: it does not know it. */
export const namedInData = (text: string): NameInData | null => names.get(text.toLowerCase()) ?? null

/** The changes of offset of a zone under any of its names; null when the data does not know it. */
export function changesOf(zone: string): ZoneChanges | null {
  const found = read.get(zone)
  if (found !== undefined) return found
  const listedAs = namedInData(zone)?.listedAs
  const text = listedAs === undefined ? undefined : listed.get(listedAs)
  if (listedAs === undefined || text === undefined) return null
  let changes = read.get(listedAs)
  if (changes === undefined) read.set(listedAs, changes = unpack(text))
  return changes
}

/** The offset (local time minus UTC, milliseconds) at an instant. */
export function offsetAt(changes: ZoneChanges, instant: Instant): number {
  return changes.offsets[countUntil(changes.at, folded(changes, instant))] as number
}

/** The first change after an instant, with the offset from then on; null when there is none. */
export function nextChange(changes: ZoneChanges, instant: Instant): { at: Instant; offset: number } | null {
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
function folded({ at, goesOn }: ZoneChanges, instant: Instant): Instant {
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
function unpack(text: string): ZoneChanges {
  const [, , offsetTexts = '', order = '', spans = ''] = text.split('|')
  // Minutes west of UTC, with fractions for local mean time.
  const each = offsetTexts.split(' ').map((west) => -Math.round(sexagesimal(west) * 60) * 1000 || 0)
  const offsets = [each[digit(order.charCodeAt(0))] as number]
  const at: number[] = []
  let moment = 0
  spans.split(' ').filter((span) => span !== '').forEach((span, i) => {
    moment = Math.round(moment + sexagesimal(span) * 60_000)
    const offset = each[digit(order.charCodeAt(i + 1))] as number
    if (offset === offsets[offsets.length - 1]) return
    at.push(moment)
    offsets.push(offset)
  })
  return { at: Float64Array.from(at), offsets: Float64Array.from(offsets), goesOn: at.length > 0 && (at[at.length - 1] as number) > LISTED_UNTIL }
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
