import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseEmail, parsePhone } from '../../src/intake/address-fields.ts'

describe('a phone number', () => {
  it.each([
    ['+8613800138000', null, '+8613800138000'], ['138 0013 8000', 'CN', '+8613800138000'], ['(212) 555-0123', 'US', '+12125550123'],
    ['+1 500 555 0006', null, '+15005550006'], ['07700 900123', 'GB', '+447700900123'], ['0086 138 0013 8000', 'CN', '+8613800138000'],
    ['+44 20 7946 0958', 'CN', '+442079460958'], ['+15555550100', null, '+15555550100'], ['+91 98765 43210', null, '+919876543210'],
    ['+61 491 570 156', null, '+61491570156'],
  ])('%s in %s is %s', (text, country, value) => {
    expect(parsePhone(text, country)).toEqual({ ok: true, value })
  })

  it.each([['13800138000', null], ['+861380013', null], ['+999123456789', null], ['call me', 'CN'], ['+8613800138000 ext 5', null], ['+86138001380001', null], ['', 'US'], ['1;DROP', 'US'], ['1', 'CN']])(
    '%j in %s is refused with a cure', (text, country) => {
      expect(parsePhone(text, country)).toEqual({ ok: false, problem: expect.any(String), cure: expect.stringContaining('+8613800138000') })
    })

  it('is E.164 or refused, and never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\+?[\d ()-]{1,25}$/)), fc.constantFrom('CN', 'US', 'XX', null), (text, country) => {
      const parsed = parsePhone(text, country)
      if (parsed.ok) expect(parsed.value).toMatch(/^\+[1-9]\d{6,14}$/)
    }))
  })
})

describe('a mailbox', () => {
  it.each([['Ana.Ortiz+bills@Example.COM', 'Ana.Ortiz+bills@example.com'], ['a@bücher.example', 'a@xn--bcher-kva.example']])('%s is kept as %s', (text, value) => {
    expect(parseEmail(text)).toEqual({ ok: true, value })
  })

  it.each(['a@b', 'a b@example.com', 'a@example.com\r\nBcc: x@example.com', 'Ana <a@example.com>', 'a@example.com,b@example.com', 'g: a@example.com;', '@example.com',
    'a@', '.a@example.com', 'a..b@example.com', '"a"@example.com', 'a@[127.0.0.1]', `${'a'.repeat(65)}@example.com`, 'a@-example.com', 'a@example.c'])('%j is refused', (text) => {
    expect(parseEmail(text).ok).toBe(false)
  })
})
