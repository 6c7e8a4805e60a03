import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseEmail, parseOwnPhone, parsePhone } from '../../src/intake/address.ts'
import { canonicalNumber } from '../../src/model/address-rules.ts'

describe('a phone number', () => {
  it.each([
    ['+8613800138000', null, '+8613800138000'],
    ['138 0013 8000', 'CN', '+8613800138000'],
    ['(212) 555-0123', 'US', '+12125550123'],
    ['+1 500 555 0006', null, '+15005550006'],
    ['07700 900123', 'GB', '+447700900123'],
    ['0086 138 0013 8000', 'CN', '+8613800138000'],
    ['+44 20 7946 0958', 'CN', '+442079460958'],
    ['+15555550100', null, '+15555550100'],
    ['+91 98765 43210', null, '+919876543210'],
    ['+61 491 570 156', null, '+61491570156'],
    ['+44 (0)7700 900123', null, '+447700900123'],
    ['+4407700900123', null, '+447700900123'],
    ['00447700900123', 'FR', '+447700900123'],
    ['011 44 7700 900123', 'US', '+447700900123'],
    ['+447797712345', null, '+447797712345'],
    ['1711234567', 'DE', '+491711234567'],
    ['192 1234 5678', 'CN', '+8619212345678'],
    ['14012345678', 'CN', '+8614012345678'],
    ['12125550123', 'US', '+12125550123'],
    ['(+49) 171 1234567', null, '+491711234567'],
  ])('%s in %s is %s', (text, country, value) => {
    expect(parsePhone(text, country)).toEqual({ ok: true, value })
    expect(parseOwnPhone(text, country)).toEqual({ ok: true, value })
  })

  it.each([
    ['13800138000', null],
    ['+861380013', null],
    ['+999123456789', null],
    ['call me', 'CN'],
    ['+86138001380001', null],
    ['', 'US'],
    ['1;DROP', 'US'],
    ['1', 'CN'],
  ])('%j in %s is refused with a cure', (text, country) => {
    expect(parsePhone(text, country)).toEqual({ ok: false, problem: expect.any(String), cure: expect.any(String) })
  })

  it('is E.164 or refused, never throws, and is the same when it is read again', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.stringMatching(/^\+?[\d ()-]{1,25}$/)),
        fc.constantFrom('CN', 'US', 'DE', 'MX', 'AR', 'BR', 'XX', null),
        (text, country) => {
          const parsed = parsePhone(text, country)
          if (!parsed.ok) return
          expect(parsed.value).toMatch(/^\+[1-9]\d{6,14}$/)
          expect(parsePhone(parsed.value, null)).toEqual(parsed)
        },
      ),
    )
  })
})

