/** Where a language without words of its own looks next, and what is tried last of all. */
export interface Locales {
  readonly default: string
  readonly fallback: Readonly<Record<string, readonly string[]>>
}

/** In which script a reader of Chinese reads. */
type ChineseScript = 'Hans' | 'Hant'

/** Read by nearly everybody whose own words are missing and who cannot be given the other Chinese script. */
const LAST_RESORT = 'en'

/**
 * In which languages should words be looked for, best first?
 *
 * Each wanted tag is followed by its declared fallbacks, then by itself with its last part
 * cut off (`zh-Hans-CN`, `zh-Hans`, `zh`) and theirs; the deployment's default closes the list.
 *
 * Who reads Traditional Chinese (zh-TW, zh-HK, zh-MO, zh-Hant…) is never given Simplified by itself,
 * nor the reverse: not by cutting a tag off, not as the creditor's language, not as the default. Only
 * a fallback declared for the reader's own tag (`zh-HK: [zh-CN]`) does that. Where nothing is left
 * that they read, they get English.
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

/** The only script that this reader is written to in; null: no Chinese reader, or a fallback declared for them leads to the other. */
function scriptOnly(reader: string, { fallback }: Locales): ChineseScript | null {
  const script = chineseScript(reader)
  if (script === null) return null
  const own = shortened(reader, true).filter((tag) => chineseScript(tag) === script)
  return own.some((tag) => (fallback[tag] ?? []).some((next) => (chineseScript(next) ?? script) !== script)) ? null : script
}

/** With its last parts cut off one by one; a Traditional tag by region has its script before the language alone. */
function shortened(tag: string, byScript: boolean): string[] {
  const parts = tag.split('-')
  const tags = parts.map((_, cut) => parts.slice(0, parts.length - cut).join('-'))
  return byScript && chineseScript(tag) === 'Hant' && !parts.some(isScript) ? [...tags.slice(0, -1), 'zh-Hant', ...tags.slice(-1)] : tags
}

/** Null: it is not Chinese. Without script and region it is Simplified, as CLDR has it. */
function chineseScript(tag: string): ChineseScript | null {
  const [language, ...rest] = tag.split('-')
  if (language?.toLowerCase() !== 'zh') return null
  const script = rest.find(isScript)
  if (script !== undefined) return /^hant$/i.test(script) ? 'Hant' : 'Hans'
  return rest.some((part) => TRADITIONAL_PLACES.test(part)) ? 'Hant' : 'Hans'
}

const isScript = (part: string): boolean => /^han[st]$/i.test(part)
const TRADITIONAL_PLACES = /^(?:TW|HK|MO)$/i
