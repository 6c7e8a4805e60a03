import { describe, expect, it } from 'vitest'
import { at, decided, factsWith, packOf, DAYTIME } from './case-of.ts'
import { decide } from '../../src/decide/decide.ts'
import { LAST_INSTANT, parseInstant } from '../../src/model/time.ts'
import { compiledPacks } from './packs.ts'

const inZones = (...zones: string[]) => ({
  recipient: {
    jurisdiction: null,
    timeZone: zones[0] as string,
    locationEvidence: zones.slice(1).map((timeZone) => ({ kind: 'stated', jurisdiction: null, timeZone, at: 0 })),
  },
})
const daytime = [packOf(DAYTIME)]
const DEFER = 'defer'

describe('the hour that clocks skip or repeat', () => {
  it('opens at the first real instant when the opening falls into the skipped hour', () => {
    const hours = [packOf({ shape: 'window', allow: [{ from: '02:30', to: '12:00' }] })]
    // New York skips 02:00–03:00 on 14 March 2027: the first wall time at or after 02:30 is 03:00 EDT.
    expect(decided(factsWith(inZones('America/New_York')), hours, '2027-03-14T06:00:00Z')).toEqual({
      verdict: DEFER,
      until: '2027-03-14T07:00:00Z',
      codes: ['outside_contact_window'],
    })
  })

  it('begins the day at 01:00 where midnight does not exist', () => {
    const perDay = [
      packOf({
        shape: 'cap',
        limit: 1,
        window: { type: 'calendar-day' },
        counts: 'attempt',
        key: 'person',
        channels: ['phone'],
      }),
    ]
    const santiago = factsWith({ ...inZones('America/Santiago'), contacts: [{ at: '2026-09-05T15:00:00Z' }] })
    // 2026-09-06 00:00 does not exist in Santiago: 23:59:59−04 is followed by 01:00−03, which is 04:00Z.
    expect(decided(santiago, perDay, '2026-09-05T20:00:00Z')).toEqual({
      verdict: DEFER,
      until: '2026-09-06T04:00:00Z',
      codes: ['cap_reached'],
    })
    const cairo = factsWith({ ...inZones('Africa/Cairo'), contacts: [{ at: '2027-04-29T10:00:00Z' }] })
    expect(decided(cairo, perDay, '2027-04-29T12:00:00Z')).toEqual({
      verdict: DEFER,
      until: '2027-04-29T22:00:00Z',
      codes: ['cap_reached'],
    })
  })

  it('treats a day of 25 hours as one calendar day', () => {
    const perDay = [
      packOf({
        shape: 'cap',
        limit: 1,
        window: { type: 'calendar-day' },
        counts: 'attempt',
        key: 'person',
        channels: ['phone'],
      }),
    ]
    // Santiago repeats 23:00–24:00 on 4 April 2026: midnight comes at 04:00Z, not at 03:00Z.
    const facts = factsWith({ ...inZones('America/Santiago'), contacts: [{ at: '2026-04-04T12:00:00Z' }] })
    expect(decided(facts, perDay, '2026-04-05T02:30:00Z').until).toBe('2026-04-05T04:00:00Z')
    expect(decided(facts, perDay, '2026-04-05T03:30:00Z').until).toBe('2026-04-05T04:00:00Z')
  })

  it('denies the whole repeated hour when the hours end inside it', () => {
    const hours = [packOf({ shape: 'window', allow: [{ from: '00:30', to: '01:30' }] })]
    const newYork = factsWith(inZones('America/New_York'))
    // 1 November 2026: 01:00–02:00 happens twice, 05:00Z–07:00Z.
    expect(decided(newYork, hours, '2026-11-01T04:45:00Z')).toEqual({
      verdict: 'send',
      until: '2026-11-01T05:00:00Z',
      codes: [],
    })
    expect(decided(newYork, hours, '2026-11-01T05:10:00Z').verdict).toBe(DEFER)
    expect(decided(newYork, hours, '2026-11-01T06:10:00Z').until).toBe('2026-11-02T05:30:00Z')
  })

  it('allows the repeated hour when both of it lie inside the hours', () => {
    const hours = [packOf({ shape: 'window', allow: [{ from: '00:00', to: '03:00' }] })]
    expect(decided(factsWith(inZones('America/New_York')), hours, '2026-11-01T05:30:00Z')).toEqual({
      verdict: 'send',
      until: '2026-11-01T08:00:00Z',
      codes: [],
    })
  })
})

