import { getAllCountries } from 'countries-and-timezones'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { Fault } from '../model/errors.ts'
import { placeByPostcode, type StatedPlace } from '../model/places/postcodes.ts'
import { countryOf, isJurisdiction } from '../model/places/jurisdiction.ts'
import { plainText, statedName } from '../model/plain-text.ts'
import { CHANNELS } from '../model/vocabulary.ts'
import { timeZoneSchema } from '../model/zones/zone-names.ts'
import { addressBody, type AddressInput, consentBody, parseOwnAddress } from './address.ts'
import {
  configId,
  instant,
  MOST_BLOCKED_TIMES,
  MOST_CONSENTS,
  MOST_SIGNS_OF_PLACE,
  nameText,
  timeOfDay,
  upstreamId,
} from './fields.ts'

const COUNTRIES: ReadonlySet<string> = new Set(Object.keys(getAllCountries()))

/** ISO 3166-1 (`US`), 3166-2 (`US-NY`) or a place below it as policy packs name it (`US-NY-NYC`). */
const jurisdiction = z
  .string()
  .refine((text) => isJurisdiction(text) && COUNTRIES.has(countryOf(text)), {
    error: (issue) =>
      /^UK\b/i.test(String(issue.input))
        ? 'is not an ISO 3166 code; the United Kingdom is GB'
        : 'is not an ISO 3166 code',
    params: { cure: 'Write it like "CN", "US" or "US-NY".' },
  })
  .describe('ISO 3166-1 or 3166-2')

/** A postcode: read to narrow the place, and not stored. Digits and dashes of any width are those of ASCII. */
export const postcode = z
  .string()
  .max(16, 'is longer than 16 characters')
  .overwrite((text) =>
    plainText(text)
      .normalize('NFKC')
      .replace(/\p{Pd}|\u2212/gu, '-')
      .trim(),
  )
  .regex(/^[0-9A-Za-z][0-9A-Za-z -]{1,14}$/, 'is not a postcode')
  .describe(
    'Read together with `jurisdiction` for a finer place (United States: state, New York City, zone; Canada: province, zone); not kept.',
  )

/** A postcode alone may be that of many countries. */
export const POSTCODE_NEEDS_COUNTRY = {
  message: 'needs the jurisdiction beside it',
  path: ['postcode'],
  params: { cure: 'State jurisdiction as well, at least the country, such as "US".' },
}
export const hasPostcodeCountry = ({
  postcode: code,
  jurisdiction: place,
}: {
  postcode?: string | null | undefined
  jurisdiction?: string | null | undefined
}): boolean => code == null || place != null

/** By their spelling: few are in use, and Intl takes longer for one than parsing the rest of an account. */
const locales = new LRUCache<string, string>({ max: 1_000 })

function canonicalLocale(text: string): string {
  const known = locales.get(text)
  if (known !== undefined) return known
  const canonical = Intl.getCanonicalLocales(text)[0] as string
  locales.set(text, canonical)
  return canonical
}

/** BCP 47 → its canonical form (`zh-cn` → `zh-CN`). */
const locale = z
  .string()
  .max(35, 'is longer than 35 characters')
  .transform((text, ctx): string => {
    try {
      return canonicalLocale(text)
    } catch {
      ctx.addIssue({
        code: 'custom',
        message: 'is not a language tag',
        params: { cure: 'Write it like "zh-CN" or "en".' },
      })
      return z.NEVER
    }
  })
  .describe('BCP 47')

/** Area/Location or UTC, read as its current name. Offsets and abbreviations are refused. */
export const timeZone = timeZoneSchema

const evidenceBody = z
  .strictObject({
    kind: configId,
    jurisdiction: jurisdiction.nullish(),
    timeZone: timeZone.nullish(),
    postcode: postcode.nullish(),
    at: instant,
  })
  .refine(hasPostcodeCountry, POSTCODE_NEEDS_COUNTRY)

const blockedTimeBody = z.strictObject({
  days: z.array(z.int().min(1).max(7)).min(1).max(7).describe('ISO weekdays, 1 Monday … 7 Sunday'),
  from: timeOfDay,
  to: timeOfDay,
  channel: z.enum(CHANNELS).nullish(),
  until: instant.nullish(),
})

const recipientFields = {
  asOf: instant.nullish().describe('When this was true; older than what is known changes nothing. Absent: now.'),
  name: nameText.nullish(),
  locale: locale.nullish(),
  timeZone: timeZone.nullish(),
  jurisdiction: jurisdiction.nullish(),
  postcode: postcode.nullish(),
  locationEvidence: z.array(evidenceBody).max(MOST_SIGNS_OF_PLACE).optional(),
  locationConfirmed: z
    .boolean()
    .optional()
    .describe('The place stated now is confirmed: earlier places are forgotten.'),
  blockedTimes: z.array(blockedTimeBody).max(MOST_BLOCKED_TIMES).optional(),
  addresses: z
    .array(addressBody)
    .max(50)
    .optional()
    .describe('The whole list when present; what is missing from it is retired.'),
  consents: z.array(consentBody).max(MOST_CONSENTS).optional(),
}

