import { describe, expect, it } from 'vitest'
import type { EventFacts } from '../../src/model/facts.ts'
import { at, contactWith, DAYTIME, decided, factsWith, packOf } from './case-of.ts'

const NOON = '2026-11-23T17:00:00Z' // Monday noon in New York
const event = (type: string, when: string, kind: string | null = null): EventFacts => ({
  type,
  kind,
  at: at(when),
  account: null,
})
const calls = (...instants: string[]) => instants.map((instant) => ({ at: instant }))

describe('a cap', () => {
  const cap = (change: Record<string, unknown>) => [
    packOf({
      shape: 'cap',
      limit: 2,
      window: { type: 'calendar-day' },
      counts: 'attempt',
      key: 'person',
      channels: ['phone'],
      ...change,
    }),
  ]

  it.each([
    ['a calendar day', { type: 'calendar-day' }, '2026-11-24T05:00:00Z'],
    ['rolling days, each contact’s own day being day 1', { type: 'rolling-days', days: 3 }, '2026-11-26T05:00:00Z'],
    ['rolling hours', { type: 'rolling-hours', hours: 30 }, '2026-11-24T20:00:00Z'],
    ['a calendar week from Monday', { type: 'calendar-week' }, '2026-11-30T05:00:00Z'],
    ['a calendar week from Sunday', { type: 'calendar-week', startsOn: 7 }, '2026-11-29T05:00:00Z'],
    ['a calendar month', { type: 'calendar-month' }, '2026-12-01T05:00:00Z'],
    ['a week that the law leaves open', { type: 'week' }, '2026-11-30T05:00:00Z'],
  ])('in %s frees when enough contacts have left it', (_name, window, until) => {
    const facts = factsWith({ contacts: calls('2026-11-23T14:00:00Z', '2026-11-23T15:00:00Z') })
    expect(decided(facts, cap({ window }), NOON)).toEqual({ verdict: 'defer', until, codes: ['cap_reached'] })
  })

  it('frees when the oldest leaves, not when all do', () => {
    const facts = factsWith({ contacts: calls('2026-11-20T15:00:00Z', '2026-11-22T15:00:00Z', '2026-11-23T15:00:00Z') })
    expect(decided(facts, cap({ limit: 3, window: { type: 'rolling-days', days: 7 } }), NOON).until).toBe(
      '2026-11-27T05:00:00Z',
    )
  })

  it('does not count inbound contacts, other channels, or contacts that have left', () => {
    const facts = factsWith({
      contacts: [
        { at: '2026-11-23T14:00:00Z', direction: 'inbound' },
        { at: '2026-11-23T14:00:00Z', channel: 'sms' },
        { at: '2026-11-22T14:00:00Z' },
        { at: '2026-11-23T15:00:00Z' },
      ],
    })
    expect(decided(facts, cap({}), NOON).verdict).toBe('send')
  })

  it.each([
    ['attempt', ['no-answer', 'voicemail', 'conversation', 'sent', 'delivered', 'failed', 'in-doubt', 'pending']],
    ['unanswered', ['no-answer', 'sent', 'delivered', 'failed', 'in-doubt', 'pending']],
    ['connected', ['voicemail', 'conversation', 'sent', 'delivered', 'in-doubt', 'pending']],
    ['conversation', ['conversation', 'sent', 'delivered', 'in-doubt', 'pending']],
    ['reached', ['voicemail', 'conversation', 'sent', 'delivered', 'in-doubt', 'pending']],
  ] as const)('of %s counts calls that were, or may still turn out to be, %j', (counts, counted) => {
    for (const outcome of [
      'no-answer',
      'voicemail',
      'conversation',
      'sent',
      'delivered',
      'failed',
      'in-doubt',
      'pending',
    ] as const) {
      const facts = factsWith({ reminder: { channel: 'sms' }, contacts: [{ at: '2026-11-23T14:00:00Z', outcome }] })
      const { verdict } = decided(facts, cap({ limit: 1, counts }), NOON)
      expect([outcome, verdict]).toEqual([outcome, (counted as readonly string[]).includes(outcome) ? 'defer' : 'send'])
    }
  })

  it('leaves out contacts made under the consent that opens it, and does not bind while the consent lasts', () => {
    const consent = {
      kind: 'exceed-cap',
      channel: 'phone' as const,
      address: null,
      from: at('2026-11-20T15:00:00Z'),
      until: null,
    }
    const opened = cap({
      limit: 1,
      window: { type: 'rolling-days', days: 10 },
      unless: { consent: ['exceed-cap'], days: 7 },
    })
    const facts = factsWith({ contacts: calls('2026-11-21T15:00:00Z'), rest: { consents: [consent] } })
    expect(decided(facts, opened, NOON)).toEqual({ verdict: 'send', until: null, codes: [] })
    expect(
      decided(
        factsWith({ contacts: calls('2026-11-19T15:00:00Z', '2026-11-21T15:00:00Z'), rest: { consents: [consent] } }),
        opened,
        NOON,
      ).until,
    ).toBe('2026-11-27T05:00:00Z')
    expect(decided(factsWith({ contacts: calls('2026-11-21T15:00:00Z') }), opened, NOON).verdict).toBe('defer')
  })

  it('of automated calls leaves out a person’s', () => {
    const contacts = [
      { at: '2026-11-23T14:00:00Z', mode: 'agent' as const },
      { at: '2026-11-23T15:00:00Z', mode: null },
    ]
    expect(decided(factsWith({ contacts }), cap({ mode: 'automated' }), NOON).verdict).toBe('send')
    expect(
      decided(
        factsWith({ contacts: [...contacts, { at: '2026-11-23T16:00:00Z', mode: 'automated' }] }),
        cap({ mode: 'automated' }),
        NOON,
      ).verdict,
    ).toBe('defer')
  })
})

