import {
  type CountryCode,
  getCountries,
  getExampleNumber,
  isSupportedCountry,
  type NumberType,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max'
import examples from 'libphonenumber-js/mobile/examples'
import { z } from 'zod'
import { readMailbox } from '../model/address-rules.ts'
import { subdivisionsOfPrefix, zonesOfCountry, zonesOfPrefix } from '../model/places/jurisdiction.ts'
import { plainText } from '../model/plain-text.ts'
import { ADDRESS_KINDS, ADDRESS_ORIGINS, type Channel, CHANNELS, RELATIONS } from '../model/vocabulary.ts'
import { configId, instant, line } from './fields.ts'
import { type PlannedNumber, plannedNumber } from './number-plan.ts'
import { readPhoneText, WRITE_WITH_PLUS } from './phone-text.ts'

type ParsedAddress = { ok: true; value: string } | { ok: false; problem: string; cure: string }

/**
 * Which number or mailbox does this text name, in the one form that is stored and hashed?
 *
 * Also for numbers that cannot be a recipient's own: for look-ups, contact records and suppressions, which must not fail.
 *
 * @param country  ISO 3166-1 country that a number without `+` belongs to; null: none is known
 */
export function parseAddress(channel: Channel, text: string, country: string | null): ParsedAddress {
  return channel === 'email' ? parseEmail(text) : parsePhone(text, country)
}

/** The same of a recipient's own address: a number that cannot be personal is refused. */
export function parseOwnAddress(channel: Channel, text: string, country: string | null): ParsedAddress {
  return channel === 'email' ? parseEmail(text) : parseOwnPhone(text, country)
}

/** Which E.164 number is this? Old forms (`+521…`) become the number of today; two possible readings are none. */
export function parsePhone(text: string, country: string | null): ParsedAddress {
  return readPhone(text, country, false)
}

/** Which E.164 number is this? A number that cannot be personal is refused. */
export function parseOwnPhone(text: string, country: string | null): ParsedAddress {
  return readPhone(text, country, true)
}

const UNREADABLE = {
  none: 'is not a phone number of any country',
  ambiguous: "is two numbers, read with its country's code or without",
  extended: 'holds more than one number, or an extension',
}

function readPhone(stated: string, country: string | null, own: boolean): ParsedAddress {
  const written = readPhoneText(stated)
  if (!written.ok) return written
  const region = country !== null && isSupportedCountry(country) ? (country as CountryCode) : null
  if (region === null && !written.text.startsWith('+')) {
    return {
      ok: false,
      problem: 'is a phone number without its country',
      cure: `${WRITE_WITH_PLUS} Or state the recipient's jurisdiction.`,
    }
  }
  const read = readNumber(written.text, region)
  if (!read.ok) {
    return { ok: false, problem: UNREADABLE[read.why], cure: WRITE_WITH_PLUS }
  }
  const excluded = own ? notPersonalReason(read.planned) : null
  return excluded === null
    ? { ok: true, value: read.planned.number.number }
    : { ok: false, problem: excluded, cure: "State a number of the person's own, or none." }
}

/** Which mailbox is this? One plain address: no display name, list, group, comment or quoted part. */
export function parseEmail(text: string): ParsedAddress {
  const mailbox = readMailbox(plainText(text).trim())
  return mailbox === null
    ? { ok: false, problem: 'is not an email address', cure: 'Write one plain address, like "name@example.com".' }
    : { ok: true, value: mailbox }
}

/** What a person agreed to, as packs name it: `artificial-voice`, `contact-outside-hours`, … */
export const consentBody = z.strictObject({
  kind: configId,
  channel: z.enum(CHANNELS).nullish(),
  from: instant.nullish().describe('Absent: from when it is reported.'),
  until: instant.nullish(),
  source: line(200).nullish(),
})
export type ConsentInput = z.output<typeof consentBody>

/** A number or mailbox. Only the borrower's own (`self`) are ever used. */
export const addressBody = z.strictObject({
  channel: z.enum(CHANNELS),
  value: z
    .string()
    .max(254, 'is longer than 254 characters')
    .describe('A number or a mailbox; one that is none is left out of the list and reported in `warnings`.'),
  kind: z.enum(ADDRESS_KINDS).nullish(),
  relation: z.enum(RELATIONS).default('self'),
  source: line(200)
    .nullish()
    .describe(
      `How it came to be known, in words of one's own or as rules read it: ${ADDRESS_ORIGINS.slice(0, -1).join(', ')}.`,
    ),
  verifiedAt: instant.nullish().describe('When it was last confirmed to be theirs, e.g. found not to be reassigned.'),
  consents: z.array(consentBody).max(20).default([]),
})
/** `value` is E.164 or a mailbox with a lower-case domain. */
export type AddressInput = z.output<typeof addressBody>

type NumberReading = { ok: true; planned: PlannedNumber } | { ok: false; why: 'none' | 'ambiguous' | 'extended' }

/**
 * Which number is this, dialled from that country?
 *
 * Without `+`, digits that begin with the country's own code may be a national number or the whole one
 * (`491711234567` is a mobile, or a landline in Leer): where the plan has both, it is neither.
 *
 * @param text    as `readPhoneText` leaves it
 * @param region  null: none is known, and the number must have its +
 */
function readNumber(text: string, region: CountryCode | null): NumberReading {
  if (addsToMobile(text, region)) return { ok: false, why: 'extended' }
  if (text.startsWith('+') || region === null) return reading(plannedOf(text, null))
  const stated = plannedOf(text, region)
  const digits = text.replace(/\D/g, '')
  const code = stated?.number.countryCallingCode
  // What begins with 0 is dialled as it stands: a trunk prefix, or the one for other countries.
  if (code === undefined || digits.startsWith('0') || !digits.startsWith(code)) return reading(stated)
  const [national, whole] = [plannedOf(`+${code}${digits}`, null), plannedOf(`+${digits}`, null)]
  for (const may of [(planned: PlannedNumber | null) => planned?.valid === true, isUsable]) {
    const [one, other] = [may(national), may(whole)]
    if (one && other && national?.number.number !== whole?.number.number) return { ok: false, why: 'ambiguous' }
    if (one || other) return reading(one ? national : whole)
  }
  return reading(stated)
}

/** `0664 1234567-68`: a mobile has no extensions, and what is behind the dash would make another mobile of it. */
function addsToMobile(text: string, region: CountryCode | null): boolean {
  const alone = /^(.*\d)-\d{1,3}$/.exec(text)?.[1]
  if (alone === undefined) return false
  const [first, joined] = [plannedOf(alone, region), plannedOf(text, region)]
  return first?.type === 'MOBILE' && joined?.type === 'MOBILE'
}

const reading = (planned: PlannedNumber | null): NumberReading =>
  planned !== null && isUsable(planned) ? { ok: true, planned } : { ok: false, why: 'none' }

function plannedOf(text: string, region: CountryCode | null): PlannedNumber | null {
  if (region === null && /^\+\d{4,15}$/.test(text)) return plannedNumber(text)
  const number = parsePhoneNumberFromString(text, {
    ...(region === null ? {} : { defaultCountry: region }),
    extract: false,
  })
  return number === undefined || number.ext !== undefined ? null : plannedNumber(number.number)
}

/** By country calling code: how many digits mobile numbers of its countries have after it. */
const MOBILE_LENGTHS = getCountries().reduce((lengths, country) => {
  const example = getExampleNumber(country, examples)
  if (example === undefined) return lengths
  const found = lengths.get(example.countryCallingCode) ?? new Set<number>()
  return lengths.set(example.countryCallingCode, found.add(example.nationalNumber.length))
}, new Map<string, Set<number>>())

/**
 * One that its country's plan has, or that is as long as mobile numbers there: plans grow, and the
 * numbers that regulators and providers keep for tests are in none.
 */
function isUsable(planned: PlannedNumber | null): boolean {
  if (planned === null) return false
  const { countryCallingCode, nationalNumber } = planned.number
  return planned.valid || MOBILE_LENGTHS.get(countryCallingCode)?.has(nationalNumber.length) === true
}

/** Number types that no recipient has; a message there costs money or reaches others. */
const NOT_A_PERSONS: Partial<Record<Exclude<NumberType, undefined>, string>> = {
  TOLL_FREE: 'a toll-free number',
  PREMIUM_RATE: 'a premium-rate number',
  SHARED_COST: 'a shared-cost number',
  UAN: "a company's access number",
  PAGER: 'a pager',
  VOICEMAIL: 'a voicemail access number',
}

/** North America: area code and exchange begin with 2 to 9, and neither is N11; N9X is kept for longer numbers. */
const NORTH_AMERICAN = /^[2-9](?!11|9)\d\d[2-9](?!11)\d\d\d{4}$/
const NORTH_AMERICAN_TOLL_FREE = /^8(?:00|22|33|44|55|66|77|8\d)/
const IN_SEQUENCE = /^(?:0?1234567890?|0?12345678|9876543210|0123456789)\d?$/

/**
 * Why can this number not be personal? Null: it may be.
 *
 * Types that no recipient has, numbers that the plan excludes, and placeholders.
 */
export function notPersonalReason({ number, type, valid }: PlannedNumber): string | null {
  const { countryCallingCode, nationalNumber } = number
  const sort = type === undefined ? undefined : NOT_A_PERSONS[type]
  if (sort !== undefined) return `is ${sort}, which is nobody's own`
  if (/^(\d)\1+$/.test(nationalNumber) || (!valid && IN_SEQUENCE.test(nationalNumber))) return 'is a placeholder'
  if (countryCallingCode === '1') {
    if (!NORTH_AMERICAN.test(nationalNumber))
      return 'is excluded by the North American plan (area code and exchange begin with 2 to 9, and are not N11)'
    if (/^\d{3}5551212$/.test(nationalNumber)) return "is directory assistance, which is nobody's own"
    if (/^\d{3}976/.test(nationalNumber)) return "is a premium-rate number, which is nobody's own"
    return !valid && NORTH_AMERICAN_TOLL_FREE.test(nationalNumber)
      ? "is a toll-free number, which is nobody's own"
      : null
  }
  // The library counts these among personal numbers; they are companies' (AGCOM, delibera 8/15/CIR).
  if (countryCallingCode === '39' && nationalNumber.startsWith('199'))
    return "is a shared-cost number, which is nobody's own"
  if (countryCallingCode === '44' && !valid && /^76(?!24)/.test(nationalNumber))
    return "is a pager, which is nobody's own"
  return !valid && nationalNumber.startsWith('0') ? "is excluded by its country's plan" : null
}

/** What a phone number shows about its holder's place, and its line type. */
export interface PhoneEvidence {
  /** ISO 3166-1 alpha-2 of the prefix; null when it has none (satellite, international freephone). */
  country: string | null
  /** Zones of the area code, not widened; empty when the prefix says no more than the country. */
  zones: string[]
  /** ISO 3166-2 places of the area code; empty when not known. */
  subdivisions: string[]
  /** `unknown` where numbering plans do not tell mobiles from landlines, as in the US. */
  lineType: 'mobile' | 'landline' | 'voip' | 'unknown'
}

const LINE_TYPES: Readonly<Record<string, PhoneEvidence['lineType']>> = {
  MOBILE: 'mobile',
  FIXED_LINE: 'landline',
  VOIP: 'voip',
}

/** Countries of the North American plan whose area codes the tables place. */
const AREA_CODE_COUNTRIES: ReadonlySet<string> = new Set(['US', 'CA'])

/**
 * Where may the holder of this number be, by its prefix alone?
 *
 * Weak evidence: people keep numbers when they move. `decide` widens it.
 *
 * @param e164  `+` and digits; anything that cannot be parsed says nothing
 */
export function phoneEvidence(e164: string): PhoneEvidence {
  const planned = plannedNumber(e164)
  const country = planned?.number.country ?? countryOfPrefix(e164)
  const lineType = LINE_TYPES[planned?.type ?? ''] ?? 'unknown'
  if (country === null) return { country: null, zones: [], subdivisions: [], lineType }
  const digits = e164.slice(1)
  const countryZones = zonesOfCountry(country)
  const american = AREA_CODE_COUNTRIES.has(country)
  const subdivisions = american ? subdivisionsOfPrefix(digits).filter((place) => place.startsWith(`${country}-`)) : []
  // A mobile number outside North America belongs to no area.
  const placed =
    american || lineType === 'landline' ? zonesOfPrefix(digits).filter((zone) => countryZones.includes(zone)) : []
  return { country, zones: countryZones.length === 1 ? [...countryZones] : placed, subdivisions, lineType }
}

/**
 * Numbers invented for tests and examples (+1 212 555 0123) are not valid, yet their
 * area code still says where: take the country from the area code.
 */
function countryOfPrefix(e164: string): string | null {
  const place = subdivisionsOfPrefix(e164.slice(1))[0]
  return place === undefined ? null : place.slice(0, 2)
}