describe('a number that may be read in two ways is refused', () => {
  const refused = (text: string, country: string | null): string => {
    const parsed = parsePhone(text, country)
    return parsed.ok ? `read as ${parsed.value}` : `${parsed.problem}. ${parsed.cure}`
  }

  it.each([
    ['491711234567', 'DE'],
    ['49 171 1234567', 'DE'],
    ['4915112345678', 'DE'],
    ['49 (151) 12345678', 'DE'],
  ])("%j in %s: a national number, or one with its country's code", (text, country) => {
    expect(refused(text, country)).toMatch(/country's code or without.*Write it with \+/)
  })

  it.each([
    ['8613800138000', 'CN', '+8613800138000'],
    ['919876543210', 'IN', '+919876543210'],
    ['33612345678', 'FR', '+33612345678'],
    ['393912345678', 'IT', '+393912345678'],
    ['3912345678', 'IT', '+393912345678'],
    ['85251234567', 'HK', '+85251234567'],
    ['6581234567', 'SG', '+6581234567'],
    ['60123456789', 'MY', '+60123456789'],
    ['358401234567', 'FI', '+358401234567'],
    ['6281234567890', 'ID', '+6281234567890'],
    ['436641234567', 'AT', '+436641234567'],
    ['447400123456', 'GB', '+447400123456'],
    ['0491711234567', 'DE', '+49491711234567'],
    ['00491711234567', 'DE', '+491711234567'],
    ['+491711234567', 'DE', '+491711234567'],
  ])('%j in %s has one reading only: %s', (text, country, value) => {
    expect(parsePhone(text, country)).toEqual({ ok: true, value })
  })

  it.each([
    '+491711234567.0',
    '1711234567.0',
    '1711234567.00',
    '6641234567.0',
    '0211234567.0',
    '+49.171.1234567.0',
    '+49 171.1234567.00',
    '+491711234567. 0',
    '1711234567, 00',
    '+491711234567.5',
    '1711234567,0',
    '1711234567,00',
    '491711234567,0',
    '１７１１２３４５６７．０',
    "'+491711234567.0",
    '="1711234567.0"',
  ])('%j is a cell that a spreadsheet made a decimal of', (text) => {
    for (const country of ['DE', 'AT', 'NZ', 'US', 'CN']) expect(refused(text, country)).toMatch(/decimal place/)
  })

  it.each([
    ['06.12.34.56.00', 'FR', '+33612345600'],
    ['+33.6.12.34.56.00', null, '+33612345600'],
    ['212.555.0000', 'US', '+12125550000'],
    ['+34 600.123.000', null, '+34600123000'],
  ])('%j in %s has points between its groups, and is %s', (text, country, value) => {
    expect(parsePhone(text, country)).toEqual({ ok: true, value })
  })

  it.each(['8.61E+12', '8.61 E+12', '8.61e 12', '8.613800138E+12', '4.91711E+11', '8,61E+12', '4E+11', '+8.61e12'])(
    '%j is what Excel shows of a long number',
    (text) => {
      expect(refused(text, 'CN')).toMatch(/scientific notation.*Excel/)
    },
  )

  it.each([
    '030 1234567/68',
    '0664 1234567/68',
    '0664 1234567 / 68',
    '030 1234567/030 1234568',
    '+4930 1234567/68',
    '+1 212 555 0123; +1 212 555 0124',
    '2125550123;2125550124',
    '0301234567, 0301234568',
    '2125550123|2125550124',
    '2125550123 or 2125550124',
    '030 1234567 oder 0171 1234567',
    '13800138000、13900139000',
    '13800138000，13900139000',
    '13800138000/13900139000',
    '+491711234567 +491711234568',
    '12345 / 12346',
    '0664 1234567 - 68',
    '030/1234567/68',
    '1234567 & 1234568',
  ])('%j is more than one number', (text) => {
    for (const country of ['DE', 'AT', 'US', 'CN', null]) expect(refused(text, country)).toMatch(/more than one number/)
  })

  it.each([
    '+8613800138000 ext 5',
    '+12125550123 x5',
    '+1 212 555 0123 #5',
    'tel:+12125550123;ext=5',
    '+12125550123 Ext. 5',
    '+12125550123 extension 12',
    '+4930123456 Durchwahl 7',
    '010 12345678转801',
    '+1 212 555 0123x5',
  ])('%j has an extension', (text) => {
    expect(refused(text, 'CN')).toMatch(/has an extension/)
  })

  it.each([
    ['0664 1234567-68', 'AT'],
    ['+43 664 1234567-68', null],
    ['0171 1234567-8', 'DE'],
  ])('%j in %s: a mobile has no extension behind a dash', (text, country) => {
    expect(refused(text, country)).toMatch(/more than one number, or an extension/)
  })

  it.each([
    ['030 12345-67', 'DE', '+49301234567'],
    ['138-0013-8000', 'CN', '+8613800138000'],
    ['06-12-34-56-78', 'FR', '+33612345678'],
  ])('%j in %s is one number with dashes: %s', (text, country, value) => {
    expect(parsePhone(text, country)).toEqual({ ok: true, value })
  })

  it.each([
    ['030/1234567', 'DE', '+49301234567'],
    ['030 / 1234567', 'DE', '+49301234567'],
    ['(030)/1234567', 'DE', '+49301234567'],
    ['0664/1234567', 'AT', '+436641234567'],
    ['+49 30/1234567', null, '+49301234567'],
    ['+49 (0)30/1234567', null, '+49301234567'],
    ['212/555-0123', 'US', '+12125550123'],
  ])('%j in %s has its slash after the area code, and is %s', (text, country, value) => {
    expect(parsePhone(text, country)).toEqual({ ok: true, value })
  })
})

describe('what surrounds a number is cleaned away', () => {
  it.each([
    ['＋８６１３８００１３８０００', null, '+8613800138000'],
    ['１３８００１３８０００', 'CN', '+8613800138000'],
    ['090－1234－5678', 'JP', '+819012345678'],
    ['０９０ー１２３４ー５６７８', 'JP', '+819012345678'],
    ['٠١٠١٢٣٤٥٦٧٨', 'EG', '+201012345678'],
    ['+٩٦٦٥٠١٢٣٤٥٦٧', null, '+966501234567'],
    ['۰۹۱۲۱۲۳۴۵۶۷', 'IR', '+989121234567'],
    ['९८७६५४३२१०', 'IN', '+919876543210'],
    ['\u202d+1 212 555 0123\u202c', null, '+12125550123'],
    ['\u202a+12125550123\u202c', null, '+12125550123'],
    ['\u2066+12125550123\u2069', null, '+12125550123'],
    ['\u200e+12125550123', null, '+12125550123'],
    ['+1212\u200b5550123\ufeff', null, '+12125550123'],
    ['+1\u00a0212\u202f555\u20090123', null, '+12125550123'],
    ['+1 212\u2212555\u22120123', null, '+12125550123'],
    ['212–555—0123', 'US', '+12125550123'],
    ['+1 212\u00ad555\u20110123', null, '+12125550123'],
    ['tel:+12125550123', null, '+12125550123'],
    ['TEL:+1-212-555-0123', null, '+12125550123'],
    ['tel://+12125550123', null, '+12125550123'],
    ["'+12125550123", null, '+12125550123'],
    ['’+12125550123', null, '+12125550123'],
    ['="+12125550123"', null, '+12125550123'],
    ['"+12125550123"', null, '+12125550123'],
    ['+1 212\t555\t0123', null, '+12125550123'],
    ['（０３）１２３４－５６７８', 'JP', '+81312345678'],
  ])('%j in %s is %s', (text, country, value) => {
    expect(parsePhone(text, country)).toEqual({ ok: true, value })
  })

  it.each([
    'sip:+12125550123',
    'callto:+12125550123',
    '+1212555012³',
    '+1212555012①',
    '+1 212 555 OI23',
    '=+12125550123',
  ])('%j is still none', (text) => {
    expect(parsePhone(text, null).ok).toBe(false)
  })
})

describe('a number whose plan has changed', () => {
  it.each([
    ['+5215512345678', null, '+525512345678'],
    ['5215512345678', 'MX', '+525512345678'],
    ['044 55 1234 5678', 'MX', '+525512345678'],
    ['045 55 1234 5678', 'MX', '+525512345678'],
    ['01 55 1234 5678', 'MX', '+525512345678'],
    ['+52 1 55 1234 5678', null, '+525512345678'],
    ['+551181234567', null, '+5511981234567'],
    ['11 8123 4567', 'BR', '+5511981234567'],
    ['+551130123456', null, '+551130123456'],
    ['+5511981234567', null, '+5511981234567'],
    ['0168 123 4567', 'VN', '+84381234567'],
    ['841201234567', 'VN', '+84701234567'],
    ['+57 1 2345678', null, '+576012345678'],
    ['+54 11 15 2345 6789', null, '+5491123456789'],
    ['+54 9 11 15 2345 6789', null, '+5491123456789'],
    ['011 15 2345 6789', 'AR', '+5491123456789'],
    ['+5491123456789', null, '+5491123456789'],
    ['+541123456789', null, '+541123456789'],
    ['+22997123456', null, '+2290197123456'],
    ['+2290197123456', null, '+2290197123456'],
  ])('%j in %s is the number of today: %s', (text, country, value) => {
    expect(parsePhone(text, country)).toEqual({ ok: true, value })
  })

  it('is one number however often it is asked', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('52', '55', '54', '549', '229', '1', '49', '86'),
        fc.stringMatching(/^\d{6,12}$/),
        (code, rest) => {
          const number = canonicalNumber(`+${code}${rest}`)
          expect(canonicalNumber(number)).toBe(number)
        },
      ),
    )
  })
})

