import { describe, expect, it } from 'vitest'
import { largestWeight, requiresTls, routeSchema, smtpSettingsSchema } from '../../src/model/route.ts'

const sms = {
  id: 'sms-main',
  channel: 'sms',
  provider: 'twilio',
  from: '+15005550006',
  rate: { perSecond: 50 },
  settings: { accountSid: 'AC0123456789abcdef0123456789abcdef', authToken: 'secret' },
}
const paths = (route: unknown): string[] =>
  routeSchema.safeParse(route).error?.issues.map((issue) => issue.path.join('.')) ?? []

describe('a route as an operator writes it', () => {
  it('needs no more than a provider, a sender and a rate', () => {
    expect(routeSchema.parse(sms)).toMatchObject({
      serves: {},
      settings: { baseUrl: 'https://api.twilio.com', ringSeconds: 28 },
    })
    expect(
      routeSchema.parse({
        id: 'email-main',
        channel: 'email',
        provider: 'smtp',
        from: 'N <a@n.example>',
        rate: { perSecond: 100 },
        settings: { url: 'smtp://127.0.0.1:1025' },
      }),
    ).toMatchObject({ settings: { pool: 4, requireTls: 'unless-loopback' } })
    expect(
      routeSchema.parse({ id: 'c', channel: 'phone', provider: 'capture', from: 'capture', rate: { perSecond: 1 } }),
    ).toMatchObject({ settings: { seed: 1 } })
  })

  it.each([
    ['a channel its provider does not have', { ...sms, channel: 'email' }, 'channel'],
    ['a rate of nothing', { ...sms, rate: { perSecond: 0 } }, 'rate.perSecond'],
    ['a rate in words', { ...sms, rate: { perSecond: '50' } }, 'rate.perSecond'],
    ['an unknown key', { ...sms, rates: {} }, ''],
    ['a setting of another provider', { ...sms, settings: { ...sms.settings, pool: 4 } }, 'settings'],
    ['no credentials', { ...sms, settings: { accountSid: '', authToken: '' } }, 'settings.accountSid'],
    ['half an API key', { ...sms, settings: { ...sms.settings, apiKeySid: 'SK0123' } }, 'settings.apiKeySecret'],
    ['a base address that is none', { ...sms, settings: { ...sms.settings, baseUrl: 'ftp://x' } }, 'settings.baseUrl'],
    ['a jurisdiction that is none', { ...sms, serves: { jurisdictions: ['usa'] } }, 'serves.jurisdictions.0'],
    ['an empty list, which would serve nobody', { ...sms, serves: { products: [] } }, 'serves.products'],
    ['a sender that cannot make calls', { ...sms, channel: 'phone', from: 'Northwind' }, 'from'],
    ['a sender name longer than carriers show', { ...sms, from: 'Northwind Credit' }, 'from'],
    [
      'two senders of an email',
      {
        id: 'm',
        channel: 'email',
        provider: 'smtp',
        from: 'a@n.example, b@n.example',
        rate: { perSecond: 1 },
        settings: { url: 'smtp://127.0.0.1:1025' },
      },
      'from',
    ],
    ['an id that no queue can have', { ...sms, id: 'SMS main' }, 'id'],
  ])('is refused with %s, naming the place', (_what, route, path) => {
    expect(paths(route)).toContain(path)
  })

  const mail = (from: string) => ({
    id: 'm',
    channel: 'email',
    provider: 'smtp',
    from,
    rate: { perSecond: 1 },
    settings: { url: 'smtp://127.0.0.1:1025' },
  })

  it.each(['Northwind Credit <reminders@northwind.example>', 'reminders@northwind.example'])(
    'may send email from %s',
    (from) => {
      expect(paths(mail(from))).toEqual([])
    },
  )

  it.each([
    'Northwind Credit',
    'reminders@localhost',
    'a@n.example <b@n.example>',
    'N <a@n.example>\n',
    'N\r\nBcc: b@n.example <a@n.example>',
    'N <a@n.example>, M <b@n.example>',
  ])('may not send email from %j', (from) => {
    expect(paths(mail(from))).toEqual(['from'])
  })

  it.each(['+15005550006', '12345', 'Northwind', 'MG0123456789abcdef0123456789abcdef'])(
    'may send SMS from %s',
    (from) => {
      expect(paths({ ...sms, from })).toEqual([])
    },
  )

  it('counts SMS in segments and everything else as one', () => {
    expect(largestWeight({ channel: 'sms', rate: { perSecond: 50 } })).toBe(4)
    expect(largestWeight({ channel: 'sms', rate: { perSecond: 50, largestMessage: 2 } })).toBe(2)
    expect(largestWeight({ channel: 'email', rate: { perSecond: 50, largestMessage: 2 } })).toBe(1)
  })
})

describe('TLS to a relay', () => {
  const REMOTE = 'smtp://user:pass@relay.acme.example:587'
  it.each([
    [REMOTE, undefined, true],
    [REMOTE, 'unless-loopback', true],
    [REMOTE, true, true],
    [REMOTE, 'true', true],
    [REMOTE, false, false],
    [REMOTE, 'false', false],
    ['smtp://10.0.0.8:25', undefined, true],
    ['smtp://127.0.0.1.acme.example', undefined, true],
    ['smtp://127.0.0.1:1025', undefined, false],
    ['smtp://[::1]:1025', undefined, false],
    ['smtp://localhost:1025', undefined, false],
    ['smtp://127.0.0.1:1025', true, true],
  ])('to %s with requireTls %s is required: %s', (url, requireTls, required) => {
    expect(requiresTls(smtpSettingsSchema.parse({ url, ...(requireTls === undefined ? {} : { requireTls }) }))).toBe(
      required,
    )
  })

  it('is asked for in known words only', () => {
    const { error } = smtpSettingsSchema.safeParse({ url: REMOTE, requireTls: 'sometimes' })
    expect(error?.issues.map((issue) => issue.message)).toEqual(['must be true, false or unless-loopback'])
  })
})
