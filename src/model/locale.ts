import { fromDayNumber, isLocalDate, type LocalDate } from './time.ts'

/** The deployment's default language, and the fallbacks declared for others. */
export interface Locales {
  readonly default: string
  readonly fallback: Readonly<Record<string, readonly string[]>>
}

type ChineseScript = 'Hans' | 'Hant'

/** For readers of one Chinese script where only the other is available. */
const LAST_RESORT = 'en'

/**
 * In which languages should texts be looked up, best first?
 *
 * Each wanted tag is followed by its declared fallbacks, then by its shortened forms (`zh-Hans-CN`, `zh-Hans`, `zh`) and
 * theirs; the deployment's default comes last.
 *
 * A reader of Traditional Chinese (zh-TW, zh-HK, zh-MO, zh-Hant…) gets Simplified only by a fallback declared for their
 * own tag (`zh-HK: [zh-CN]`), never by shortening, the creditor's language or the default; nor the reverse. Where nothing
 * readable is left, they get English.
 *
 * @param wanted  BCP 47 tags in order: the recipient's, the creditor's; null where not known
 */
export function localeChain(wanted: readonly (string | null)[], locales: Locales): string[] {
  const chain = new Set<string>()
  const stated = wanted.filter((tag) => tag !== null)
  const script = scriptOnly(stated[0] ?? '', locales)
  const isRead = (tag: string): boolean => script === null || (chineseScript(tag) ?? script) === script
  for (const tag of stated) {
    for (const shorter of shortened(tag, script === 'Hant' || 'zh-Hant' in locales.fallback)) {
      if (!isRead(shorter)) continue
      chain.add(shorter)
      for (const next of locales.fallback[shorter] ?? []) if (isRead(next)) chain.add(next)
    }
  }
  chain.add(isRead(locales.default) ? locales.default : LAST_RESORT)
  return [...chain]
}

/** The only Chinese script this reader gets. Null: not a Chinese tag, or a fallback declared for it allows the other. */
function scriptOnly(reader: string, { fallback }: Locales): ChineseScript | null {
  const script = chineseScript(reader)
  if (script === null) return null
  const own = shortened(reader, true).filter((tag) => chineseScript(tag) === script)
  return own.some((tag) => (fallback[tag] ?? []).some((next) => (chineseScript(next) ?? script) !== script))
    ? null
    : script
}

/** The tag and its shortened forms; a Traditional tag by region has `zh-Hant` before the language alone, and one of another Chinese language after it. */
function shortened(tag: string, byScript: boolean): string[] {
  const parts = tag.split('-')
  const tags = parts.map((_, cut) => parts.slice(0, parts.length - cut).join('-'))
  if (!byScript || chineseScript(tag) !== 'Hant') return tags
  if (!/^zh$/i.test(parts[0] as string)) return [...tags, 'zh-Hant']
  return parts.some(isScript) ? tags : [...tags.slice(0, -1), 'zh-Hant', ...tags.slice(-1)]
}

/** Which Chinese script does a reader of this tag read? Null: not Chinese. Without script and region it is Simplified, as in CLDR; Cantonese is Traditional, unless of China. */
export function chineseScript(tag: string): ChineseScript | null {
  const [language, ...rest] = tag.toLowerCase().split('-')
  if (language === undefined || !CHINESE.test(language)) return null
  const script = rest.find(isScript)
  if (script !== undefined) return script === 'hant' ? 'Hant' : 'Hans'
  if (rest.some((part) => TRADITIONAL_PLACES.test(part))) return 'Hant'
  const isCantonese = language === 'yue' || rest[0] === 'yue'
  return isCantonese && !rest.includes('cn') ? 'Hant' : 'Hans'
}

/** ISO 639-3 of the languages written in Chinese characters; tags may have them after `zh` too (`zh-yue`). */
const CHINESE = /^(?:zh|cdo|cjy|cmn|cpx|czh|czo|gan|hak|hsn|lzh|mnp|nan|wuu|yue)$/
const isScript = (part: string): boolean => /^han[st]$/i.test(part)
const TRADITIONAL_PLACES = /^(?:tw|hk|mo)$/

/** A date of a file, with the time of day if the format has one. */
interface WrittenDate {
  date: LocalDate
  /** `HH:MM:SS`; null when the format has no time. */
  time: string | null
}

/** Reads one cell; null when it does not match the format or is not a calendar day. */
export type ReadDate = (text: string) => WrittenDate | null

/** The format name for serial numbers, which spreadsheets store dates as. */
const EXCEL_SERIAL = 'excel'

