import {
  type CountryCode,
  Metadata,
  type NumberType,
  parsePhoneNumberFromString,
  type PhoneNumber,
} from 'libphonenumber-js/max'
import { LRUCache } from 'lru-cache'
import { canonicalNumber } from '../model/address-rules.ts'

/** What the numbering plans say of a number. */
export interface PlannedNumber {
  number: Pick<PhoneNumber, 'number' | 'country' | 'countryCallingCode' | 'nationalNumber'>
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
  const canonical = canonicalNumber(e164)
  const planned = byMainPlan(canonical) ?? byAnyPlan(canonical)
  if (planned !== null) known.set(e164, planned)
  return planned
}

/** As the plans have it. */
function byAnyPlan(e164: string): PlannedNumber | null {
  const number = parsePhoneNumberFromString(e164, { extract: false })
  if (number === undefined) return null
  const type = number.getType()
  // Having a type is being valid, and tells at once what asking for validity would find out again.
  return { number, type, valid: type !== undefined || number.isValid() }
}

/** The types in the order in which the library asks; the first that fits counts. */
const TYPES = [
  'MOBILE',
  'PREMIUM_RATE',
  'TOLL_FREE',
  'SHARED_COST',
  'VOIP',
  'PERSONAL_NUMBER',
  'PAGER',
  'UAN',
  'VOICEMAIL',
] as const

/** The plan of a calling code's main country, with its expressions compiled. */
interface MainPlan {
  country: CountryCode
  callingCode: string
  every: RegExp
  /** A trunk prefix that national numbers may be written with. */
  trunk: RegExp | null
  fixedLine: TypePlan | null
  /** Its mobiles have the numbers of its landlines. */
  fixedOrMobile: boolean
  types: readonly TypePlan[]
}

interface TypePlan {
  type: NonNullable<NumberType>
  lengths: readonly number[] | undefined
  fits: RegExp
}

/** By calling code; null: none, or one that only the library tells apart. */
const plans = new LRUCache<string, { plan: MainPlan | null }>({ max: 1_000 })

/**
 * The same for the numbers of the main country of their calling code, which are most; null: ask the library.
 *
 * The library compiles every expression anew for each number, and for +1 up to those of 25 countries: it takes ten
 * times as long. A test holds both against each other.
 */
function byMainPlan(e164: string): PlannedNumber | null {
  const plan = planOf(e164)
  if (plan === null) return null
  const national = e164.slice(1 + plan.callingCode.length)
  // What may be written with a trunk prefix is left to the library, which decides whether the prefix belongs to the number.
  if (!plan.every.test(national) || plan.trunk?.test(national) === true) return null
  const type = typeIn(plan, national)
  if (type === undefined) return null
  const { country, callingCode } = plan
  return {
    number: {
      number: e164 as PhoneNumber['number'],
      country,
      countryCallingCode: callingCode as PhoneNumber['countryCallingCode'],
      nationalNumber: national as PhoneNumber['nationalNumber'],
    },
    type,
    valid: true,
  }
}

function typeIn({ fixedLine, fixedOrMobile, types }: MainPlan, national: string): NumberType {
  if (fixedLine !== null && fits(fixedLine, national))
    return fixedOrMobile || types.some((plan) => plan.type === 'MOBILE' && fits(plan, national))
      ? 'FIXED_LINE_OR_MOBILE'
      : 'FIXED_LINE'
  return types.find((plan) => fits(plan, national))?.type
}

const fits = ({ lengths, fits: pattern }: TypePlan, national: string): boolean =>
  (lengths === undefined || lengths.includes(national.length)) && pattern.test(national)

const DIGITS = /^\+[1-9]\d{3,14}$/
const LONGEST_CALLING_CODE = 3

/** Calling codes are no prefixes of each other. */
function planOf(e164: string): MainPlan | null {
  if (!DIGITS.test(e164)) return null
  for (let length = 1; length <= LONGEST_CALLING_CODE; length++) {
    const { plan } = mainPlan(e164.slice(1, 1 + length))
    if (plan !== null) return plan
  }
  return null
}

function mainPlan(callingCode: string): { plan: MainPlan | null } {
  let found = plans.get(callingCode)
  if (found === undefined) plans.set(callingCode, (found = { plan: compilePlan(callingCode) }))
  return found
}

/** What the library has of a plan; its types name a part of it. */
interface LibraryPlan {
  nationalNumberPattern(): string
  nationalPrefixForParsing(): string | undefined
  leadingDigits(): string | undefined
  type(type: string): { pattern(): string | undefined; possibleLengths(): number[] | undefined } | undefined
}

function compilePlan(callingCode: string): MainPlan | null {
  const metadata = new Metadata() as Metadata & {
    getCountryCodesForCallingCode(code: string): CountryCode[] | undefined
  }
  const [country, ...others] = metadata.getCountryCodesForCallingCode(callingCode) ?? []
  if (country === undefined) return null
  metadata.selectNumberingPlan(country)
  const plan = metadata.numberingPlan as unknown as LibraryPlan
  // Where the main country has leading digits, they decide between the countries, and not its types.
  if (others.length > 0 && plan.leadingDigits() !== undefined) return null
  const prefix = plan.nationalPrefixForParsing()
  const typePlan = (type: NonNullable<NumberType>): TypePlan | null => {
    const pattern = plan.type(type)?.pattern()
    return pattern === undefined || pattern === ''
      ? null
      : { type, lengths: plan.type(type)?.possibleLengths(), fits: entirely(pattern) }
  }
  const mobile = plan.type('MOBILE')
  return {
    country,
    callingCode,
    every: entirely(plan.nationalNumberPattern()),
    trunk: prefix === undefined || prefix === '' ? null : new RegExp(`^(?:${prefix})`),
    fixedLine: typePlan('FIXED_LINE'),
    fixedOrMobile: mobile === undefined || mobile.pattern() === '',
    types: TYPES.map(typePlan).filter((found) => found !== null),
  }
}

const entirely = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`)
