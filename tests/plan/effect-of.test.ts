import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY, type Instant, parseInstant } from '../../src/model/time.ts'
import { HOLD_KINDS, concernsRecipient, SUPPRESSION_REASONS, SUPPRESSION_SCOPES } from '../../src/model/vocabulary.ts'
import { type Effect, effectOf, type Fact, type FactContext, type OpenHold } from '../../src/plan/effect-of.ts'

const at = (text: string): Instant => parseInstant(text) as Instant
const NOW = at('2026-11-23T15:00:00Z')
const EARLIER = NOW - 2 * DAY

const known = (over: Partial<FactContext> = {}): FactContext => ({
  now: NOW,
  effectiveAt: NOW,
  bookZone: 'Asia/Shanghai',
  accounts: [{ id: 'a-1', overdueMinor: 12000 }],
  holds: [],
  heardBy: 'person',
  ...over,
})
const hold = (id: string, over: Partial<OpenHold> = {}): OpenHold => ({
  id,
  kind: 'promise',
  accountId: 'a-1',
  details: {},
  ...over,
})
const promise = (date: string): Fact => ({ type: 'promise', date: date as never, amountsMinor: {} })

const HOLDING: [
  Fact,
  { kind: string; accountId: string | null; until: Instant | null; details: Record<string, unknown> },
  Effect['replan'],
][] = [
  // The day is over at midnight in Shanghai, eight hours before it is in UTC.
  [
    promise('2026-11-30'),
    {
      kind: 'promise',
      accountId: 'a-1',
      until: at('2026-11-30T16:00:00Z'),
      details: { account: 'a-1', date: '2026-11-30', amountMinor: 12000 },
    },
    'accounts',
  ],
  [
    { type: 'promise-wish' },
    { kind: 'manual', accountId: 'a-1', until: NOW + 3 * DAY, details: { account: 'a-1', awaits: 'promise' } },
    'accounts',
  ],
  [
    { type: 'payment-pending', until: null },
    { kind: 'payment-pending', accountId: 'a-1', until: NOW + 3 * DAY, details: { account: 'a-1' } },
    'accounts',
  ],
  [
    { type: 'dispute', reference: 'D-7' },
    { kind: 'dispute', accountId: 'a-1', until: null, details: { account: 'a-1', reference: 'D-7' } },
    'accounts',
  ],
  [
    { type: 'legal-action', until: null, reference: null },
    { kind: 'legal-action', accountId: 'a-1', until: null, details: { account: 'a-1' } },
    'accounts',
  ],
  [
    { type: 'hardship', until: NOW + DAY },
    { kind: 'hardship', accountId: null, until: NOW + DAY, details: { account: 'a-1' } },
    'recipient',
  ],
  [
    { type: 'complaint', reference: null },
    { kind: 'complaint', accountId: null, until: null, details: { account: 'a-1' } },
    'recipient',
  ],
]