describe('one channel at a time', () => {
  const lock = [
    packOf({
      shape: 'exclusivity',
      limit: 1,
      window: { type: 'week' },
      counts: 'attempt',
      key: 'person',
      channels: ['phone', 'sms', 'email'],
    }),
  ]

  it('lets the same channel go on and makes the others wait', () => {
    const contacts = [{ at: '2026-11-20T15:00:00Z', channel: 'sms' as const }]
    expect(decided(factsWith({ reminder: { channel: 'sms' }, contacts }), lock, NOON).verdict).toBe('send')
    expect(decided(factsWith({ reminder: { channel: 'email' }, contacts }), lock, NOON)).toEqual({
      verdict: 'defer',
      until: '2026-11-27T05:00:00Z',
      codes: ['cap_reached'],
    })
  })
})

describe('a cooldown', () => {
  const cooldown = [packOf({ shape: 'cooldown', after: 'conversation', days: 7, key: 'account', channels: ['phone'] })]

  it('starts with a conversation that the borrower began, and with a call that may have been one', () => {
    for (const contact of [
      { direction: 'inbound' as const, outcome: 'conversation' as const },
      { outcome: 'in-doubt' as const },
    ]) {
      expect(decided(factsWith({ contacts: [{ at: '2026-11-20T15:00:00Z', ...contact }] }), cooldown, NOON)).toEqual({
        verdict: 'defer',
        until: '2026-11-27T05:00:00Z',
        codes: ['cooldown'],
      })
    }
  })

  it('holds for every debt that was discussed and for no other', () => {
    const contacts = [{ at: '2026-11-20T15:00:00Z', outcome: 'conversation' as const, accounts: ['b', 'c'] }]
    expect(decided(factsWith({ contacts }), cooldown, NOON).verdict).toBe('send')
    expect(decided(factsWith({ contacts, account: { id: 'c' } }), cooldown, NOON).verdict).toBe('defer')
  })

  it('is not started by a text', () => {
    expect(
      decided(
        factsWith({ contacts: [{ at: '2026-11-20T15:00:00Z', channel: 'sms', outcome: 'conversation' }] }),
        cooldown,
        NOON,
      ).verdict,
    ).toBe('send')
  })
})

