import { z } from 'zod'
import { nearMiss } from '../faults.ts'
import { COUNTRY_ZONES } from '../places/country-zones.ts'
import { namedInData, zoneNamesInData, type NameInData } from './zone-data.ts'

/** A zone by its current name, or why the text names none. */
type StatedZone = { ok: true; zone: string } | { ok: false; problem: string; cure: string }

/** Old names that the data links to another country's zone, and one-word names: the zone that is meant (tz `backward`). */
const MEANT: Readonly<Record<string, string>> = {
  'Africa/Asmera': 'Africa/Asmara',
  'Africa/Timbuktu': 'Africa/Bamako',
  'America/Coral_Harbour': 'America/Atikokan',
  'America/Virgin': 'America/St_Thomas',
  'Antarctica/South_Pole': 'Antarctica/McMurdo',
  'Asia/Rangoon': 'Asia/Yangon',
  'Atlantic/Jan_Mayen': 'Arctic/Longyearbyen',
  'Pacific/Ponape': 'Pacific/Pohnpei',
  'Pacific/Truk': 'Pacific/Chuuk',
  'Pacific/Yap': 'Pacific/Chuuk',
  Iceland: 'Atlantic/Reykjavik',
  Singapore: 'Asia/Singapore',
}

/** One-word names in the data that several places share. */
const NO_PLACE = new Set(['CET', 'CST6CDT', 'EET', 'EST', 'EST5EDT', 'HST', 'MET', 'MST', 'MST7MDT', 'PST8PDT', 'WET'])
const SAME_AS_UTC = /^(?:Etc\/)?(?:UTC|UCT|Universal|Zulu|Z|GMT[+-]?0?|Greenwich)$/i
const OFFSET = /^(?:Etc\/)?(?:UTC|GMT|Z)?\s*[+-]?\d/i
const ABBREVIATION = /^[A-Za-z]{1,4}$|^[A-Za-z]{3,4}\d{1,2}(?:[A-Za-z]{3,4})?$/

/** Current names (zone.tab): accepted as they are, and what old names are read as. */
const current = new Set([...Object.values(COUNTRY_ZONES).flat(), 'Asia/Urumqi'])
const byClock = new Map<string, string[]>()
const byLetters = new Map<string, string[]>()
for (const zone of current) {
  const clock = namedInData(zone)?.listedAs ?? zone
  byClock.set(clock, [...(byClock.get(clock) ?? []), zone])
  for (const key of [lettersOf(zone), lettersOf(zone.slice(zone.lastIndexOf('/') + 1))])
    byLetters.set(key, [...(byLetters.get(key) ?? []), zone])
}

/**
 * Which zone does this text state?
 *
 * Area/Location (`Europe/London`) and `UTC` name a place with all its rules. Abbreviations are ambiguous (BST is London's
 * summer time and Dhaka's time, CST Chicago's and China's) and offsets have no summer time: both are refused, and one-word
 * names too, with the name to write. Old two-part names (`Asia/Calcutta`, `US/Pacific`) are unambiguous and become current
 * ones, as `Etc/UTC` does. Case does not matter.
 */
export function statedZone(text: string): StatedZone {
  if (/^(?:Etc\/)?UTC$/i.test(text)) return { ok: true, zone: 'UTC' }
  const named = namedInData(text)
  const zone = named === null || named.name.startsWith('Etc/') ? null : placeOf(named)
  if (zone !== null && named?.name.includes('/')) return { ok: true, zone }
  if (SAME_AS_UTC.test(text))
    return {
      ok: false,
      problem: 'is not of the form Area/Location',
      cure: 'Write "UTC", or name the place, as "Europe/London".',
    }
  if (OFFSET.test(text))
    return {
      ok: false,
      problem: 'is an offset, which says nothing of summer time',
      cure: 'Name the place, as "Asia/Shanghai" or "America/New_York", or write "UTC".',
    }
  if (named !== null && zone !== null && !NO_PLACE.has(named.name))
    return { ok: false, problem: 'is not of the form Area/Location', cure: `Write "${zone}".` }
  if (ABBREVIATION.test(text) && byLetters.get(lettersOf(text)) === undefined) {
    return {
      ok: false,
      problem: 'is an abbreviation, and several places share those',
      cure: 'Name the place, as "America/New_York" or "Europe/London", or write "UTC".',
    }
  }
  const meant = probably(text)
  return {
    ok: false,
    problem: 'is not an IANA time zone',
    cure: meant === null ? 'Write it like "Asia/Shanghai".' : `Did you mean "${meant}"?`,
  }
}

/** A zone stated in a request, a file or the configuration, read as its current name. */
export const timeZoneSchema = z
  .string()
  .max(64, 'is longer than 64 characters')
  .transform((text, ctx): string => {
    const stated = statedZone(text)
    if (stated.ok) return stated.zone
    ctx.addIssue({ code: 'custom', message: stated.problem, params: { cure: stated.cure } })
    return z.NEVER
  })
  .describe('IANA time zone, as Area/Location, or UTC')

/** Every current name that may be stated. */
export const statedZoneNames = (): string[] => ['UTC', ...current].filter((zone) => namedInData(zone) !== null)

/** Every name that may be stated, old ones included. */
export const allStatedZoneNames = (): string[] => zoneNamesInData().filter((zone) => statedZone(zone).ok)

function placeOf({ name, listedAs }: NameInData): string | null {
  if (current.has(name)) return name
  const meant = MEANT[name]
  if (meant !== undefined) return meant
  if (current.has(listedAs)) return listedAs
  const places = byClock.get(listedAs) ?? []
  return places.length === 1 ? (places[0] as string) : null
}

function lettersOf(text: string): string {
  return text.toLowerCase().replace(/[^a-z]/g, '')
}

/** A zone with the same letters, of that location, or a near miss within the area; null where several match. */
function probably(text: string): string | null {
  const same = byLetters.get(lettersOf(text)) ?? []
  if (same.length === 1) return same[0] as string
  const [, area = '', location = ''] = /^([A-Za-z]+)[/ _-](.{3,32})$/.exec(text) ?? []
  const within = `${area.charAt(0).toUpperCase()}${area.slice(1).toLowerCase()}/`
  const locations = [...current].filter((zone) => zone.startsWith(within)).map((zone) => zone.slice(within.length))
  const meant = nearMiss(location, locations)
  return meant === null ? null : `${within}${meant}`
}