describe('what follows from a fact', () => {
  it.each(HOLDING)('$type holds what it is about from now on, and marks no contact', (fact, opened, replan) => {
    expect(effectOf(fact, known())).toMatchObject({
      opens: [{ ...opened, from: NOW }],
      ends: [],
      suppressions: [],
      tasks: [],
      excess: null,
      replan,
      isPast: false,
    })
  })

  it.each(HOLDING.filter(([{ type }]) => type !== 'promise-wish' && type !== 'payment-pending'))(
    '$type learnt late holds from when it took effect, and marks the contacts made since',
    (fact, { accountId }) => {
      const effect = effectOf(fact, known({ effectiveAt: EARLIER }))
      expect(effect.opens).toMatchObject([{ from: EARLIER }])
      expect(effect.excess).toEqual({
        accountIds: accountId === null ? null : ['a-1'],
        since: EARLIER,
        rule: `retroactive/${fact.type}`,
      })
    },
  )

  it('a fact about several accounts holds each of them; what concerns the recipient is held once', () => {
    const accounts = [
      { id: 'a-1', overdueMinor: 12000 },
      { id: 'a-2', overdueMinor: 500 },
    ]
    expect(
      effectOf(
        { type: 'promise', date: '2026-11-30' as never, amountsMinor: { 'a-2': 300 } },
        known({ accounts }),
      ).opens.map((one) => [one.accountId, one.details['amountMinor']]),
    ).toEqual([
      ['a-1', 12000],
      ['a-2', 300],
    ])
    expect(effectOf({ type: 'hardship', until: null }, known({ accounts })).opens).toHaveLength(1)
  })

  it('a promise ends the earlier promises of its accounts and the wish to promise, and no other hold', () => {
    const holds = [
      hold('earlier'),
      hold('of another account', { accountId: 'a-2' }),
      hold('a dispute', { kind: 'dispute' }),
      hold('of everything, opened on it', { accountId: null, details: { account: 'a-1' } }),
      hold('a wish', { kind: 'manual', details: { account: 'a-1', awaits: 'promise' } }),
      hold('an operator’s', { kind: 'manual' }),
    ]
    expect(effectOf(promise('2026-11-30'), known({ holds })).ends.map(({ id }) => id)).toEqual([
      'earlier',
      'of everything, opened on it',
      'a wish',
    ])
    for (const [fact] of HOLDING.slice(1)) expect(effectOf(fact, known({ holds })).ends, fact.type).toEqual([])
  })

  it.each([
    ['a promised day that is over', promise('2026-11-22')],
    ['a payment whose time has passed', { type: 'payment-pending', until: NOW - 1 } as Fact],
  ])('%s is recorded as past: it opens nothing, and leaves what stands', (_what, fact) => {
    expect(effectOf(fact, known({ effectiveAt: EARLIER, holds: [hold('earlier')] }))).toEqual({
      words: expect.stringMatching(/^recorded; /),
      opens: [],
      ends: [],
      suppressions: [],
      tasks: [],
      excess: null,
      replan: 'nothing',
      isPast: true,
    })
  })

  it('a promise for the day that is running in the creditor’s books is no past one', () => {
    // 23:00 in Shanghai.
    expect(effectOf(promise('2026-11-23'), known())).toMatchObject({
      isPast: false,
      opens: [{ until: at('2026-11-23T16:00:00Z') }],
    })
    expect(
      effectOf(
        promise('2026-11-23'),
        known({ now: at('2026-11-23T16:00:00Z'), effectiveAt: at('2026-11-23T16:00:00Z') }),
      ).isPast,
    ).toBe(true)
  })

  it.each<[Fact, number]>([
    [{ type: 'promise-wish' }, 1],
    [{ type: 'dispute', reference: null }, 1],
    [{ type: 'call-back' }, 1],
    [{ type: 'payment-pending', until: null }, 0],
    [{ type: 'stop', scope: 'channel', channel: 'phone', reason: 'opt-out' }, 0],
  ])(
    '$type that only a machine has heard is followed up by %i task, and otherwise has the same effect',
    (fact, tasks) => {
      const [byMachine, byRecipient] = [effectOf(fact, known({ heardBy: 'machine' })), effectOf(fact, known())]
      expect(byRecipient.tasks).toEqual([])
      expect(byMachine.tasks).toHaveLength(tasks)
      expect({ ...byMachine, tasks: [] }).toEqual(byRecipient)
    },
  )

  it('a reply that has to be read holds its channel until the task is done', () => {
    expect(
      effectOf({ type: 'unread-reply', channel: 'sms', instructions: 'Read it.' }, known({ heardBy: 'machine' })),
    ).toMatchObject({
      opens: [{ kind: 'reply', accountId: null, channel: 'sms', until: null, awaitsTask: true }],
      tasks: [{ kind: 'reply', channels: [], instructions: 'Read it.' }],
    })
  })

  it('a stop records one suppression; learnt late it marks contacts exactly where the whole recipient is stopped', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SUPPRESSION_SCOPES),
        fc.constantFrom(...SUPPRESSION_REASONS),
        fc.integer({ min: -5, max: 5 }),
        (scope, reason, days) => {
          const effectiveAt = NOW + days * DAY
          const effect = effectOf(
            { type: 'stop', scope, channel: scope === 'channel' ? 'sms' : null, reason },
            known({ effectiveAt }),
          )
          expect(effect).toMatchObject({ opens: [], ends: [], tasks: [], replan: 'recipient' })
          expect(effect.suppressions).toEqual([
            { scope, reason, channel: scope === 'channel' ? 'sms' : null, from: Math.min(NOW, effectiveAt) },
          ])
          expect(effect.excess !== null).toBe(days < 0 && (scope === 'all' || concernsRecipient(reason)))
        },
      ),
    )
  })

  it('whatever was said: no hold begins after now or ends before it, only promises end promises, and the words name nobody', () => {
    const facts = fc.constantFrom<Fact>(
      ...HOLDING.map(([fact]) => fact),
      promise('2026-11-01'),
      { type: 'payment-pending', until: NOW - DAY },
      { type: 'call-back' },
      { type: 'unread-reply', channel: 'sms', instructions: 'secret words' },
      { type: 'stop', scope: 'all', channel: null, reason: 'attorney' },
    )
    const holds = fc.array(
      fc.record({
        id: fc.uuid(),
        kind: fc.constantFrom(...HOLD_KINDS),
        accountId: fc.constantFrom(null, 'a-1', 'a-2'),
        details: fc.constantFrom({}, { account: 'a-1' }),
      }),
    )
    fc.assert(
      fc.property(
        facts,
        holds,
        fc.integer({ min: -90, max: 30 }),
        fc.constantFrom('person' as const, 'machine' as const),
        (fact, open, days, heardBy) => {
          const effect = effectOf(fact, known({ effectiveAt: NOW + days * DAY, holds: open, heardBy }))
          for (const one of effect.opens) {
            expect(one.from).toBeLessThanOrEqual(NOW)
            if (one.until !== null) expect(one.until).toBeGreaterThan(NOW)
          }
          const ended = new Set(effect.ends.map(({ id }) => id))
          expect(
            open
              .filter(({ id }) => ended.has(id))
              .every(({ kind, accountId }) => kind === 'promise' && accountId !== 'a-2'),
          ).toBe(true)
          if (fact.type !== 'promise') expect(ended.size).toBe(0)
          if (effect.isPast) expect([effect.opens, effect.ends, effect.excess]).toEqual([[], [], null])
          expect(effect.words).not.toMatch(/secret|a-1/)
        },
      ),
    )
  })
})