describe("a number that is nobody's own", () => {
  it.each([
    ['8005550199', 'US', /toll-free/],
    ['+18225550199', null, /toll-free/],
    ['9005550199', 'US', /premium/],
    ['4001234567', 'CN', /shared-cost/],
    ['8001234567', 'CN', /toll-free/],
    ['+448451234567', null, /premium|shared/],
    ['+445512345678', null, /access/],
    ['+498001234567', null, /toll-free/],
    ['+4918001234567', null, /shared-cost/],
    ['+447612345678', null, /pager/],
    ['+80012345678', null, /toll-free/],
    ['+979123456789', null, /premium/],
    ['+81570012345', null, /access/],
    ['0000000000', 'US', /placeholder|excluded/],
    ['1234567890', 'US', /placeholder/],
    ['12345678901', 'CN', /placeholder/],
    ['+15555555555', null, /placeholder/],
    ['+12222222222', null, /placeholder/],
    ['+8611111111111', null, /placeholder/],
    ['07777777777', 'GB', /placeholder/],
    ['+447777777777', null, /placeholder/],
    ['+11125550123', null, /excluded/],
    ['+12121550123', null, /excluded/],
    ['+12129115555', null, /excluded/],
    ['+14115550123', null, /excluded/],
    ['+12925550123', null, /excluded/],
    ['+12125551212', null, /directory/],
    ['+12129761234', null, /premium/],
    ['199 123456', 'IT', /shared-cost/],
  ])('%j in %s is refused as an address, and understood all the same', (text, country, why) => {
    expect(parseOwnPhone(text, country)).toEqual({
      ok: false,
      problem: expect.stringMatching(why),
      cure: expect.any(String),
    })
  })

  it('can be stopped and looked up', () => {
    for (const number of ['+18005550199', '+10000000000', '+447777777777', '+864001234567'])
      expect(parsePhone(number, null)).toEqual({ ok: true, value: number })
  })

  it.each([
    '+15005550006',
    '+15005550001',
    '+12125550100',
    '+447700900123',
    '+61491570156',
    '+442079460958',
    '+15555550100',
    '+919876543210',
    '+819012345678',
    '+8613800138000',
    '+12083451234',
    '+4932123456789',
    '+447012345678',
  ])("%s is taken: a person's, or kept for tests", (number) => {
    expect(parseOwnPhone(number, null)).toEqual({ ok: true, value: number })
  })
})

