import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { accountBody, accountLine } from '../../src/intake/account-body.ts'
import {
  contactBody,
  eventBody,
  eventLine,
  holdBody,
  holdEndBody,
  liftBody,
  reminderBody,
  suppressionBody,
  taskCompletion,
} from '../../src/intake/bodies.ts'
import { parse } from '../../src/intake/parse.ts'
import { recipientBody } from '../../src/intake/recipient-body.ts'
import { EVENT_TYPES } from '../../src/model/vocabulary.ts'

const account = (over: Record<string, unknown>) => parse(accountBody, { asOf: '2026-11-23T00:00:00Z', ...over })
const faults = (parsed: ReturnType<typeof parse>) => (parsed.ok ? [] : parsed.faults)
const money = (amount: unknown, currency: unknown = 'CNY') => ({ overdue: { amount, currency } })
const person = (over: Record<string, unknown>) => ({ recipient: { id: 'r-1', ...over } })

describe('an account', () => {
  it('takes every field of the interface at once', () => {
    expect(
      account({
        recipient: {
          id: 'r-1',
          name: '张三',
          locale: 'zh-CN',
          timeZone: 'Asia/Shanghai',
          jurisdiction: 'CN-11',
          addresses: [
            {
              channel: 'sms',
              value: '+8613800138000',
              kind: 'mobile',
              relation: 'self',
              source: 'contract',
              consents: [],
            },
          ],
        },
        creditor: 'northwind',
        product: 'loan',
        role: 'original-creditor',
        overdue: { amount: '1250.00', currency: 'CNY', parts: { principal: '1200.00', interest: '50' } },
        outstanding: '9000.00',
        minimumDue: { amount: '100', currency: 'CNY' },
        dueDate: '2026-11-01',
        nextDueDate: '2026-12-01',
        daysPastDue: 22,
        graceDays: 3,
        autoDebit: true,
        reference: { masked: '4821' },
        ladder: 'cn-consumer-loan',
        riskBand: 'low',
        factsForWords: { lateInterest: true, reportsToBureau: false, licence: true },
        variables: { city: '杭州' },
      }),
    ).toMatchObject({ ok: true, value: { overdue: { amount: '1250.00', parts: { interest: '50.00' } } } })
  })

  it.each(['4821', '…482100', '123456', 'KC 12****3456', '6222****4821', 'Vertrag A-77'])(
    'takes a reference that shows little of itself: %s',
    (masked) => {
      expect(account({ ...money('1.00'), reference: { masked } })).toMatchObject({ ok: true })
    },
  )

  it.each(['1234567', '6222 0200 1234 5678', '138-0013-8000', '6222.0200.1234', '１２３４５６７', 'No. 00012345'])(
    'refuses a reference that shows more than six digits in a row: %s',
    (masked) => {
      expect(faults(account({ ...money('1.00'), reference: { masked } }))).toMatchObject([{ path: 'reference.masked' }])
    },
  )

  it('takes balance as another name of overdue, and not beside it', () => {
    expect(account({ balance: { amount: '5', currency: 'JPY' } })).toMatchObject({
      ok: true,
      value: { overdue: { amount: '5', currency: 'JPY' } },
    })
    expect(faults(account({ ...money('1.00'), balance: { amount: '1.00', currency: 'CNY' } }))).toMatchObject([
      { path: 'balance' },
    ])
  })

  it.each([
    [money('1250.005'), 'overdue.amount'],
    [money('1e3'), 'overdue.amount'],
    [money('-1.0.0'), 'overdue.amount'],
    [money('+1.00'), 'overdue.amount'],
    [money('1,250.00'), 'overdue.amount'],
    [money(1250), 'overdue.amount'],
    [money(''), 'overdue.amount'],
    [money('1.5', 'JPY'), 'overdue.amount'],
    [money('1.00', 'XXX'), 'overdue.currency'],
    [money('1.00', 'cny'), 'overdue.currency'],
    [{ overdue: { amount: '1.00', currency: 'CNY', parts: { fees: '0.001' } } }, 'overdue.parts.fees'],
    [{ dueDate: '2026-02-30' }, 'dueDate'],
    [{ dueDate: '20261101' }, 'dueDate'],
    [{ dueDate: '0001-01-01' }, 'dueDate'],
    [{ asOf: '2026-11-23T00:00:00' }, 'asOf'],
    [{ asOf: '2026-02-30T00:00:00Z' }, 'asOf'],
    [{ asOf: undefined }, 'asOf'],
    [{ daysPastDue: 1.5 }, 'daysPastDue'],
    [{ daysPastDue: '3' }, 'daysPastDue'],
    [{ graceDays: -1 }, 'graceDays'],
    [{ role: 'lender' }, 'role'],
    [{ ladder: 'a b' }, 'ladder'],
    [person({ name: 'a\u0000b' }), 'recipient.name'],
    [person({ name: 'a\nb' }), 'recipient.name'],
    [person({ name: '\ud800' }), 'recipient.name'],
    [person({ name: '' }), 'recipient.name'],
    [person({ name: 'x'.repeat(201) }), 'recipient.name'],
    [person({ locale: 'chinese!' }), 'recipient.locale'],
    [person({ timeZone: 'Asia/Peking' }), 'recipient.timeZone'],
    [person({ timeZone: '+08:00' }), 'recipient.timeZone'],
    [person({ jurisdiction: 'UK' }), 'recipient.jurisdiction'],
    [person({ jurisdiction: 'cn' }), 'recipient.jurisdiction'],
    [person({ jurisdiction: 'ZZ' }), 'recipient.jurisdiction'],
    [person({ id: ' r' }), 'recipient.id'],
    [person({ id: 'x'.repeat(129) }), 'recipient.id'],
    [person({ addresses: [{ channel: 'fax', value: '+8613800138000' }] }), 'recipient.addresses[0].channel'],
    [person({ addresses: [{ channel: 'sms', value: 13800138000 }] }), 'recipient.addresses[0].value'],
    [person({ addresses: [{ channel: 'sms', value: '+8613800138000', typ: 'mobile' }] }), 'recipient.addresses[0].typ'],
    [person({ addresses: [{ channel: 'sms', value: '1'.repeat(255) }] }), 'recipient.addresses[0].value'],
    [{ variables: { 'a-b': 'x' } }, 'variables.a-b'],
    [{ recipientId: 'r-2', ...person({}) }, 'recipientId'],
  ])('with %j is refused at %s', (over, path) => {
    expect(faults(account(over)).map((fault) => fault.path)).toContain(path)
  })

  it('with an unknown key is told which one was probably meant, at every depth', () => {
    expect(faults(account({ overdu: {}, recipient: { id: 'r', jursdiction: 'CN' } }))).toEqual(
      expect.arrayContaining([
        { path: 'overdu', problem: 'is not a known key', cure: 'Did you mean "overdue"?' },
        { path: 'recipient.jursdiction', problem: 'is not a known key', cure: 'Did you mean "jurisdiction"?' },
      ]),
    )
  })

  const taken = (over: Record<string, unknown>) => {
    const parsed = account(person(over))
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
    return (
      parsed.value as {
        recipient: {
          name?: string | null
          addresses?: { value: string; relation: string }[]
          warnings?: { path: string }[]
        }
      }
    ).recipient
  }
  const sms = (value: string, rest: Record<string, unknown> = {}) => ({ channel: 'sms', value, ...rest })

  it('is taken without an address that is none, which is named with its path', () => {
    const recipient = taken({
      jurisdiction: 'DE',
      addresses: [
        sms('491711234567'),
        sms('0171 1234567'),
        { channel: 'email', value: 'ana@example.com/home' },
        { channel: 'email', value: 'ana@example.com' },
        sms(''),
      ],
    })
    expect(recipient.addresses?.map((address) => address.value)).toEqual(['+491711234567', 'ana@example.com'])
    expect(recipient.warnings).toEqual([
      {
        path: 'recipient.addresses[0].value',
        problem: expect.stringContaining('left out'),
        cure: expect.stringContaining('Write it with +'),
      },
      { path: 'recipient.addresses[2].value', problem: expect.any(String), cure: expect.any(String) },
      { path: 'recipient.addresses[4].value', problem: expect.any(String), cure: expect.any(String) },
    ])
  })

  it('is taken with no address at all when none of them is one: nobody is reached, and nothing older either', () => {
    expect(taken({ addresses: [sms('13800138000'), sms('+18005550199')] })).toMatchObject({
      addresses: [],
      warnings: [{ path: 'recipient.addresses[0].value' }, { path: 'recipient.addresses[1].value' }],
    })
    expect(taken({ addresses: [sms('+12125550123')] })).not.toHaveProperty('warnings')
  })

  it("has an address once, and as somebody else's where it is said to be both", () => {
    const number = '+8613800138000'
    expect(taken({ jurisdiction: 'CN', addresses: [sms('13800138000'), sms(number)] })).toMatchObject({
      addresses: [{ value: number }],
      warnings: [{ path: 'recipient.addresses[1].value' }],
    })
    for (const addresses of [
      [sms(number), sms(number, { relation: 'spouse' })],
      [sms(number, { relation: 'spouse' }), sms(number)],
    ]) {
      expect(taken({ addresses }).addresses).toMatchObject([{ value: number, relation: 'spouse' }])
    }
  })

  it.each([
    ['NULL', null],
    ['#REF!', null],
    ['{{first_name}}', null],
    ['Err:502', null],
    ['0', null],
    ['ana@example.com', null],
    ['\u3164', null],
    [' ', null],
    ['-', null],
    ['evil.com/pay', null],
    ['https://evil.com', null],
  ])('named %j has no name, and says so', (name) => {
    expect(taken({ name })).toMatchObject({ name: null, warnings: [{ path: 'recipient.name' }] })
  })

  it.each([
    ['O&#39;Brien', "O'Brien"],
    ['O&apos;Brien &amp; Sons', "O'Brien & Sons"],
    ['Tom &amp;amp; Jerry', 'Tom &amp; Jerry'],
    ['Jose\u0301', 'José'],
    ['Or\u00adtiz', 'Ortiz'],
    ['Na', 'Na'],
    ['AT&T', 'AT&T'],
    ['  Ana   Li ', 'Ana Li'],
  ])('named %j is %j', (name, meant) => {
    expect(taken({ name })).toMatchObject({ name: meant })
    expect(taken({ name })).not.toHaveProperty('warnings')
    expect(account({ variables: { familyName: name, note: name } })).toMatchObject({
      ok: true,
      value: { variables: { familyName: name.includes('&') ? meant : expect.any(String) } },
    })
  })

  it('never has its values repeated in a fault', () => {
    const secret = 'Geheim'
    expect(
      JSON.stringify(
        faults(
          account(person({ name: `${secret}\u0000`, locale: secret, addresses: [{ channel: 'sms', value: secret }] })),
        ),
      ),
    ).not.toContain(secret)
  })
})

