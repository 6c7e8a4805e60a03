import { describe, expect, it } from 'vitest'
import { isFromTwilio } from '../../../src/deliver/twilio/receipts.ts'
import { signatureOf } from '../../support/fake-twilio/webhooks.ts'

const path = '/hooks/twilio/message/0199d2c4/1'
const form = { MessageSid: 'SM1', MessageStatus: 'sent', To: '+12125550123' }
const signature = signatureOf('token', `https://pay.example${path}`, form)

describe('a callback that claims to come from Twilio', () => {
  it('is believed when our token signed exactly this', () => {
    expect(isFromTwilio('token', 'https://pay.example', path, signature, form)).toBe(true)
    expect(isFromTwilio('token', 'https://pay.example/', path, signature, form)).toBe(true)
  })

  it('is believed with repeated fields and with fields nobody knows', () => {
    const more = { ...form, Extra: 'new', Media: ['b', 'a'] }
    const signed = signatureOf('token', `https://pay.example${path}`, {
      Extra: 'new',
      Media: 'aMediab',
      MessageSid: 'SM1',
      MessageStatus: 'sent',
      To: '+12125550123',
    })
    expect(isFromTwilio('token', 'https://pay.example', path, signed, more)).toBe(true)
  })

  it('agrees with the example that Twilio publishes', () => {
    expect(
      isFromTwilio('12345', 'https://mycompany.com', '/myapp.php?foo=1&bar=2', 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', {
        CallSid: 'CA1234567890ABCDE',
        Caller: '+14158675309',
        Digits: '1234',
        From: '+14158675309',
        To: '+18005551212',
      }),
    ).toBe(true)
  })

  it.each([
    ['another token', 'other', 'https://pay.example', path, signature, form],
    ['another host', 'token', 'https://evil.example', path, signature, form],
    ['http for https', 'token', 'http://pay.example', path, signature, form],
    ['another attempt', 'token', 'https://pay.example', path.replace('/1', '/2'), signature, form],
    ['a changed field', 'token', 'https://pay.example', path, signature, { ...form, MessageStatus: 'failed' }],
    ['a field left out', 'token', 'https://pay.example', path, signature, { MessageSid: 'SM1', MessageStatus: 'sent' }],
    ['a field added', 'token', 'https://pay.example', path, signature, { ...form, ErrorCode: '21610' }],
    ['no signature', 'token', 'https://pay.example', path, undefined, form],
    ['an empty signature', 'token', 'https://pay.example', path, '', form],
    ['no token at all', '', 'https://pay.example', path, signatureOf('', `https://pay.example${path}`, form), form],
    ['a public address that is none', 'token', '::', path, signature, form],
    ['a path that is none', 'token', 'https://pay.example', 'hooks', signature, form],
    ['a signature that is no base64', 'token', 'https://pay.example', path, '\u0000?', form],
  ])('is not believed with %s', (_what, token, publicUrl, at, signed, fields) => {
    expect(isFromTwilio(token, publicUrl, at, signed, fields)).toBe(false)
  })
})