describe('a mailbox', () => {
  it.each([
    ['Ana.Ortiz+bills@Example.COM', 'Ana.Ortiz+bills@example.com'],
    ['a@bücher.example', 'a@xn--bcher-kva.example'],
    ['ana@例子.测试', 'ana@xn--fsqu00a.xn--0zwm56d'],
    [' ana@example.com\u200b', 'ana@example.com'],
    ['\u202aana@example.com\u202c', 'ana@example.com'],
    ['ana@example.com\u00a0', 'ana@example.com'],
    ['ana/b?c@example.com', 'ana/b?c@example.com'],
  ])('%s is kept as %s', (text, value) => {
    expect(parseEmail(text)).toEqual({ ok: true, value })
  })

  it.each([
    'a@b',
    'a b@example.com',
    'a@example.com\r\nBcc: x@example.com',
    'Ana <a@example.com>',
    'a@example.com,b@example.com',
    'g: a@example.com;',
    '@example.com',
    'a@',
    '.a@example.com',
    'a..b@example.com',
    '"a"@example.com',
    'a@[127.0.0.1]',
    `${'a'.repeat(65)}@example.com`,
    'a@-example.com',
    'a@example.c',
    'mailto:ana@example.com',
    'a@b@example.com',
  ])('%j is refused', (text) => {
    expect(parseEmail(text).ok).toBe(false)
  })

  it.each([
    '/home',
    '?subject=x',
    '#y',
    '\\x',
    '/',
    '?',
    '#',
    ':25',
    ':',
    '%00',
    '%2e',
    '!x',
    '&x',
    '=1',
    ';x',
    "'",
    '"',
    '`',
    '$',
    '*',
    '+',
    '^',
    '{',
    '|',
    '~',
    '_',
    ')',
    ']',
    '>',
    ',',
    '\\',
    '.',
    ' x',
    '\tx',
    '\u2100',
  ])('nothing is cut off: ana@example.com%s is refused', (rest) => {
    expect(parseEmail(`ana@example.com${rest}`).ok).toBe(false)
  })

  it.each([
    'ana@ex%61mple.com',
    'ana@example%2ecom',
    'ana@user:pw@example.com',
    'ana@127.0.0.1',
    'ana@127.1',
    'ana@0x7f.1',
    'ana@2130706433',
    'ana@exa℀mple.com',
    'ana@//example.com',
    'ana@example.com\u0000',
  ])('nothing is decoded or taken for a host: %j is refused', (text) => {
    expect(parseEmail(text).ok).toBe(false)
  })
})