describe('a duty', () => {
  const duty = [
    packOf({ shape: 'duty', after: 'first-contact', owes: { event: 'notice', kind: 'validation' }, withinDays: 5 }),
  ]
  const contacts = [{ at: '2026-11-20T15:00:00Z', channel: 'email' as const, outcome: 'sent' as const }]

  it('ends the time to send at its deadline, and blocks after it', () => {
    expect(decided(factsWith({ contacts, rest: { events: [] } }), duty, NOON)).toEqual({
      verdict: 'send',
      until: '2026-11-26T05:00:00Z',
      codes: [],
    })
    expect(decided(factsWith({ contacts, rest: { events: [] } }), duty, '2026-11-26T05:00:00Z')).toEqual({
      verdict: 'refuse',
      until: null,
      codes: ['precondition_missing'],
    })
  })

  it('is done once the notice went out, and does not speak of a history nobody stated', () => {
    expect(
      decided(
        factsWith({ contacts, rest: { events: [event('notice', '2026-11-21T15:00:00Z', 'validation')] } }),
        duty,
        '2026-12-20T17:00:00Z',
      ).verdict,
    ).toBe('send')
    expect(decided(factsWith({ contacts }), duty, '2026-12-20T17:00:00Z').verdict).toBe('send')
  })
})

describe('a pause', () => {
  const dispute = [
    packOf({
      shape: 'pause',
      on: { event: 'dispute' },
      endedBy: { event: 'dispute-resolved' },
      lets: ['required-notice'],
    }),
  ]

  it('lasts until what ends it, and begins anew', () => {
    const open = [event('dispute', '2026-11-20T15:00:00Z')]
    const ended = [...open, event('dispute-resolved', '2026-11-22T15:00:00Z')]
    const again = [...ended, event('dispute', '2026-11-23T15:00:00Z')]
    expect(decided(factsWith({ rest: { events: open } }), dispute, NOON).codes).toEqual(['on_hold'])
    expect(decided(factsWith({ rest: { events: ended } }), dispute, NOON).verdict).toBe('send')
    expect(decided(factsWith({ rest: { events: again } }), dispute, NOON).verdict).toBe('refuse')
    expect(
      decided(factsWith({ reminder: { kind: 'required-notice' }, rest: { events: open } }), dispute, NOON).verdict,
    ).toBe('send')
  })

  it('of a fixed length ends by itself, its first day included', () => {
    const sixty = [packOf({ shape: 'pause', on: { event: 'hardship' }, days: 60 })]
    expect(
      decided(factsWith({ rest: { events: [event('hardship', '2026-11-20T15:00:00Z')] } }), sixty, NOON).until,
    ).toBe('2027-01-19T05:00:00Z')
  })
})

describe('a rule speaks only in its time and place', () => {
  it('from its first date to its last, in the zone where that day comes first and ends last', () => {
    const rule = [packOf({ shape: 'route', because: 'a test', when: { from: '2026-12-01', until: '2026-12-03' } })]
    expect(decided(factsWith(), rule, NOON)).toEqual({ verdict: 'send', until: '2026-12-01T05:00:00Z', codes: [] })
    expect(decided(factsWith(), rule, '2026-12-02T12:00:00Z')).toEqual({
      verdict: 'defer',
      until: '2026-12-03T05:00:00Z',
      codes: ['route_not_eligible'],
    })
    expect(decided(factsWith(), rule, '2026-12-03T05:00:00Z').verdict).toBe('send')
  })

  it('while the debt is as old as it says, counted by local days', () => {
    const young = [packOf({ shape: 'route', because: 'a test', when: { daysPastDue: { min: 3, max: 5 } } })]
    const due = (dueDate: string) => factsWith({ account: { dueDate } })
    expect(decided(due('2026-11-21'), young, NOON)).toEqual({
      verdict: 'send',
      until: '2026-11-24T05:00:00Z',
      codes: [],
    })
    expect(decided(due('2026-11-20'), young, NOON)).toEqual({
      verdict: 'defer',
      until: '2026-11-26T05:00:00Z',
      codes: ['route_not_eligible'],
    })
    expect(decided(due('2026-11-10'), young, NOON).verdict).toBe('send')
    expect(decided(factsWith({ account: { daysPastDue: 4 } }), young, NOON).until).toBe('2026-11-25T05:00:00Z')
    expect(decided(factsWith(), young, NOON).verdict).toBe('send')
  })

  it('not at all where it turns on what the case does not state', () => {
    const automated = [packOf({ shape: 'route', because: 'a test', when: { modes: ['automated'] } })]
    expect(decided(factsWith(), automated, NOON).verdict).toBe('send')
    expect(decided(factsWith({ reminder: { mode: 'automated' } }), automated, NOON).verdict).toBe('refuse')
    const exceptLandline = [packOf({ shape: 'route', because: 'a test', when: { exceptAddressKinds: ['landline'] } })]
    expect(decided(factsWith(), exceptLandline, NOON).verdict).toBe('refuse')
  })
})

