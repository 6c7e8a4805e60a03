import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalNumber, numberVariants } from '../../src/model/address-rules.ts'

describe('a number written as before its country changed its plan', () => {
  it.each([
    ['Mexico with the mobile 1', '+5215512345678', '+525512345678'],
    ['Mexico as it is now', '+525512345678', '+525512345678'],
    ['Brazil, a mobile of eight digits', '+551187654321', '+5511987654321'],
    ['Brazil, a mobile of nine', '+5511987654321', '+5511987654321'],
    ['Brazil, a fixed line', '+551133334444', '+551133334444'],
    ['Vietnam, a mobile of eleven digits', '+841681234567', '+84381234567'],
    ['Vietnam, one of another operator', '+841201234567', '+84701234567'],
    ['Vietnam, the last of them', '+841991234567', '+84591234567'],
    ['Vietnam as it is now', '+84381234567', '+84381234567'],
    ['Vietnam, a code that never was', '+841611234567', '+841611234567'],
    ['Colombia, a landline', '+5712345678', '+576012345678'],
    ['Colombia, a mobile', '+573001234567', '+573001234567'],
    ['any other', '+12125550123', '+12125550123'],
    ['no number', 'NETFLIX', 'NETFLIX'],
  ])('is the one in force: %s', (_name, written, meant) => {
    expect(canonicalNumber(written)).toBe(meant)
  })

  it.each([
    ['+5215512345678', ['+525512345678', '+5215512345678']],
    ['+525512345678', ['+525512345678', '+5215512345678']],
    ['+551187654321', ['+5511987654321', '+551187654321']],
    ['+5511987654321', ['+5511987654321', '+551187654321']],
    ['+5491123456789', ['+5491123456789', '+541123456789']],
    ['+541123456789', ['+541123456789', '+5491123456789']],
    ['+22997000000', ['+2290197000000', '+22997000000']],
    ['+551177654321', ['+551177654321', '+5511977654321']],
    ['+12125550123', ['+12125550123']],
  ])('is looked for in every form it may stand in: %s', (number, forms) => {
    expect(numberVariants(number)).toEqual(forms)
  })

  it('has the same forms whichever of them is reported', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\+(52|521|55|54|549|229|22901|1|86|49)[1-9]\d{7,9}$/), (number) => {
        const forms = numberVariants(number)
        for (const form of forms) expect([...numberVariants(form)].sort()).toEqual([...forms].sort())
      }),
    )
  })
})
