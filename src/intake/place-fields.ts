import { getAllCountries } from 'countries-and-timezones'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { countryOf, isJurisdiction } from '../model/jurisdiction.ts'
import { timeZoneSchema } from '../model/zones/zone-names.ts'

const COUNTRIES: ReadonlySet<string> = new Set(Object.keys(getAllCountries()))

/** ISO 3166-1 (`US`), 3166-2 (`US-NY`) or a place below it as policy packs name it (`US-NY-NYC`). */
export const jurisdiction = z.string()
  .refine((text) => isJurisdiction(text) && COUNTRIES.has(countryOf(text)), {
    error: (issue) => (/^UK\b/i.test(String(issue.input)) ? 'is not an ISO 3166 code; the United Kingdom is GB' : 'is not an ISO 3166 code'),
    params: { cure: 'Write it like "CN", "US" or "US-NY".' },
  }).describe('ISO 3166-1 or 3166-2')

/** A postcode, which is read for what it says of the place and not kept. */
export const postcode = z.string().max(16, 'is longer than 16 characters').regex(/^[0-9A-Za-z][0-9A-Za-z -]{1,14}$/, 'is not a postcode')
  .describe('Read together with `jurisdiction` for a finer place (United States: state, New York City, zone); not kept.')

/** What a postcode needs beside it: alone it may be that of many countries. */
export const withItsCountry = {
  message: 'needs the jurisdiction beside it', path: ['postcode'], params: { cure: 'State jurisdiction as well, at least the country, such as "US".' },
}
export const hasItsCountry = ({ postcode: code, jurisdiction: place }: { postcode?: string | null | undefined; jurisdiction?: string | null | undefined }): boolean => code == null || place != null

/** By their spelling: few are in use, and Intl takes longer over one than the rest of an account does. */
const locales = new LRUCache<string, string>({ max: 1_000 })

function canonicalLocale(text: string): string {
  const known = locales.get(text)
  if (known !== undefined) return known
  const canonical = Intl.getCanonicalLocales(text)[0] as string
  locales.set(text, canonical)
  return canonical
}

/** BCP 47 → its canonical form (`zh-cn` → `zh-CN`). */
export const locale = z.string().max(35, 'is longer than 35 characters').transform((text, ctx): string => {
  try {
    return canonicalLocale(text)
  } catch {
    ctx.addIssue({ code: 'custom', message: 'is not a language tag', params: { cure: 'Write it like "zh-CN" or "en".' } })
    return z.NEVER
  }
}).describe('BCP 47')

/** A zone as Area/Location or UTC, read as its place is called today. Offsets and abbreviations are refused. */
export const timeZone = timeZoneSchema