describe('rolling days are local dates, not multiples of 24 hours', () => {
  const cooldown = packOf(DAYTIME, {
    shape: 'cooldown',
    after: 'conversation',
    days: 7,
    key: 'account',
    channels: ['phone'],
  })

  it('lets a call be made on the Monday after a Monday’s conversation, though summer time began in between', () => {
    const facts = factsWith({ contacts: [{ at: '2027-03-09T01:00:00Z', outcome: 'conversation' }] })
    expect(decided(facts, [cooldown], '2027-03-10T15:00:00Z')).toEqual({
      verdict: DEFER,
      until: '2027-03-15T12:00:00Z',
      codes: ['cooldown'],
    })
  })

  it('takes the latest next instant when several zones date the conversation differently', () => {
    // 2026-11-24T05:30Z is still Monday in Los Angeles and already Tuesday in New York.
    const contacts = [{ at: '2026-11-24T05:30:00Z', outcome: 'conversation' as const }]
    const newYork = decide(factsWith({ contacts }), [cooldown], at('2026-11-25T18:00:00Z'))
    const both = decide(
      factsWith({ ...inZones('America/New_York', 'America/Los_Angeles'), contacts }),
      [cooldown],
      at('2026-11-25T18:00:00Z'),
    )
    expect(newYork.reasons[0]?.until).toBe(at('2026-12-01T05:00:00Z'))
    expect(both.reasons[0]?.until).toBe(at('2026-12-01T05:00:00Z'))
    expect(both.until).toBe(at('2026-12-01T16:00:00Z'))
  })

  it('counts a contact recorded in the future as made now', () => {
    const cap = packOf({
      shape: 'cap',
      limit: 1,
      window: { type: 'rolling-days', days: 2 },
      counts: 'attempt',
      key: 'person',
      channels: ['phone'],
    })
    const facts = factsWith({ contacts: [{ at: '2026-11-25T15:00:00Z' }] })
    expect(decided(facts, [cap], '2026-11-23T15:00:00Z')).toEqual({
      verdict: DEFER,
      until: '2026-11-27T05:00:00Z',
      codes: ['cap_reached'],
    })
  })
})

describe('hours that cross midnight', () => {
  const lateShift = (closedDays?: number[]) => [
    packOf({
      shape: 'window',
      allow: [
        { days: [6], from: '20:00', to: '02:00' },
        { days: [1], from: '09:00', to: '10:00' },
      ],
      ...(closedDays === undefined ? {} : { closedDays }),
    }),
  ]
  const saturday = '2026-11-22T01:30:00Z' // Saturday 20:30 in New York

  it('belong to the day they start on', () => {
    expect(decided(factsWith(), lateShift(), saturday).until).toBe('2026-11-22T07:00:00Z')
    expect(decided(factsWith(), lateShift(), '2026-11-22T06:59:00Z').verdict).toBe('send')
  })

  it('end at midnight when the next day is closed', () => {
    expect(decided(factsWith(), lateShift([7]), saturday).until).toBe('2026-11-22T05:00:00Z')
    expect(decided(factsWith(), lateShift([7]), '2026-11-22T06:00:00Z')).toEqual({
      verdict: DEFER,
      until: '2026-11-23T14:00:00Z',
      codes: ['outside_contact_window'],
    })
  })

  it('leave nothing of a banned night, whatever the weekday', () => {
    const ban = [packOf({ shape: 'window', ban: [{ from: '22:00', to: '08:00' }] })]
    expect(decided(factsWith(), ban, '2026-11-22T12:59:59Z').until).toBe('2026-11-22T13:00:00Z')
    expect(decided(factsWith(), ban, '2026-11-22T13:00:00Z')).toEqual({
      verdict: 'send',
      until: '2026-11-23T03:00:00Z',
      codes: [],
    })
  })
})

describe('edges', () => {
  it('08:00:00 is allowed and 21:00:00 is not', () => {
    expect(decided(factsWith(), daytime, '2026-11-23T12:59:59Z').verdict).toBe(DEFER)
    expect(decided(factsWith(), daytime, '2026-11-23T13:00:00Z').verdict).toBe('send')
    expect(decided(factsWith(), daytime, '2026-11-24T01:59:59Z').verdict).toBe('send')
    expect(decided(factsWith(), daytime, '2026-11-24T02:00:00Z').verdict).toBe(DEFER)
  })
})