interface Stated {
  name?: string | null | undefined
  jurisdiction?: string | null | undefined
  addresses?: AddressInput[] | undefined
}

/** `warnings`: the parts of an accepted body that were left out, each with its path; absent if none. */
type WithWarnings<T> = T & { warnings?: Fault[] }

/**
 * The usable parts of a recipient: an invalid address loses neither the others nor the account.
 *
 * Numbers become E.164, with the stated jurisdiction's country for those without `+`. The list remains the whole list: an
 * address that an invalid one was to replace is retired, and if all are invalid the recipient is not reached.
 *
 * @param at  where the recipient stands in the body, for the warnings' paths
 */
const keepUsable =
  (at: string) =>
  <T extends Stated>(body: T): WithWarnings<T> => {
    const warnings: Fault[] = []
    const name = usableName(body.name, warnings)
    const addresses =
      body.addresses === undefined
        ? undefined
        : usableAddresses(body.addresses, body.jurisdiction == null ? null : countryOf(body.jurisdiction), warnings)
    return {
      ...body,
      ...(name === undefined ? {} : { name }),
      ...(addresses === undefined ? {} : { addresses }),
      ...(warnings.length === 0
        ? {}
        : { warnings: warnings.map((warning) => ({ ...warning, path: at + warning.path })) }),
    }
  }

function usableName(stated: string | null | undefined, warnings: Fault[]): string | null | undefined {
  if (stated == null) return stated
  const read = statedName(stated)
  if (read.ok) return read.name
  warnings.push({ path: 'name', problem: read.problem, cure: read.cure })
  return null
}

function usableAddresses(stated: readonly AddressInput[], country: string | null, warnings: Fault[]): AddressInput[] {
  const usable = new Map<string, AddressInput>()
  stated.forEach((address, i) => {
    const path = `addresses[${i}].value`
    const parsed = parseOwnAddress(address.channel, address.value, country)
    if (!parsed.ok) {
      warnings.push({ path, problem: `${parsed.problem}; the address is left out`, cure: parsed.cure })
      return
    }
    const key = `${address.channel} ${parsed.value.toLowerCase()}`
    const earlier = usable.get(key)
    if (earlier !== undefined)
      warnings.push({
        path,
        problem: 'stands in the list twice; the address is taken once',
        cure: 'State each address once for each channel.',
      })
    // Stated both as the borrower's own and as another's, an address is not certainly their own.
    if (earlier === undefined || earlier.relation === 'self')
      usable.set(key, {
        ...(earlier !== undefined && address.relation === 'self' ? earlier : address),
        value: earlier?.value ?? parsed.value,
      })
  })
  return [...usable.values()]
}

interface Placed {
  jurisdiction?: string | null | undefined
  timeZone?: string | null | undefined
  postcode?: string | null | undefined
  locationEvidence?:
    | {
        kind: string
        jurisdiction?: string | null | undefined
        timeZone?: string | null | undefined
        postcode?: string | null | undefined
        at: number
      }[]
    | undefined
}

/** Replaces postcodes by the places they name. `elsewhere`: the recipient's postcode contradicts the place stated with it. */
function withPlaces<T extends Placed>(body: T): Omit<T, 'postcode'> & { elsewhere?: StatedPlace } {
  const { postcode: code, ...rest } = body
  const locationEvidence = body.locationEvidence?.flatMap(({ postcode: theirs, ...sign }) => {
    const { elsewhere, ...place } = placeByPostcode(
      { jurisdiction: sign.jurisdiction ?? null, timeZone: sign.timeZone ?? null },
      theirs,
    )
    return [{ ...sign, ...place }, ...(elsewhere === null ? [] : [{ ...sign, ...elsewhere }])]
  })
  const signs = locationEvidence === undefined ? {} : { locationEvidence }
  if (code == null) return { ...rest, ...signs }
  const {
    elsewhere,
    jurisdiction: place,
    timeZone: zone,
  } = placeByPostcode({ jurisdiction: body.jurisdiction ?? null, timeZone: body.timeZone ?? null }, code)
  return {
    ...rest,
    ...signs,
    jurisdiction: place,
    ...(body.timeZone === undefined && zone === null ? {} : { timeZone: zone }),
    ...(elsewhere === null ? {} : { elsewhere }),
  }
}

/** `PUT /v1/recipients/{id}`: merged by field; absent keeps, null clears. */
export const recipientBody = z
  .strictObject({ creditor: configId.optional(), ...recipientFields })
  .refine(hasPostcodeCountry, POSTCODE_NEEDS_COUNTRY)
  .transform(keepUsable(''))
  .transform(withPlaces)
export type RecipientBody = z.output<typeof recipientBody>

/** The recipient inside an account: the same, with its id. */
export const recipientInAccount = z
  .strictObject({ id: upstreamId, ...recipientFields })
  .refine(hasPostcodeCountry, POSTCODE_NEEDS_COUNTRY)
  .transform(keepUsable('recipient.'))
  .transform(withPlaces)
export type RecipientInAccount = z.output<typeof recipientInAccount>
