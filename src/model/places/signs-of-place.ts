import type { Instant } from '../time.ts'
import { COUNTRY_ZONES } from './country-zones.ts'
import { countryOfTime, zonesOf } from './jurisdiction.ts'

/** A dated sign of where a person is. */
interface SignOfPlace {
  kind: string
  jurisdiction: string | null
  timeZone: string | null
  at: Instant
}

/** Signs kept of one person one by one. */
const MOST = 50

/**
 * The kind of a sign that stands for several older ones: a whole country, every zone and state of which a person may be in, whatever finer
 * signs say.
 */
export const EARLIER_PLACES = 'earlier-places'

/**
 * Which signs of place are kept of a person who has many?
 *
 * Of signs that differ in their dates alone the latest is kept. Of more than 50, the oldest become one sign for each of their
 * countries (`EARLIER_PLACES`): it holds every zone that they held and more, so that no hour opens which they had closed. Whoever is
 * moved about for years has 50 signs and one for each country at most.
 *
 * @param signs  in any order; the answer is oldest first where signs were put together, and otherwise as given
 */
export function boundSigns<S extends SignOfPlace>(signs: readonly S[]): (S | SignOfPlace)[] {
  const distinct = latestOfEach(signs)
  if (distinct.length <= MOST) return distinct.length === signs.length ? [...signs] : distinct
  const byAge = [...distinct].sort((a, b) => a.at - b.at)
  const oldest = byAge.slice(0, byAge.length - MOST)
  const merged = oldest.flatMap(({ jurisdiction, timeZone, at }): SignOfPlace[] => {
    const countries = countriesOf(jurisdiction, timeZone)
    // What names no place known here stays: nobody knows what it would be merged into.
    if (countries.length === 0) return [{ kind: EARLIER_PLACES, jurisdiction, timeZone, at }]
    return countries.map((country) => ({ kind: EARLIER_PLACES, jurisdiction: country, timeZone: null, at }))
  })
  return [...latestOfEach(merged), ...byAge.slice(byAge.length - MOST)]
}

function latestOfEach<S extends SignOfPlace>(signs: readonly S[]): S[] {
  const latest = new Map<string, S>()
  for (const sign of signs) {
    const key = `${sign.kind}|${sign.jurisdiction}|${sign.timeZone}`
    const known = latest.get(key)
    if (known === undefined || known.at < sign.at) latest.set(key, sign)
  }
  return [...latest.values()]
}

/** The countries whose zones together hold every zone of this sign; none when its place is not known. */
function countriesOf(jurisdiction: string | null, timeZone: string | null): string[] {
  const zones = [...(timeZone === null ? [] : [timeZone]), ...(jurisdiction === null ? [] : zonesOf(jurisdiction))]
  const own = jurisdiction === null || zonesOf(jurisdiction).length === 0 ? [] : [countryOfTime(jurisdiction)]
  const missing = zones.filter((zone) => !own.some((country) => COUNTRY_ZONES[country]?.includes(zone)))
  const others = missing.map((zone) => COUNTRY_OF_ZONE[zone])
  return others.includes(undefined) ? [] : [...new Set([...own, ...(others as string[])])]
}

const COUNTRY_OF_ZONE: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(COUNTRY_ZONES).flatMap(([country, zones]) => zones.map((zone) => [zone, country])),
)
