/** Where a language without words of its own looks next, and what is tried last of all. */
export interface Locales {
  readonly default: string
  readonly fallback: Readonly<Record<string, readonly string[]>>
}

/**
 * In which languages should words be looked for, best first?
 *
 * Each wanted tag is followed by its declared fallbacks, then by itself with its last part
 * cut off (`zh-Hans-CN`, `zh-Hans`, `zh`) and theirs; the deployment's default closes the list.
 *
 * @param wanted  BCP 47 tags in order: the recipient's, the creditor's; null where not known
 */
export function localeChain(wanted: readonly (string | null)[], locales: Locales): string[] {
  const chain = new Set<string>()
  for (const tag of wanted) {
    if (tag === null) continue
    const parts = tag.split('-')
    for (let length = parts.length; length > 0; length--) {
      const shorter = parts.slice(0, length).join('-')
      chain.add(shorter)
      for (const next of locales.fallback[shorter] ?? []) chain.add(next)
    }
  }
  chain.add(locales.default)
  return [...chain]
}
