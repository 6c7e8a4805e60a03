import { getCountries, getExampleNumber, parsePhoneNumberFromString, type CountryCode, type NumberType, type PhoneNumber } from 'libphonenumber-js/max'
import examples from 'libphonenumber-js/mobile/examples'
import { LRUCache } from 'lru-cache'
import { canonicalNumber } from '../model/canonical-number.ts'

/** What the numbering plans say of a number. */
export interface PlannedNumber {
  number: PhoneNumber
  /** Undefined: the plan has no such number. */
  type: NumberType
  /** Whether a country's plan has it. */
  valid: boolean
}

/** More than an import has between reading a number and asking where its holder may be. */
const NUMBERS_KEPT = 2_000
const known = new LRUCache<string, PlannedNumber>({ max: NUMBERS_KEPT })

/**
 * Which number of which plan is this? Null: of none.
 *
 * Asked twice of every number that is taken in, to read it and to learn from it, which is a good part
 * of what reading an account costs: the last ones are remembered.
 *
 * @param e164  `+` and digits; a form that its country has replaced is read as the number of today
 */
export function plannedNumber(e164: string): PlannedNumber | null {
  const found = known.get(e164)
  if (found !== undefined) return found
  const number = parsePhoneNumberFromString(canonicalNumber(e164), { extract: false })
  if (number === undefined) return null
  const planned = describe(number)
  known.set(e164, planned)
  return planned
}

/** As the plans have it. */
function describe(number: PhoneNumber): PlannedNumber {
  const type = number.getType()
  // Having a type is being valid, and tells at once what asking for validity would find out again.
  return { number, type, valid: type !== undefined || number.isValid() }
}

export type NumberReading = { ok: true; planned: PlannedNumber } | { ok: false; why: 'none' | 'ambiguous' | 'extended' }

/**
 * Which number is this, read by somebody in that country?
 *
 * Without `+`, digits that begin with the country's own code may be a national number or the whole one
 * (`491711234567` is a mobile, or a landline in Leer): where the plan has both, it is neither.
 *
 * @param text    as `readPhoneText` leaves it
 * @param region  null: none is known, and the number must have its +
 */
export function readNumber(text: string, region: CountryCode | null): NumberReading {
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

const reading = (planned: PlannedNumber | null): NumberReading => (planned !== null && isUsable(planned) ? { ok: true, planned } : { ok: false, why: 'none' })

function plannedOf(text: string, region: CountryCode | null): PlannedNumber | null {
  if (region === null && /^\+\d{4,15}$/.test(text)) return plannedNumber(text)
  const number = parsePhoneNumberFromString(text, { ...(region === null ? {} : { defaultCountry: region }), extract: false })
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

/** Nobody who owes anything has such a number, and an SMS or a call to it costs or goes astray. */
const NOT_A_PERSONS: Partial<Record<Exclude<NumberType, undefined>, string>> = {
  TOLL_FREE: 'a toll-free number', PREMIUM_RATE: 'a premium-rate number', SHARED_COST: 'a shared-cost number', UAN: 'a company\'s access number', PAGER: 'a pager', VOICEMAIL: 'a voicemail access number',
}

/** North America: area code and exchange begin with 2 to 9, and neither is N11; N9X is kept for longer numbers. */
const NORTH_AMERICAN = /^[2-9](?!11|9)\d\d[2-9](?!11)\d\d\d{4}$/
const NORTH_AMERICAN_TOLL_FREE = /^8(?:00|22|33|44|55|66|77|8\d)/
const IN_SEQUENCE = /^(?:0?1234567890?|0?12345678|9876543210|0123456789)\d?$/

/**
 * Why can this number be nobody's? Null: it may be somebody's own.
 *
 * Types that no person has, what the plan excludes by its own rules, and what is typed where no number is known.
 */
export function notAPersons({ number, type, valid }: PlannedNumber): string | null {
  const { countryCallingCode, nationalNumber } = number
  const sort = type === undefined ? undefined : NOT_A_PERSONS[type]
  if (sort !== undefined) return `is ${sort}, which is nobody's own`
  if (/^(\d)\1+$/.test(nationalNumber) || (!valid && IN_SEQUENCE.test(nationalNumber))) return 'is a placeholder'
  if (countryCallingCode === '1') {
    if (!NORTH_AMERICAN.test(nationalNumber)) return 'is excluded by the North American plan (area code and exchange begin with 2 to 9, and are not N11)'
    if (/^\d{3}5551212$/.test(nationalNumber)) return 'is directory assistance, which is nobody\'s own'
    return !valid && NORTH_AMERICAN_TOLL_FREE.test(nationalNumber) ? 'is a toll-free number, which is nobody\'s own' : null
  }
  if (countryCallingCode === '44' && !valid && /^76(?!24)/.test(nationalNumber)) return 'is a pager, which is nobody\'s own'
  return !valid && nationalNumber.startsWith('0') ? 'is excluded by its country\'s plan' : null
}
