import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CURRENCY_EXPONENTS,
  formatMoney,
  fromMinor,
  parseMoney,
  signedBalance,
  speakMoney,
  sumMoney,
  toMinor,
} from '../../src/model/money.ts'

describe('parseMoney', () => {
  it.each([
    ['1250', 'CNY', '1250.00'],
    ['1250.5', 'USD', '1250.50'],
    ['0.37', 'CNY', '0.37'],
    ['0', 'USD', '0.00'],
    ['500', 'JPY', '500'],
    ['1.234', 'BHD', '1.234'],
    ['12', 'CLF', '12.0000'],
    ['999999999999999.99', 'USD', '999999999999999.99'],
  ])('takes %s %s as %s', (amount, currency, canonical) => {
    expect(parseMoney(amount, currency)).toEqual({ ok: true, money: { amount: canonical, currency } })
  })

  it.each([
    ['1e3', 'CNY', 'is in exponent notation'],
    ['1E-2', 'CNY', 'is in exponent notation'],
    ['+5', 'USD', 'has a sign'],
    ['-5', 'USD', 'has a sign'],
    ['(5)', 'USD', 'has a sign'],
    ['5.00-', 'USD', 'has a sign'],
    ['1,250.00', 'USD', 'has thousands marks'],
    ['12,34,500', 'INR', 'has thousands marks'],
    ['1 250', 'EUR', 'has thousands marks'],
    ['1.234', 'USD', 'has 3 digits after the point, USD has 2'],
    ['1.5', 'JPY', 'has 1 digits after the point, JPY has 0'],
    ['125.0001', 'USD', 'has 4 digits after the point, USD has 2'],
    ['125,00', 'EUR', 'has a decimal comma'],
    ['1.250,5', 'EUR', 'has a decimal comma'],
    ['1250,00', 'EUR', 'has a decimal comma'],
    ['-125,00', 'EUR', 'has a decimal comma'],
    ['1,250', 'USD', 'has thousands marks'],
    ['NaN', 'USD', 'is not a decimal amount'],
    ['Infinity', 'USD', 'is not a decimal amount'],
    ['', 'USD', 'is empty'],
    [' 5', 'USD', 'is not a decimal amount'],
    ['.5', 'USD', 'is not a decimal amount'],
    ['5.', 'USD', 'is not a decimal amount'],
    ['05', 'USD', 'has leading zeros'],
    ['0x10', 'USD', 'is not a decimal amount'],
    ['５', 'USD', 'is not a decimal amount'],
    ['$5', 'USD', 'is not a decimal amount'],
    ['9999999999999999', 'USD', 'has more than 15 digits before the point'],
    ['1'.repeat(100_000), 'USD', 'is longer than 32 characters'],
    [5, 'USD', 'is a number; money is text, so that no digit is lost'],
    [null, 'USD', 'is not text'],
    [{}, 'USD', 'is not text'],
  ])('refuses the amount %j %s: %s', (amount, currency, problem) => {
    expect(parseMoney(amount, currency)).toMatchObject({ ok: false, part: 'amount', problem })
  })

  it.each([
    ['125.0000', 'USD', '125.00'],
    ['125.500', 'USD', '125.50'],
    ['1250.00', 'JPY', '1250'],
    ['0.000', 'JPY', '0'],
    ['1.2500', 'KWD', '1.250'],
  ])('takes digits after the point that say nothing: %s %s is %s', (amount, currency, meant) => {
    expect(parseMoney(amount, currency)).toEqual({ ok: true, money: { amount: meant, currency } })
  })

  it.each(['usd', 'XXX', 'XAU', '', 'RMB', '¥', null, 5, 'toString'])('refuses the currency %j', (currency) => {
    expect(parseMoney('5', currency)).toMatchObject({ ok: false, part: 'currency' })
  })

  it('takes a sign only where a reversal or adjustment may have one, and never a negative nothing', () => {
    expect(parseMoney('-5', 'USD', { negative: true })).toEqual({
      ok: true,
      money: { amount: '-5.00', currency: 'USD' },
    })
    expect(parseMoney('-0.00', 'USD', { negative: true })).toMatchObject({ ok: false })
    expect(parseMoney('0.00', 'USD', { zero: false })).toMatchObject({ ok: false, problem: 'is zero' })
  })

  it('never throws, whatever arrives', () => {
    fc.assert(
      fc.property(
        fc.anything(),
        fc.anything(),
        (amount, currency) => typeof parseMoney(amount, currency).ok === 'boolean',
      ),
    )
  })
})

