import { describe, expect, it } from 'vitest'
import { decide } from '../../src/decide/decide.ts'
import { compilePack } from '../../src/decide/compile-pack.ts'
import type { CompiledPack } from '../../src/decide/packs.ts'
import type { AddressFacts, EventFacts, SuppressionFacts } from '../../src/model/facts.ts'
import { at, DAYTIME, decided, factsWith, packOf, type Stated } from './case-of.ts'

const NOON = '2026-11-23T17:00:00Z' // Monday noon in New York
const inZones = (...zones: string[]) => ({
  recipient: {
    jurisdiction: null,
    timeZone: zones[0] as string,
    locationEvidence: zones.slice(1).map((timeZone) => ({ kind: 'stated', jurisdiction: null, timeZone, at: 0 })),
  },
})
const NUMBER: AddressFacts = { id: 'number', kind: null, relation: null, country: null, zones: [], subdivisions: [] }
const cap = (change: Record<string, unknown>) => [
  packOf({
    shape: 'cap',
    limit: 1,
    window: { type: 'calendar-day' },
    counts: 'attempt',
    key: 'person',
    channels: ['phone'],
    ...change,
  }),
]
const notice = (when: string): EventFacts => ({ type: 'notice', kind: 'collection', at: at(when), account: null })
const stop = (change: Partial<SuppressionFacts>, kind: 'reminder' | 'service' = 'reminder'): Stated => ({
  reminder: { kind },
  rest: {
    address: NUMBER,
    suppressions: [
      { scope: 'all', channel: null, address: null, reason: 'opt-out', from: null, until: null, ...change },
    ],
  },
})

describe('caps', () => {
  it('count a contact that names no number against every number', () => {
    expect(
      decided(factsWith({ contacts: [{ at: NOON }], rest: { address: NUMBER } }), cap({ key: 'address' }), NOON).codes,
    ).toEqual(['cap_reached'])
  })

  it('bind when any account of the message is full, whichever is named first', () => {
    const facts = factsWith({ contacts: [{ at: NOON, accounts: ['b'] }] })
    const [first] = facts.accounts
    const both = (ids: string[]) => ({
      ...facts,
      accounts: ids.map((id) => ({ ...(first as NonNullable<typeof first>), id })),
    })
    for (const ids of [
      ['a', 'b'],
      ['b', 'a'],
    ])
      expect(decided(both(ids), cap({ key: 'account' }), NOON).codes).toEqual(['cap_reached'])
  })

  it('last until the day is over in every zone, whichever is named first', () => {
    // 23:30 in Tokyo is 09:30 in New York, whose day ends at 05:00Z.
    for (const zones of [
      ['America/New_York', 'Asia/Tokyo'],
      ['Asia/Tokyo', 'America/New_York'],
    ]) {
      expect(
        decided(
          factsWith({ ...inZones(...zones), contacts: [{ at: '2026-11-23T14:30:00Z' }] }),
          cap({}),
          '2026-11-23T14:40:00Z',
        ).until,
      ).toBe('2026-11-24T05:00:00Z')
    }
  })

  it('free with the oldest contact, in whatever order they are told', () => {
    const facts = factsWith({
      contacts: ['2026-11-23T15:00:00Z', '2026-11-20T15:00:00Z', '2026-11-22T15:00:00Z'].map((when) => ({ at: when })),
    })
    expect(decided(facts, cap({ limit: 3, window: { type: 'rolling-days', days: 7 } }), NOON).until).toBe(
      '2026-11-27T05:00:00Z',
    )
  })

  it('of channels wait for the latest contact of another channel', () => {
    const exclusive = [
      packOf({
        shape: 'exclusivity',
        limit: 1,
        window: { type: 'rolling-days', days: 7 },
        counts: 'attempt',
        key: 'person',
        channels: ['phone', 'sms', 'email'],
      }),
    ]
    const facts = factsWith({
      contacts: [
        { at: '2026-11-22T15:00:00Z', channel: 'sms' },
        { at: '2026-11-20T15:00:00Z', channel: 'sms' },
      ],
    })
    expect(decided(facts, exclusive, NOON).until).toBe('2026-11-29T05:00:00Z')
  })

  it('leave a cooldown standing to the end of its last day', () => {
    const silence = [packOf({ shape: 'cooldown', after: 'conversation', days: 7, key: 'person', channels: ['phone'] })]
    expect(
      decided(
        factsWith({ contacts: [{ at: '2026-11-16T14:00:00Z', outcome: 'conversation' }] }),
        silence,
        '2026-11-22T20:00:00Z',
      ).until,
    ).toBe('2026-11-23T05:00:00Z')
  })
})

describe('holds and stops', () => {
  it('a breathing space silences even a confirmation, a promise does not', () => {
    const held = (kind: 'breathing-space' | 'promise') =>
      decided(
        factsWith({
          reminder: { kind: 'confirmation' },
          rest: { holds: [{ kind, account: null, from: 0, until: null }] },
        }),
        [],
        NOON,
      ).codes
    expect([held('breathing-space'), held('promise')]).toEqual([['on_hold'], []])
  })

  it('a stop of an address that nobody can name stops its channel', () => {
    expect(decided(factsWith(stop({ scope: 'address', channel: 'phone' })), [], NOON).codes).toEqual(['suppressed'])
  })

  it('a cease lets no service message through', () => {
    expect(decided(factsWith(stop({ reason: 'cease' }, 'service')), [], NOON).codes).toEqual(['suppressed'])
  })

  it('a stop that begins later ends the time to send', () => {
    expect(decided(factsWith(stop({ from: at('2026-11-23T20:00:00Z') })), [], NOON)).toEqual({
      verdict: 'send',
      until: '2026-11-23T20:00:00Z',
      codes: [],
    })
  })

  it('a time blocked for calls leaves texts alone', () => {
    const blocked = (channel: 'phone' | 'sms') =>
      decided(
        factsWith({
          reminder: { channel },
          recipient: { blockedTimes: [{ days: [1], from: '11:00', to: '14:00', channel: 'phone', until: null }] },
        }),
        [],
        NOON,
      ).codes
    expect([blocked('phone'), blocked('sms')]).toEqual([['recipient_blocked_time'], []])
  })

  it('a law may read a stop of one address as one of the person, or not', () => {
    const pack = (covers: string) => [packOf({ shape: 'stop', reasons: ['opt-out'], covers })]
    const another = factsWith(stop({ scope: 'address', address: 'another' }))
    expect([decided(another, pack('person'), NOON).codes, decided(another, pack('same-address'), NOON).codes]).toEqual([
      ['suppressed'],
      [],
    ])
  })
})

