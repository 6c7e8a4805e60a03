import { parsePhoneNumberFromString, type NumberType, type PhoneNumber } from 'libphonenumber-js/max'

/** What the numbering plans say of a number. */
export interface PlannedNumber {
  number: PhoneNumber
  /** Undefined: the plan has no such number. */
  type: NumberType
  /** Whether a country's plan has it. */
  valid: boolean
}

/** More than an import has between reading a number and asking where its holder may be. */
const MOST_KNOWN = 2_000
const known = new Map<string, PlannedNumber | null>()

/**
 * Which number of which plan is this? Null: of none.
 *
 * Asked twice of every number that is taken in, to read it and to learn from it, which is a good part
 * of what reading an account costs: the last ones are remembered.
 *
 * @param e164  `+` and digits
 */
export function plannedNumber(e164: string): PlannedNumber | null {
  const found = known.get(e164)
  if (found !== undefined) return found
  const number = parsePhoneNumberFromString(e164, { extract: false })
  const planned = number === undefined ? null : describe(number)
  if (known.size >= MOST_KNOWN) known.delete(known.keys().next().value as string)
  known.set(e164, planned)
  return planned
}

/** As the plans have it; a number that is stated without `+` is read by whoever knows its country. */
export function describe(number: PhoneNumber): PlannedNumber {
  const type = number.getType()
  // Having a type is being valid, and tells at once what asking for validity would find out again.
  return { number, type, valid: type !== undefined || number.isValid() }
}