const TOKEN = /yyyy|MMM|MM|M|dd|d|HH|H|mm|ss/g
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const PART: Readonly<Record<string, string>> = {
  yyyy: '(?<y>\\d{4})',
  MMM: '(?<month>[A-Za-z]{3})',
  M: '(?<mo>\\d{1,2})',
  d: '(?<d>\\d{1,2})',
  H: '(?<h>\\d{1,2})',
  mm: '(?<mi>\\d{2})',
  ss: '(?<s>\\d{2})',
}

/** Serials from 1954 to 2119: a number outside is not a date. */
const [FIRST_SERIAL, LAST_SERIAL] = [20_000, 80_400]
/** Serial 25569 is 1970-01-01; Excel's non-existent 29 February 1900 lies before every accepted serial. */
const SERIAL_OF_1970 = 25_569

/**
 * A reader for dates written in this format.
 *
 * Tokens: `yyyy`, `MM` or `M` or `MMM` (Jan), `dd` or `d`, `HH` or `H`, `mm`, `ss`; other characters are literal, as in `yyyy/M/d`,
 * `dd.MM.yyyy`, `dd-MMM-yyyy`, `yyyyMMdd`, `yyyy年M月d日`, `yyyy-MM-dd HH:mm:ss`. A month, day or hour may have one or two digits, except
 * next to another token, where the format's length is exact. `excel` means serial numbers.
 *
 * @returns  the reader, or what is wrong with the format
 */
export function dateReader(
  format: string,
): { ok: true; read: ReadDate; hasTime: boolean } | { ok: false; problem: string } {
  if (format === EXCEL_SERIAL) return { ok: true, read: readSerial, hasTime: true }
  const tokens = [...format.matchAll(TOKEN)].map(([token]) => token)
  const names = tokens.map((token) => (/^(?:M+|dd|HH)$/.test(token) ? (token[0] as string) : token))
  for (const needed of ['yyyy', 'M', 'd'])
    if (!names.includes(needed))
      return { ok: false, problem: 'does not have a year (yyyy), a month (MM) and a day (dd)' }
  if (new Set(names).size !== names.length) return { ok: false, problem: 'has a part twice' }
  if (names.includes('mm') !== names.includes('H') || (names.includes('ss') && !names.includes('mm')))
    return { ok: false, problem: 'has a time without hours or minutes' }
  const pattern = new RegExp(`^${patternOf(format)}$`)
  return { ok: true, hasTime: names.includes('H'), read: (text) => dayOf(pattern.exec(text)?.groups) }
}

function patternOf(format: string): string {
  let pattern = ''
  let from = 0
  for (const { 0: token, index } of format.matchAll(TOKEN)) {
    pattern += escaped(format.slice(from, index))
    from = index + token.length
    const exact = token.length === 2 && (/^[A-Za-z]/.test(format.slice(from)) || endsWithToken(format.slice(0, index)))
    const name = /^(?:yyyy|MMM|mm|ss)$/.test(token) ? token : (token[0] as string)
    pattern += exact ? (PART[name] as string).replace('{1,2}', '{2}') : (PART[name] as string)
  }
  return pattern + escaped(format.slice(from))
}

const endsWithToken = (before: string): boolean => /(?:yyyy|M|d|H|mm|ss)$/.test(before)

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&').replace(/ /g, ' +')

function dayOf(groups: Record<string, string> | undefined): WrittenDate | null {
  if (groups === undefined) return null
  const two = (value: string | undefined): string => (value ?? '00').padStart(2, '0')
  const named = MONTHS.indexOf(groups['month']?.toLowerCase() ?? '') + 1
  const month = groups['month'] === undefined ? groups['mo'] : String(named)
  const date = `${groups['y']}-${two(month)}-${two(groups['d'])}`
  if (!isLocalDate(date)) return null
  if (groups['h'] === undefined) return { date, time: null }
  const [h, mi, s] = [two(groups['h']), two(groups['mi']), two(groups['s'])]
  return Number(h) < 24 && Number(mi) < 60 && Number(s) < 60 ? { date, time: `${h}:${mi}:${s}` } : null
}

const readSerial: ReadDate = (text) => {
  if (!/^\d{5}(?:\.\d{1,12})?$/.test(text)) return null
  const serial = Number(text)
  if (serial < FIRST_SERIAL || serial > LAST_SERIAL) return null
  const date = fromDayNumber(Math.floor(serial) - SERIAL_OF_1970)
  const seconds = Math.round((serial % 1) * 86_400)
  if (seconds === 0) return { date, time: null }
  if (seconds === 86_400) return { date: fromDayNumber(Math.floor(serial) + 1 - SERIAL_OF_1970), time: null }
  const two = (value: number): string => String(value).padStart(2, '0')
  return { date, time: `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}` }
}