describe('minor units', () => {
  it('go there and back without losing a digit, in every currency', () => {
    fc.assert(
      fc.property(
        fc.bigInt(-(10n ** 15n) + 1n, 10n ** 15n - 1n),
        fc.constantFrom(...CURRENCY_EXPONENTS.keys()),
        (minor, currency) => {
          expect(toMinor(fromMinor(minor, currency))).toBe(minor)
        },
      ),
    )
  })

  it('add up exactly, and never across currencies', () => {
    expect(
      sumMoney([
        { amount: '0.10', currency: 'USD' },
        { amount: '0.20', currency: 'USD' },
      ]),
    ).toEqual({ amount: '0.30', currency: 'USD' })
    expect(
      sumMoney([
        { amount: '1.00', currency: 'USD' },
        { amount: '1.00', currency: 'CNY' },
      ]),
    ).toBeNull()
    expect(sumMoney([])).toBeNull()
  })

  it('cannot be taken from text that is not money', () => {
    expect(() => toMinor({ amount: '1e3', currency: 'USD' })).toThrow(RangeError)
    expect(() => fromMinor(1n, 'XXX')).toThrow(RangeError)
  })
})

describe('how amounts are written', () => {
  it.each([
    ['1250.00', 'CNY', 'zh-CN', '1,250.00元', '1250元'],
    ['1259.50', 'CNY', 'zh-CN', '1,259.50元', '1259.50元'],
    ['125.00', 'USD', 'zh-CN', '125.00美元', '125美元'],
    ['1250.00', 'USD', 'en', '$1,250.00', '$1,250'],
    ['125.50', 'USD', 'en', '$125.50', '$125.50'],
    ['1250.00', 'CNY', 'en', 'CNY 1,250.00', 'CNY 1,250'],
    ['99.00', 'GBP', 'en-GB', '£99.00', '£99'],
    ['5000', 'JPY', 'en', 'JPY 5,000', 'JPY 5,000'],
    ['5000', 'JPY', 'zh-CN', '5,000日元', '5000日元'],
    ['1.250', 'BHD', 'en', 'BHD 1.250', 'BHD 1.250'],
    ['10.00', 'INR', 'hi', 'INR 10.00', 'INR 10'],
    ['1250.00', 'EUR', 'de', '1.250,00 €', '1.250 €'],
    ['999999999999999.99', 'CNY', 'zh-CN', '999,999,999,999,999.99元', '999999999999999.99元'],
  ])('%s %s in %s is %s, said %s', (amount, currency, locale, written, spoken) => {
    expect(formatMoney({ amount, currency }, locale)).toBe(written)
    expect(speakMoney({ amount, currency }, locale)).toBe(spoken)
  })

  it('never has a yen sign or a space that would turn an SMS into UCS-2', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CURRENCY_EXPONENTS.keys()),
        fc.constantFrom('zh-CN', 'en', 'fr', 'de', 'es'),
        (currency, locale) => {
          expect(formatMoney(fromMinor(123_456n, currency), locale)).not.toMatch(/[¥￥\u00a0\u202f\u200e\u200f]/)
        },
      ),
    )
  })
})

describe('a balance below zero', () => {
  it.each([
    ['-5.00', '-5.00'],
    ['(125.00)', '-125.00'],
    ['5.00-', '-5.00'],
    ['( 5 )', '-5'],
    ['- 5.00', '-5.00'],
    ['5.00 -', '-5.00'],
    ['\u22125.00', '-5.00'],
    ['\uff085.00\uff09', '-5.00'],
    ['-0.00', '0.00'],
    ['(0)', '0'],
    ['\u20135.00', '-5.00'],
    ['\uff0d５.００', '-5.00'],
    ['5.00 CR', '-5.00'],
    ['5.00cr', '-5.00'],
    ['CR 5.00', '-5.00'],
    ['-$5.00', '-5.00'],
    ['$-5.00', '-5.00'],
    ['($5.00)', '-5.00'],
    ['-5.00€', '-5.00'],
    ['5,00-', '-5.00'],
    ['-125,5', '-125.5'],
    ['(1,250.00)', '-1250.00'],
    ['-1.250,00', '-1250.00'],
    ["-1'250.00", '-1250.00'],
    ['-1 250,00', '-1250.00'],
    ['(12,34,500.00)', '-1234500.00'],
    ['(1,250)', '-1250'],
  ])('is written as %s', (stated, amount) => expect(signedBalance(stated)).toBe(amount))

  it.each([
    '5.00',
    '--5.00',
    '(-5.00)',
    '-(5.00)',
    '(5.00',
    '5,00',
    '1,250.00',
    '(1,25,0)',
    '-',
    '()',
    'CR',
    '',
    5,
    null,
  ])('is not written as %s, which stays as it came', (stated) => {
    expect(signedBalance(stated)).toBe(stated)
  })
})
