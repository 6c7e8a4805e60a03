import { domainToASCII } from 'node:url'
import {
  getCountries, getExampleNumber, isSupportedCountry, parsePhoneNumberFromString, type CountryCode, type PhoneNumber,
} from 'libphonenumber-js/max'
import examples from 'libphonenumber-js/mobile/examples'
import type { Channel } from '../model/channel.ts'
import { describe, plannedNumber, type PlannedNumber } from './numbering-plan.ts'

export type ParsedAddress = { ok: true; value: string } | { ok: false; problem: string; cure: string }

const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
const DOMAIN = /^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])$/

/**
 * Which number or mailbox does this text name, in the one form that is stored and hashed?
 *
 * @param country  ISO 3166-1 country that a number without `+` belongs to; null: none is known
 */
export function parseAddress(channel: Channel, text: string, country: string | null): ParsedAddress {
  return channel === 'email' ? parseEmail(text) : parsePhone(text, country)
}

/** By country calling code: how many digits mobile numbers of its countries have after it. */
const MOBILE_LENGTHS = getCountries().reduce((lengths, country) => {
  const example = getExampleNumber(country, examples)
  if (example === undefined) return lengths
  const known = lengths.get(example.countryCallingCode) ?? new Set<number>()
  return lengths.set(example.countryCallingCode, known.add(example.nationalNumber.length))
}, new Map<string, Set<number>>())

/**
 * Which E.164 number is this?
 *
 * One that its country's numbering plan has, or that is as long as mobile numbers there: plans grow,
 * and the numbers that regulators and providers keep for tests are in none.
 */
export function parsePhone(text: string, country: string | null): ParsedAddress {
  const cure = 'Write it with + and the country code, like "+8613800138000".'
  const region = country !== null && isSupportedCountry(country) ? (country as CountryCode) : undefined
  if (region === undefined && !text.trim().startsWith('+')) {
    return { ok: false, problem: 'is a phone number without its country', cure: `${cure} Or state the recipient's jurisdiction.` }
  }
  if (!/^[\s+\d().\-/\u2010-\u2015]{3,40}$/.test(text)) return { ok: false, problem: 'is not a phone number', cure }
  const planned = E164.test(text) ? plannedNumber(text) : readWithin(text, region)
  if (planned === null || planned.number.ext !== undefined || !(planned.valid || isAsLongAsMobiles(planned.number))) {
    return { ok: false, problem: 'is not a phone number of any country', cure }
  }
  return { ok: true, value: planned.number.number }
}

const E164 = /^\+\d{4,15}$/

function readWithin(text: string, region: CountryCode | undefined): PlannedNumber | null {
  const number = parsePhoneNumberFromString(text, { ...(region === undefined ? {} : { defaultCountry: region }), extract: false })
  return number === undefined ? null : describe(number)
}

const isAsLongAsMobiles = ({ countryCallingCode, nationalNumber }: PhoneNumber): boolean =>
  MOBILE_LENGTHS.get(countryCallingCode)?.has(nationalNumber.length) === true

/** Which mailbox is this? One plain address: no display name, list, group, comment or quoted part. */
export function parseEmail(text: string): ParsedAddress {
  const wrong: ParsedAddress = { ok: false, problem: 'is not an email address', cure: 'Write one plain address, like "name@example.com".' }
  const at = text.lastIndexOf('@')
  if (at < 1 || text.length > 254) return wrong
  const [local, domain] = [text.slice(0, at), domainToASCII(text.slice(at + 1)).toLowerCase()]
  if (local.length > 64 || domain.length > 253 || !LOCAL_PART.test(local) || !DOMAIN.test(domain)) return wrong
  return { ok: true, value: `${local}@${domain}` }
}
