import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { Facts } from '../../src/model/facts.ts'
import type { TemplateFacts } from '../../src/model/template-facts.ts'
import { CHANNELS, CONTACT_OUTCOMES, HOLD_KINDS, MODES, ROLES, TONES } from '../../src/model/vocabulary.ts'
import { MAX_JSON_BYTES, openDictionary, packJson, unpackJson, versionOf } from '../../src/record/packed/packed-json.ts'

const id = fc.uuid()
const addressId = fc.stringMatching(/^[0-9a-f]{32}$/)
const instant = fc.integer({ min: 1_700_000_000_000, max: 1_999_999_999_999 })
const day = fc.constantFrom('2026-11-23', '2027-01-31', '2028-02-29')
const channel = fc.constantFrom(...CHANNELS)
const mode = fc.option(fc.constantFrom(...MODES))
const text = fc.string({ unit: 'grapheme', maxLength: 30 })

const facts: fc.Arbitrary<Facts> = fc.record({
  reminder: fc.record(
    {
      channel,
      tone: fc.constantFrom(...TONES),
      kind: fc.constant('reminder' as const),
      mode,
      expiresAt: fc.option(instant),
      dueAt: instant,
    },
    { requiredKeys: ['channel', 'tone', 'kind', 'mode', 'expiresAt'] },
  ),
  address: fc.option(
    fc.record({
      id: addressId,
      kind: fc.constantFrom('mobile', 'landline', null),
      relation: fc.constant('self' as const),
      country: fc.constantFrom('CN', 'US', null),
      zones: fc.array(fc.constantFrom('Asia/Shanghai', 'America/New_York'), { maxLength: 3 }),
      subdivisions: fc.array(fc.constantFrom('US-NY', 'US-CA'), { maxLength: 3 }),
    }),
  ),
  recipient: fc.record({
    id,
    timeZone: fc.constantFrom('Asia/Shanghai', 'Europe/London', null),
    jurisdiction: fc.constantFrom('CN', 'US-NY', null),
    locationEvidence: fc.constant([]),
    blockedTimes: fc.constant([]),
  }),
  accounts: fc.array(
    fc.record({
      id,
      role: fc.constantFrom(...ROLES),
      product: text,
      dueDate: fc.option(day),
      daysPastDue: fc.option(fc.integer({ min: -30, max: 4000 })),
      state: fc.constant('open' as const),
      spell: fc.option(id),
      asOf: fc.option(instant),
      freshForMs: fc.option(fc.nat()),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  contacts: fc.array(
    fc.record({
      at: instant,
      channel,
      direction: fc.constantFrom('outbound', 'inbound'),
      accounts: fc.array(id, { maxLength: 2 }),
      address: fc.option(addressId),
      outcome: fc.constantFrom(...CONTACT_OUTCOMES),
      by: fc.option(text),
      mode,
      party: fc.option(text),
      otherRecipient: fc.boolean(),
    }),
    { maxLength: 20 },
  ),
  events: fc.constant([]),
  holds: fc.array(
    fc.record({
      kind: fc.constantFrom(...HOLD_KINDS),
      account: fc.option(id),
      from: instant,
      until: fc.option(instant),
    }),
    { maxLength: 3 },
  ),
  suppressions: fc.constant([]),
  consents: fc.constant([]),
  system: fc.constant(null),
})

/** A first reminder in mainland China: what most decisions of a lender there are made from. */
const usualFacts: Facts = {
  reminder: {
    channel: 'sms',
    tone: 'gentle',
    kind: 'reminder',
    mode: 'automated',
    expiresAt: 1_795_662_007_925,
    dueAt: 1_795_489_207_925,
    carries: {
      message: ['business-name', 'registered-signature-2-to-16-characters', 'balance', 'reason', 'contact'],
      voicemail: null,
    },
  },
  address: {
    id: '3e49e9b2fa0cbe75aa3e6d4556543276',
    kind: 'mobile',
    relation: 'self',
    country: 'CN',
    zones: ['Asia/Shanghai'],
    subdivisions: [],
  },
  recipient: {
    id: '01a21ca5-7c11-7146-92bc-5e7b11c171e6',
    timeZone: 'Asia/Shanghai',
    jurisdiction: 'CN',
    locationEvidence: [],
    blockedTimes: [],
  },
  accounts: [
    {
      id: '019f0bd2-7be6-70d5-8f4c-c2c3fc5bbcbe',
      role: 'original-creditor',
      product: 'consumer-loan',
      dueDate: '2026-11-23',
      daysPastDue: 1,
      state: 'open',
      spell: '01a11ca5-7e81-72a1-8841-886b8f407c02',
      asOf: 1_795_478_400_000,
      freshForMs: 129_600_000,
    },
  ],
  contacts: [],
  events: [],
  holds: [],
  suppressions: [],
  consents: [],
  system: {
    testMode: false,
    switchedOff: null,
    clockUncertain: false,
    routeProblem: null,
    notRegistered: false,
    phoneInFlight: false,
  },
  zoneData: '2026f',
}

const usualWords: TemplateFacts = {
  recipient: { name: 'Dana Whitfield', givenName: 'Dana', familyName: 'Whitfield', honorific: 'Ms' },
  creditor: {
    name: 'Halvorsen & Pryce Lending',
    signature: null,
    voiceName: 'H&P Care',
    contactPerson: null,
    helpLine: '888-555-0199',
    helpHours: 'weekdays 8am to 8pm',
    payUrl: 'https://my.hplending.example/settle',
    postalAddress: 'PO Box 90210, Sioux Falls, SD 57109',
    licenceLines: [],
    collector: null,
    originalCreditor: null,
    allowedLinks: ['my.hplending.example'],
  },
  accounts: [
    {
      masked: '6038',
      dueDate: '2026-11-18',
      daysPastDue: 30,
      asOf: '2026-12-18',
      overdue: { amount: '99.00', currency: 'USD' },
      minimumDue: null,
      originalCreditor: null,
      lateInterest: true,
      reportsToBureau: true,
      nextStep: null,
    },
  ],
  earlierEmail: null,
  writtenNotice: null,
  optOutUrl: null,
  variables: {},
}

/** What JSON keeps of a value: undefined keys are gone, -0 is 0. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const errorOf = (packed: Uint8Array): unknown => {
  try {
    unpackJson(packed)
  } catch (error) {
    return error
  }
  return null
}

describe('packed JSON', () => {
  it('gives back the facts of a decision', () => {
    fc.assert(
      fc.property(facts, (value) => {
        expect(unpackJson(packJson(value))).toEqual(value)
      }),
    )
  })

  it('gives back any JSON', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue({ maxDepth: 4 }), fc.json().map(asJson)), (value) => {
        expect(unpackJson(packJson(value))).toEqual(asJson(value))
      }),
    )
  })

  it('gives back text in any script, and half characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (value) => unpackJson(packJson(value)) === value),
    )
    expect(unpackJson(packJson('\ud800 张三 🧾'))).toBe('\ud800 张三 🧾')
  })

  it('keeps the order of keys, so that the same text is hashed again', () => {
    const value = { b: 1, a: { d: 1, c: 2 } }
    expect(JSON.stringify(unpackJson(packJson(value)))).toBe(JSON.stringify(value))
  })

  it('takes a fifth of the facts, and less than half of the words of a creditor that the dictionary does not know', () => {
    expect(packJson(usualFacts).length).toBeLessThanOrEqual(250)
    expect(packJson(usualWords).length).toBeLessThanOrEqual(350)
  })

  it.each([1_000, 11_000, 33_000, 66_000, 140_000, 700_000])('gives back %i bytes, repeated or not', (length) => {
    const random = fc.sample(fc.string({ unit: 'binary-ascii', minLength: length, maxLength: length }), {
      numRuns: 1,
      seed: 7,
    })[0]
    for (const value of [
      random,
      'x'.repeat(length),
      Array.from({ length: length / 50 }, (_, at) => ({ at, by: 'decorum' })),
    ])
      expect(unpackJson(packJson(value))).toEqual(value)
  })

  it('is read again as it was first written', () => {
    const kept =
      'AYQID1kDT4o2NjIwMDc5MmIDQzQ4OTIWAA9rA37/ETNlNDllOWIyZmEwY2JlNzVhYTNlNmQ0NTU2NTQzMjc2iwNg8BQwMWEyMWNhNS03YzExLTcxNDYtOTJiYy01ZTdiMTFjMTcxZZcAD68DV/EUMDE5ZjBiZDItN2JlNi03MGQ1LThmNGMtYzJjM2ZjNWJiY2KjBA/TAzMvMjPVAxdCMDFhMSsBwGU4MS03MmExLTg4NAUAqjZiOGY0MDdjMDL5AzM3ODTWHg8BBN5QMjZmIn0='
    expect(unpackJson(Buffer.from(kept, 'base64'))).toEqual(usualFacts)
  })

  it('refuses what has no JSON, and what is too long to be read again', () => {
    expect(() => packJson(undefined)).toThrow(RangeError)
    expect(() => packJson('x'.repeat(MAX_JSON_BYTES))).toThrow(RangeError)
    expect(unpackJson(packJson('x'.repeat(MAX_JSON_BYTES - 2)))).toHaveLength(MAX_JSON_BYTES - 2)
  })
})

describe('damaged bytes', () => {
  const internal = { name: 'DecorumError', code: 'DECORUM_INTERNAL' }

  it('are refused wherever they are cut off', () => {
    const packed = packJson(usualFacts)
    for (let length = 0; length < packed.length; length += 1)
      expect(errorOf(packed.subarray(0, length)), `${length} bytes`).toMatchObject(internal)
  })

  it('are refused with bytes behind them', () => {
    expect(errorOf(Buffer.concat([packJson(usualFacts), Buffer.from([0])]))).toMatchObject(internal)
  })

  it('give a value or an error of the registry, whatever is altered', () => {
    const packed = packJson(usualFacts)
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(packed.length - 1), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 }),
        (changes) => {
          const altered = Buffer.from(packed)
          for (const [at, byte] of changes) altered[at] = byte
          const error = errorOf(altered)
          if (error !== null) expect(error).toMatchObject({ name: 'DecorumError' })
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('give a value or an error of the registry, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const error = errorOf(Buffer.from([1, ...bytes]))
        if (error !== null) expect(error).toMatchObject({ name: 'DecorumError' })
      }),
      { numRuns: 2_000 },
    )
  })

  it('claim no more room than they can fill', () => {
    const threeMegabytes = [0x80, 0x80, 0xc0, 0x01]
    const allocate = vi.spyOn(Buffer, 'allocUnsafe')
    const error = errorOf(Buffer.from([1, ...threeMegabytes, 0, 0, 0]))
    const room = allocate.mock.calls.map(([bytes]) => bytes)
    allocate.mockRestore()
    expect(error).toMatchObject(internal)
    expect(room).toEqual([])
  })

  it('expand to no more than what is packed', () => {
    /** A number of so many digits: a literal, a match that repeats it, and the last five literals. */
    const digits = (length: number): Buffer => {
      const rest = length - 1 - 19 - 5
      const head = [1, (length & 127) | 128, ((length >> 7) & 127) | 128, ((length >> 14) & 127) | 128, length >> 21]
      const ones = Array.from({ length: 5 }, () => 0x31)
      return Buffer.from([
        ...head,
        0x1f,
        0x31,
        1,
        0,
        ...Array.from({ length: Math.floor(rest / 255) }, () => 255),
        rest % 255,
        0x50,
        ...ones,
      ])
    }
    expect(unpackJson(digits(MAX_JSON_BYTES))).toBe(Number.POSITIVE_INFINITY)
    expect(errorOf(digits(MAX_JSON_BYTES + 1))).toMatchObject(internal)
  })

  it('do not show in an error what they hold', () => {
    const packed = packJson('Dana Whitfield owes money')
    const quote = packed.lastIndexOf('"')
    packed[quote] = 0x21
    expect(String(errorOf(packed))).not.toMatch(/Dana|Whitfield|owes/)
    expect(errorOf(packed)).toMatchObject(internal)
  })
})

describe('another dictionary', () => {
  it('is asked for by its version', () => {
    const packed = packJson({ some: 'value' })
    packed[0] = 200
    expect(versionOf(packed)).toBe(200)
    expect(errorOf(packed)).toMatchObject({ code: 'DECORUM_SCHEMA_NEWER' })
    expect(versionOf(new Uint8Array())).toBe(0)
  })

  it('reads what was packed with it', () => {
    // Dictionary 200 in a block of one match and the last literals.
    const dictionary = openDictionary(200, Buffer.from('{"of":"a newer build"'))
    const block = [0x0f, 21, 0, 21 - 19, 0x10, '}'.charCodeAt(0)]
    expect(unpackJson(Buffer.from([200, 22, ...block]), new Map([[200, dictionary]]))).toEqual({ of: 'a newer build' })
  })
})