describe('consent', () => {
  const needed = [packOf({ shape: 'consent', needs: ['artificial-voice'], freshDays: 10 })]
  const address = { id: 'number', kind: null, relation: null, country: null, zones: [], subdivisions: [] }
  const consented = (change: Record<string, unknown>) =>
    factsWith({
      rest: {
        address,
        consents: [
          {
            kind: 'artificial-voice',
            channel: 'phone',
            address: 'number',
            from: at('2026-11-20T15:00:00Z'),
            until: null,
            ...change,
          },
        ],
      },
    })

  it('opens until it ends or grows stale, whichever is first', () => {
    expect(decided(consented({}), needed, NOON)).toEqual({ verdict: 'send', until: '2026-11-30T05:00:00Z', codes: [] })
    expect(decided(consented({ until: at('2026-11-24T00:00:00Z') }), needed, NOON).until).toBe('2026-11-24T00:00:00Z')
    expect(decided(consented({}), needed, '2026-11-30T05:00:00Z').codes).toEqual(['consent_missing'])
  })

  it('for another number, channel or purpose is none; one that begins later defers', () => {
    for (const change of [{ address: 'other' }, { channel: 'sms' }, { kind: 'marketing' }])
      expect(decided(consented(change), needed, NOON).codes).toEqual(['consent_missing'])
    expect(decided(consented({ from: at('2026-11-24T15:00:00Z') }), needed, NOON)).toEqual({
      verdict: 'defer',
      until: '2026-11-24T15:00:00Z',
      codes: ['consent_missing'],
    })
  })

  it('loosens only the rule that names it', () => {
    const hours = [
      packOf({ ...DAYTIME, unless: { consent: ['contact-outside-hours'] } }),
      packOf({ shape: 'window', allow: [{ from: '06:00', to: '22:00' }] }),
    ]
    const facts = factsWith({
      rest: { consents: [{ kind: 'contact-outside-hours', channel: null, address: null, from: 0, until: null }] },
    })
    expect(decided(facts, hours, '2026-11-24T02:30:00Z')).toEqual({
      verdict: 'send',
      until: '2026-11-24T03:00:00Z',
      codes: [],
    })
    expect(decided(facts, hours, '2026-11-24T03:30:00Z').until).toBe('2026-11-24T11:00:00Z')
  })
})

describe('spacing', () => {
  it('in minutes and in local days', () => {
    const contacts = [contactWith({ at: '2026-11-23T16:30:00Z' })]
    const spaced = (change: Record<string, unknown>) => [
      packOf({ shape: 'spacing', counts: 'attempt', key: 'person', channels: ['phone'], ...change }),
    ]
    expect(decided(factsWith({ contacts }), spaced({ minutes: 60 }), NOON)).toEqual({
      verdict: 'defer',
      until: '2026-11-23T17:30:00Z',
      codes: ['too_soon'],
    })
    expect(decided(factsWith({ contacts }), spaced({ days: 2 }), NOON).until).toBe('2026-11-25T05:00:00Z')
    expect(decided(factsWith({ contacts }), spaced({ minutes: 30 }), NOON).verdict).toBe('send')
  })
})