describe('several zones at once, on 23 November 2026', () => {
  it.each([
    [
      'New York and Los Angeles',
      ['America/New_York', 'America/Los_Angeles'],
      '2026-11-23T16:00:00Z',
      '2026-11-24T02:00:00Z',
    ],
    ['New York and Honolulu', ['America/New_York', 'Pacific/Honolulu'], '2026-11-23T18:00:00Z', '2026-11-24T02:00:00Z'],
    ['New York and Guam', ['America/New_York', 'Pacific/Guam'], '2026-11-23T22:00:00Z', '2026-11-24T02:00:00Z'],
    [
      'Los Angeles and Kolkata',
      ['America/Los_Angeles', 'Asia/Kolkata'],
      '2026-11-24T02:30:00Z',
      '2026-11-24T05:00:00Z',
    ],
  ])('%s share only the hours in which all are open', (_name, zones, opens, closes) => {
    const facts = factsWith(inZones(...zones))
    expect(decided(facts, daytime, '2026-11-23T12:00:00Z')).toEqual({
      verdict: DEFER,
      until: opens,
      codes: ['outside_contact_window'],
    })
    expect(decided(facts, daytime, opens)).toEqual({ verdict: 'send', until: closes, codes: [] })
    expect(decided(facts, daytime, closes).verdict).toBe(DEFER)
  })

  it('that never share an hour refuse and ask for data', () => {
    expect(
      decided(
        factsWith(inZones('America/Los_Angeles', 'Asia/Kolkata', 'Europe/London')),
        daytime,
        '2026-11-23T12:00:00Z',
      ),
    ).toEqual({ verdict: 'refuse', until: null, codes: ['no_common_window'] })
  })

  it('refuse when two rules each open but never together', () => {
    const apart = [
      packOf(
        { shape: 'window', allow: [{ from: '08:00', to: '12:00' }] },
        { shape: 'window', allow: [{ from: '12:00', to: '20:00' }] },
      ),
    ]
    expect(decided(factsWith(), apart, '2026-11-23T12:00:00Z').codes[0]).toBe('no_common_window')
  })

  it('refuse when a person blocks every hour that is open', () => {
    const facts = factsWith({
      recipient: {
        blockedTimes: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '07:00', to: '22:00', channel: null, until: null }],
      },
    })
    expect(decided(facts, daytime, '2026-11-23T15:00:00Z')).toEqual({
      verdict: 'refuse',
      until: null,
      codes: ['no_common_window', 'recipient_blocked_time'],
    })
  })
})

describe('the last days that can be written', () => {
  const hours = [
    packOf(DAYTIME, { shape: 'cooldown', after: 'conversation', days: 7, key: 'account', channels: ['phone'] }),
  ]

  it('a wait that would end after the year 9999 has no end', () => {
    expect(decided(factsWith(), hours, '9999-12-31T23:00:00Z')).toEqual({ verdict: 'send', until: null, codes: [] })
    expect(
      decided(
        factsWith({ contacts: [{ at: '9999-12-30T15:00:00Z', outcome: 'conversation' }] }),
        hours,
        '9999-12-31T15:00:00Z',
      ),
    ).toEqual({ verdict: 'refuse', until: null, codes: ['cooldown'] })
    expect(decided(factsWith({ recipient: { jurisdiction: 'JP' } }), hours, '9999-12-31T13:00:00Z')).toEqual({
      verdict: 'defer',
      until: '9999-12-31T23:00:00Z',
      codes: ['outside_contact_window'],
    })
  })

  it('and no later instant is read', () => {
    expect(parseInstant('9999-12-31T23:59:59.999Z')).toBe(LAST_INSTANT)
    expect(parseInstant('9999-12-31T23:59:59-01:00')).toBeNull()
  })

  it('whatever shipped packs say, every instant has a year of four digits', () => {
    for (const place of ['US-NY', 'US-FL', 'CN', 'KR', 'GR', 'CL', 'CO', 'GB']) {
      for (const channel of ['phone', 'sms', 'email'] as const) {
        const facts = factsWith({
          reminder: { channel },
          recipient: { jurisdiction: place },
          contacts: [{ at: '9999-12-31T10:00:00Z', channel, outcome: 'conversation' }],
        })
        const { until, reasons } = decide(facts, compiledPacks, at('9999-12-31T23:30:00Z'))
        for (const instant of [until, ...reasons.map((reason) => reason.until)])
          expect(instant ?? 0).toBeLessThanOrEqual(LAST_INSTANT)
        expect(reasons.map(({ code }) => code)).not.toContain('internal_error')
      }
    }
  })
})
