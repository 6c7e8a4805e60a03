import fc from 'fast-check'
import {
  getCountries,
  getCountryCallingCode,
  getExampleNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max'
import examples from 'libphonenumber-js/mobile/examples'
import { describe, expect, it } from 'vitest'
import { plannedNumber } from '../../src/intake/number-plan.ts'
import { canonicalNumber } from '../../src/model/address-rules.ts'

/** As the library has it, asked number by number. */
function byLibrary(e164: string): unknown {
  const number = parsePhoneNumberFromString(canonicalNumber(e164), { extract: false })
  return number === undefined ? null : plain(number, number.getType(), number.isValid())
}

function ours(e164: string): unknown {
  const planned = plannedNumber(e164)
  return planned === null ? null : plain(planned.number, planned.type, planned.valid)
}

const plain = (
  number: { number: string; country?: string | undefined; countryCallingCode: string; nationalNumber: string },
  type: string | undefined,
  valid: boolean,
) => ({
  e164: number.number,
  country: number.country,
  code: number.countryCallingCode,
  national: number.nationalNumber,
  type,
  valid,
})

describe('a number and its plan', () => {
  it.each([
    ['+8613812345678', 'MOBILE'],
    ['+12125550123', 'FIXED_LINE_OR_MOBILE'],
    ['+12127365000', 'FIXED_LINE_OR_MOBILE'],
    ['+18005551234', 'TOLL_FREE'],
    ['+14165550100', 'FIXED_LINE_OR_MOBILE'],
    ['+447400123456', 'MOBILE'],
    ['+447911123456', 'MOBILE'],
    ['+442079460958', 'FIXED_LINE'],
    ['+77012345678', 'MOBILE'],
    ['+5215512345678', 'FIXED_LINE_OR_MOBILE'],
  ])('is what the library says of it: %s', (e164, type) => {
    expect(ours(e164)).toEqual(byLibrary(e164))
    expect(plannedNumber(e164)?.type).toBe(type)
  })

  it('is what the library says, in every country and with any digits', () => {
    const digits = (length: number) =>
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length }).map((all) => all.join(''))
    const nearExample = fc
      .tuple(fc.constantFrom(...getCountries()), fc.integer({ min: 0, max: 8 }), digits(12))
      .map(([country, kept, others]) => {
        const { countryCallingCode, nationalNumber } = getExampleNumber(country, examples) ?? {
          countryCallingCode: getCountryCallingCode(country),
          nationalNumber: '',
        }
        const national = nationalNumber.slice(0, kept) + others.slice(0, Math.max(4, nationalNumber.length - kept))
        return `+${countryCallingCode}${national}`
      })
    const any = fc.integer({ min: 5, max: 15 }).chain((length) => digits(length).map((all) => `+${all}`))
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: nearExample }, { weight: 1, arbitrary: any }), (e164) => {
        expect(ours(e164)).toEqual(byLibrary(e164))
      }),
      { numRuns: 5_000 },
    )
  })
})
