import type { Locales } from '../config/config.ts'

/** In which locales are words looked for, in order? The person's own first, then as config declares, the default last. */
export function localeChain(locales: Locales, own: string): string[] {
  const language = own.split('-')[0] as string
  const declared = locales.fallback[own] ?? locales.fallback[language] ?? []
  return [...new Set([own, ...declared, language, locales.default])]
}