describe('what has to happen first', () => {
  const wait = (change: Record<string, unknown>) => [
    packOf({ shape: 'precondition', requires: { event: 'notice' }, ...change }),
  ]

  it('is over with the first notice; a later one begins no new wait', () => {
    expect(
      decided(
        factsWith({ rest: { events: [notice('2026-11-10T15:00:00Z'), notice('2026-11-22T15:00:00Z')] } }),
        wait({ waitDays: 6 }),
        NOON,
      ).verdict,
    ).toBe('send')
  })

  it('counts a Saturday that is worked by decree as a business day', () => {
    const shanghai = { ...inZones('Asia/Shanghai'), rest: { events: [notice('2026-02-12T03:00:00Z')] } }
    expect(
      decided(factsWith(shanghai), wait({ waitBusinessDays: { days: 3, calendar: 'CN' } }), '2026-02-13T03:00:00Z')
        .until,
    ).toBe('2026-02-24T16:00:00Z')
  })

  it('is not done by what is only going to happen', () => {
    const duty = [packOf({ shape: 'duty', after: 'first-contact', owes: { event: 'notice' }, withinDays: 5 })]
    const facts = factsWith({
      contacts: [{ at: '2026-11-10T15:00:00Z', outcome: 'voicemail' }],
      rest: { events: [notice('2026-11-25T15:00:00Z')] },
    })
    expect(decided(facts, duty, NOON).codes).toEqual(['precondition_missing'])
  })
})

describe('dates, calendars and places', () => {
  it('a rule begins with its first day anywhere the person may be', () => {
    const later = [packOf({ shape: 'route', because: 'a test', when: { from: '2026-11-24' } })]
    const facts = factsWith(inZones('America/New_York', 'Asia/Tokyo'))
    expect(decided(facts, later, '2026-11-23T14:59:00Z')).toEqual({
      verdict: 'send',
      until: '2026-11-23T15:00:00Z',
      codes: [],
    })
    expect(decided(facts, later, '2026-11-23T15:00:00Z').verdict).toBe('refuse')
  })

  it('consent counted in days ends with the first zone', () => {
    const hours = [packOf({ ...DAYTIME, unless: { consent: ['agreed'], days: 1 } })]
    const facts = factsWith({
      ...inZones('America/Los_Angeles', 'America/New_York'),
      rest: {
        consents: [{ kind: 'agreed', channel: null, address: null, from: at('2026-11-24T05:30:00Z'), until: null }],
      },
    })
    expect(decided(facts, hours, '2026-11-24T06:00:00Z')).toEqual({
      verdict: 'send',
      until: '2026-11-24T08:00:00Z',
      codes: [],
    })
  })

  it('a holiday with Sunday’s hours is closed where Sunday is', () => {
    const hours = [packOf({ ...DAYTIME, closedDays: [7], holidays: { calendar: 'AU', effect: 'as-sunday' } })]
    expect(decided(factsWith(inZones('Australia/Sydney')), hours, '2026-01-26T01:00:00Z')).toEqual({
      verdict: 'defer',
      until: '2026-01-26T21:00:00Z',
      codes: ['holiday'],
    })
  })

  it('an opening that lies in a year without a calendar is not known', () => {
    const hours = [
      packOf({
        shape: 'window',
        allow: [{ from: '09:00', to: '20:00' }],
        holidays: { calendar: 'CN', effect: 'closed' },
      }),
    ]
    expect(decided(factsWith(inZones('Asia/Shanghai')), hours, '2026-12-31T13:00:00Z')).toEqual({
      verdict: 'refuse',
      until: null,
      codes: ['calendar_unknown'],
    })
  })

  it('a foreign number without an area adds its whole country', () => {
    const { candidateZones } = decide(
      factsWith({ ...inZones('America/New_York'), rest: { address: { ...NUMBER, country: 'JP' } } }),
      [],
      at(NOON),
    )
    expect(candidateZones).toEqual(['America/New_York', 'Asia/Tokyo'])
  })
})

describe('the fallback pack', () => {
  const fallback: CompiledPack = {
    ...packOf({ shape: 'route', because: 'a test' }),
    pack: { ...packOf(DAYTIME).pack, id: 'fallback', fallback: true },
  }
  const law = packOf(DAYTIME)

  it('steps back for a law that sets hours, but not for an opt-in pack, and for a law to come only when it has come', () => {
    const optIn: CompiledPack = { ...law, pack: { ...law.pack, optIn: true } }
    const later = compilePack({ ...law.pack, validFrom: '2030-01-01' })
    const verdicts = [law, optIn, later].map((pack) => decided(factsWith(), [pack, fallback], NOON).verdict)
    expect(verdicts).toEqual(['send', 'refuse', 'defer'])
  })
})