describe('an event', () => {
  it.each(EVENT_TYPES)('of type %s has a shape of its own', (type) => {
    const known = parse(eventBody, { id: 'e', type, occurredAt: '2026-11-23T00:00:00Z', nonsense: 1 })
    expect(faults(known)).toContainEqual(expect.objectContaining({ path: 'nonsense', problem: 'is not a known key' }))
  })

  it('of a type nobody knows is told the types', () => {
    expect(faults(parse(eventBody, { id: 'e', type: 'payed', occurredAt: '2026-11-23T00:00:00Z' }))).toMatchObject([
      { path: 'type', problem: expect.stringContaining('payment-pending') },
    ])
  })

  it('on a line names its account', () => {
    expect(faults(parse(eventLine, { id: 'e', type: 'settled', occurredAt: '2026-11-23T00:00:00Z' }))).toMatchObject([
      { path: 'accountId', problem: 'is missing' },
    ])
  })
})

describe('a stop', () => {
  it.each([
    [{ scope: 'address', reason: 'opt-out' }, 'value'],
    [{ scope: 'all', reason: 'cease' }, 'recipientId'],
    [{ scope: 'channel', recipientId: 'r', reason: 'cease' }, 'channel'],
    [{ scope: 'address', value: '13800138000', reason: 'opt-out' }, 'value'],
  ])('%j is refused at %s', (body, path) => {
    expect(faults(parse(suppressionBody, body)).map((fault) => fault.path)).toContain(path)
  })
})

it('every schema can be written down as JSON Schema for the interface’s description', () => {
  for (const schema of [
    accountBody,
    accountLine,
    contactBody,
    eventBody,
    eventLine,
    holdBody,
    holdEndBody,
    recipientBody,
    reminderBody,
    suppressionBody,
    liftBody,
    taskCompletion,
  ]) {
    expect(() => z.toJSONSchema(schema, { io: 'input' })).not.toThrow()
  }
})
