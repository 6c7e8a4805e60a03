import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, contentVersion } from '../../src/model/canonical-json.ts'
import { parseLadder } from '../../src/model/ladder.ts'
import type { Message } from '../../src/model/message.ts'
import { bodyHash } from '../../src/pipeline/accept/resolve-creditor.ts'
import { messageHash } from '../../src/render/render.ts'

describe('canonical JSON', () => {
  it.each([
    [{ b: 1, a: [2, { d: 'x', c: null }] }, '{"a":[2,{"c":null,"d":"x"}],"b":1}'],
    [{ b: undefined, a: true }, '{"a":true}'],
    [{ 10: 'ten', 9: 'nine', B: 1, a: 2 }, '{"10":"ten","9":"nine","B":1,"a":2}'],
    [[undefined, 'é\u2028"', -0], '[null,"é\u2028\\"",0]'],
    [undefined, 'null'],
    ['', '""'],
  ])('of %j is %s', (value, text) => expect(canonicalJson(value)).toBe(text))

  it('is the same whatever the order of keys, and means the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(turned(value))).toBe(canonicalJson(value))
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })
})

describe('hashes that were stored', () => {
  it.each<[string, Message, string]>([
    [
      'an SMS',
      { channel: 'sms', form: 'text', text: '【北风】张先生,您有一笔款项 "12" 到期\u2028\n', segments: 1 },
      '0ad237225428435133cbf3b7ad52fb2340f9161a9843a2ce4a85c2c116ed600b',
    ],
    [
      'a registered SMS',
      {
        segments: 1,
        channel: 'sms',
        form: 'registered',
        signature: '北风',
        templateCode: 'SMS_1',
        params: [{ value: '12.00', name: 'amount' }],
        preview: 'x',
      },
      'e42be3b14c579b52e23c8012352a58e8da93ebe2e36072105358305d9c88dcaf',
    ],
    [
      'an email',
      {
        channel: 'email',
        form: 'text',
        subject: 'Your payment',
        text: 'Dear Ana,\r\n\tplease pay.',
        html: '<p>Dear Ana, \u00e9</p>',
      },
      'a1035dd911b65333ea86a876901e90862f76686c9f1920a0c2f21fcc37b34e21',
    ],
    [
      'a call',
      {
        channel: 'phone',
        form: 'text',
        locale: 'en',
        opening: 'Hello',
        body: 'You owe',
        voicemail: 'Call us',
        replies: {
          repeat: 'r',
          paid: 'p',
          promise: 'q',
          person: 's',
          dispute: 'd',
          'wrong-number': 'w',
          stop: 't',
          goodbye: 'g',
        },
      },
      '1eb47908ba4eea00cf54a2296b1376c57b21534a8edd8410b2e71530d1bed85a',
    ],
  ])('of %s are found again', (_what, message, hash) => expect(messageHash(message)).toBe(hash))

  it('of a ladder are its version still', () => {
    const parsed = parseLadder({
      id: 'plain',
      version: '2026-11',
      template: 'overdue',
      bands: { low: { startAtDpd: 5 }, High: { rungs: { second: { channels: ['email'] } } } },
      rungs: [
        { id: 'first', at: { dpd: 1 }, stage: 'M1', tone: 'gentle', channels: ['sms', 'email'] },
        { id: 'second', at: { event: 'promise-broken', days: 2 }, tone: 'firm', channels: ['phone'] },
      ],
    })
    expect(parsed.ok && contentVersion(parsed.ladder)).toBe('6040223d04179968')
  })

  it('of a body under an id tell the repeated from another', () => {
    const body = {
      id: 'E-1',
      variables: { 10: 'ten', 9: 'nine', b: 'é', A: '"' },
      amount: { currency: 'USD', amount: '12.50' },
      at: 1795564800000,
      none: null,
      absent: undefined,
      list: [1, [], {}],
    }
    expect(bodyHash(body).toString('hex')).toBe('216a090136e28a90a16887ad6c125d3b265e018b4fb481d6494294400bf89767')
  })

  /** As messages were hashed before there was one function. */
  const ofMessages = (value: unknown): string => {
    if (Array.isArray(value)) return `[${value.map(ofMessages).join(',')}]`
    if (value === null || typeof value !== 'object') return JSON.stringify(value)
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${ofMessages(item)}`).join(',')}}`
  }

  /** As ladders and words were. */
  const ofFiles = (value: unknown): string =>
    JSON.stringify(value, (_key, part: unknown) =>
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    )

  it('of messages are as before, whatever they say', () => {
    const text = fc.string({ unit: 'grapheme' })
    const message = fc.oneof(
      fc.record({ channel: fc.constant('sms'), form: fc.constant('text'), text, segments: fc.nat() }),
      fc.record({
        channel: fc.constant('sms'),
        form: fc.constant('registered'),
        signature: text,
        templateCode: text,
        params: fc.array(fc.record({ name: text, value: text })),
        preview: text,
        segments: fc.nat(),
      }),
      fc.record({ channel: fc.constant('email'), form: fc.constant('text'), subject: text, text, html: text }),
      fc.record({
        channel: fc.constant('phone'),
        form: fc.constant('text'),
        locale: text,
        opening: text,
        body: text,
        voicemail: text,
        replies: fc.dictionary(text, text),
      }),
    )
    fc.assert(
      fc.property(message, (value) => {
        expect(messageHash(value as Message)).toBe(createHash('sha256').update(ofMessages(value), 'utf8').digest('hex'))
      }),
    )
  })

  // JavaScript keeps whole numbers before all other keys: where two bands of a ladder are named so, its version is a new one once.
  it('of ladders and words are as before, unless two names in one place are whole numbers', () => {
    const key = fc.string({ unit: 'grapheme' }).filter((name) => !/^\d+$/.test(name))
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: 'grapheme' }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value')),
        fc.dictionary(key, fc.oneof(tie('value'), fc.constant(undefined))),
      ),
    }))
    fc.assert(
      fc.property(fc.dictionary(key, value), (file) => {
        expect(canonicalJson(file)).toBe(ofFiles(file))
      }),
    )
  })
})

/** The same with the keys of every object in the opposite order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, part]) => [key, turned(part)]),
  )
}
