import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { REJECTION_CLASSES } from '../../src/model/delivery.ts'
import { addressSuppression, type Channel, CHANNELS, HOLD_KINDS, suppressionAfter } from '../../src/model/vocabulary.ts'
import {
  type Carrier,
  carrierOf,
  concernsChannel,
  type FailedReminder,
  lapseOf,
  nextOnFallback,
  reminderFromPlan,
  uniqueKeyOf,
} from '../../src/plan/fallback.ts'
import type { RecipientPlan, PlannedReminder } from '../../src/plan/recipient-plan.ts'

const NOW = Date.UTC(2026, 10, 27, 8)
const channel = fc.constantFrom(...CHANNELS)
const channels = fc.uniqueArray(channel)
const linked = fc.uniqueArray(
  fc.record({
    accountId: fc.string({ minLength: 1 }),
    spellId: fc.option(fc.uuid()),
    pass: fc.nat(5),
    lead: fc.boolean(),
  }),
  { minLength: 1, maxLength: 4, selector: ({ accountId }) => accountId },
)

describe('the key that keeps a step from being owed twice', () => {
  it('does not turn on the order of the accounts, nor on which of them leads', () => {
    fc.assert(
      fc.property(fc.uuid(), linked, fc.string(), channel, (recipient, accounts, rung, on) => {
        const turned = [...accounts].reverse().map((account) => ({ ...account, lead: !account.lead }))
        expect(uniqueKeyOf(recipient, turned, rung, on)).toBe(uniqueKeyOf(recipient, accounts, rung, on))
      }),
    )
  })

  it('is another for another recipient, account, spell, pass, rung or channel', () => {
    fc.assert(
      fc.property(fc.uuid(), linked, fc.string(), channel, (recipient, accounts, rung, on) => {
        const [first, ...others] = accounts as [(typeof accounts)[number], ...typeof accounts]
        const keys = [
          uniqueKeyOf(recipient, accounts, rung, on),
          uniqueKeyOf(`${recipient}x`, accounts, rung, on),
          uniqueKeyOf(recipient, accounts, `${rung}x`, on),
          uniqueKeyOf(recipient, [{ ...first, accountId: `${first.accountId}x` }, ...others], rung, on),
          uniqueKeyOf(recipient, [{ ...first, spellId: `${first.spellId ?? ''}x` }, ...others], rung, on),
          uniqueKeyOf(recipient, [{ ...first, pass: first.pass + 1 }, ...others], rung, on),
          ...CHANNELS.filter((other) => other !== on).map((other) => uniqueKeyOf(recipient, accounts, rung, other)),
        ]
        expect(new Set(keys).size).toBe(keys.length)
      }),
    )
  })

  it('is what the ledger holds already: reminders that wait through a release are not owed again', () => {
    expect(
      uniqueKeyOf(
        'r',
        [
          { accountId: 'b', spellId: null, pass: 0 },
          { accountId: 'a', spellId: 's', pass: 1 },
        ],
        'd1',
        'sms',
      ),
    ).toBe('550d67253636aa4a9385d64b0cd48a05e67e41e398c7b7f87f8ffdff18ec7543')
  })
})

describe('the reminder that a step of the plan owes', () => {
  const planned = (accountIds: string[], over: Partial<PlannedReminder> = {}): PlannedReminder => ({
    accountIds,
    leadAccountId: accountIds[0] as string,
    spellId: 's-a',
    pass: 1,
    rung: 'd1',
    ladder: { id: 'l', version: 'v' },
    tone: 'gentle',
    kind: 'reminder',
    mode: 'automated',
    channels: ['sms', 'phone'],
    template: 't',
    dueAt: NOW,
    expiresAt: NOW + 1_000,
    ...over,
  })
  const account = (id: string, live = true) => ({
    id,
    live,
    ladder: `ladder of ${id}`,
    ladderVersion: `version of ${id}`,
    spellId: `s-${id}`,
    pass: 3,
    product: 'loan',
  })
  const accounts = (...all: ReturnType<typeof account>[]) => new Map(all.map((one) => [one.id, one]))
  const bySms: Carrier = { channel: 'sms', route: 'sms-main', fallbackChannels: ['phone'] }

  it('waits from its due date under the lead’s ladder, for every account with its own spell and pass', () => {
    const owed = reminderFromPlan('r', planned(['a', 'b']), accounts(account('a'), account('b')), () => bySms)
    expect(owed).toEqual({
      ...bySms,
      live: true,
      origin: 'ladder',
      kind: 'reminder',
      mode: 'automated',
      tone: 'gentle',
      template: 't',
      ladder: 'ladder of a',
      ladderVersion: 'version of a',
      rung: 'd1',
      dueAt: NOW,
      nextAt: NOW,
      expiresAt: NOW + 1_000,
      uniqueKey: uniqueKeyOf('r', owed.accounts, 'd1', 'sms'),
      accounts: [
        { accountId: 'a', spellId: 's-a', pass: 3, lead: true },
        { accountId: 'b', spellId: 's-b', pass: 3, lead: false },
      ],
    })
  })

  it('is live only where all of its accounts are', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }), (lives) => {
        const all = lives.map((live, i) => account(`a${i}`, live))
        expect(reminderFromPlan('r', planned(all.map(({ id }) => id)), accounts(...all), () => bySms).live).toBe(
          lives.every(Boolean),
        )
      }),
    )
  })

  it('goes where the lead’s account is served', () => {
    reminderFromPlan('r', planned(['b', 'a']), accounts(account('a'), account('b')), (lead, wanted) => {
      expect([lead.id, wanted]).toEqual(['b', ['sms', 'phone']])
      return bySms
    })
  })

  it('cannot be without a channel', () => {
    expect(() => reminderFromPlan('r', planned(['a'], { channels: [] }), accounts(account('a')), () => null)).toThrow(
      RangeError,
    )
  })
})

describe('what carries a rung out', () => {
  const plan = {
    reminders: [{ accountIds: ['x'] }, { accountIds: ['a', 'b'] }],
    tasks: [{ steps: [{ rung: 'call', accountId: 'a' }] }],
    handOffProposals: [{ accountId: 'c' }],
  } as unknown as RecipientPlan
  it.each([
    [
      'a gathered reminder, whichever account’s rung it is',
      { outcome: 'planned', rung: 'd3', accountId: 'b' },
      { kind: 'reminder', index: 1 },
    ],
    [
      'a step for people, before a reminder about the same account',
      { outcome: 'planned', rung: 'call', accountId: 'a' },
      { kind: 'task', index: 0 },
    ],
    [
      'a proposal to hand off',
      { outcome: 'planned', rung: 'hand-off', accountId: 'c' },
      { kind: 'hand-off', index: 0 },
    ],
    ['nothing, when it was left out', { outcome: 'skipped', rung: 'd3', accountId: 'b' }, null],
    ['no reminder, when it is a hand-off', { outcome: 'planned', rung: 'hand-off', accountId: 'a' }, null],
  ] as const)('%s', (_what, record, carrier) => {
    expect(carrierOf(record, plan)).toEqual(carrier)
  })
})

describe('the reminder that follows one which could not be carried', () => {
  const failed = (over: Partial<FailedReminder> = {}): FailedReminder => ({
    id: 'm-1',
    recipientId: 'r',
    live: true,
    origin: 'ladder',
    kind: 'reminder',
    mode: 'automated',
    tone: 'gentle',
    fallbackChannels: ['phone', 'email'],
    template: 't',
    ladder: 'l',
    ladderVersion: 'v',
    rung: 'd1',
    dueAt: NOW - 5_000,
    expiresAt: NOW + 5_000,
    accounts: [{ accountId: 'a', spellId: 's', pass: 2, lead: true }],
    ...over,
  })
  const served = (on: Channel) => `${on}-main`

  it('is the same step on the next channel, decided at once, due and over when the first was', () => {
    const { id: _, recipientId: __, ...step } = failed()
    expect(nextOnFallback(failed(), 'provider_refused', NOW, served)).toEqual({
      ...step,
      channel: 'phone',
      route: 'phone-main',
      fallbackChannels: ['email'],
      nextAt: NOW,
      uniqueKey: uniqueKeyOf('r', step.accounts, 'd1', 'phone'),
    })
  })

  it('names only what is served, in order of preference, and never a channel that was tried', () => {
    fc.assert(
      fc.property(channels, channels, (further, withRoute) => {
        let step = nextOnFallback(failed({ fallbackChannels: further }), 'suppressed', NOW, (on) =>
          withRoute.includes(on) ? served(on) : null,
        )
        const tried: Channel[] = []
        while (step !== null) {
          tried.push(step.channel)
          step = nextOnFallback({ ...step, id: 'm-2', recipientId: 'r' }, 'suppressed', NOW, served)
        }
        expect(tried).toEqual(further.filter((on) => withRoute.includes(on)))
      }),
    )
  })

  it('is none where the end concerns more than the channel', () => {
    for (const reason of [
      'expired',
      'cured',
      'cap_reached',
      'too_soon',
      'outside_hours',
      'on_hold',
      'suppressed_person',
      'missing_facts',
    ]) {
      expect(concernsChannel(reason), reason).toBe(false)
      expect(nextOnFallback(failed(), reason, NOW, served), reason).toBeNull()
    }
  })

  it('is none from the deadline on', () => {
    fc.assert(
      fc.property(fc.integer({ min: -10_000, max: 10_000 }), (left) => {
        expect(nextOnFallback(failed({ expiresAt: NOW + left }), 'provider_refused', NOW, served) === null).toBe(
          left <= 0,
        )
      }),
      { examples: [[0], [1]] },
    )
  })

  it('of what was asked for directly is its own, for two may be about one account', () => {
    const direct = (id: string) =>
      nextOnFallback(
        failed({ id, origin: 'direct', rung: null, ladder: null, ladderVersion: null }),
        'suppressed',
        NOW,
        served,
      )?.uniqueKey
    expect(direct('m-1')).not.toBe(direct('m-2'))
  })
})

describe('a hold whose time is over', () => {
  const hold = fc.record({
    kind: fc.constantFrom(...HOLD_KINDS),
    account: fc.option(fc.uuid()),
    until: fc.option(fc.integer({ min: NOW - 1_000, max: NOW + 1_000 })),
  })

  it('lapses at its end and not before; an open one never does', () => {
    fc.assert(
      fc.property(hold, (held) => {
        expect(lapseOf(held, NOW) === null).toBe(held.until === null || held.until > NOW)
      }),
      {
        examples: [
          [{ kind: 'promise', account: null, until: NOW }],
          [{ kind: 'manual', account: null, until: NOW + 1 }],
        ],
      },
    )
  })

  it('breaks a promise, as of its last day, and nothing else', () => {
    fc.assert(
      fc.property(hold, (held) => {
        const lapse = lapseOf(held, NOW)
        if (lapse === null) return
        expect(lapse.event).toEqual(
          held.kind === 'promise'
            ? { type: 'promise-broken', kind: null, at: held.until, account: held.account }
            : null,
        )
        expect(lapse.endReason).toBe(held.kind === 'promise' ? 'promise not kept' : 'its term ended')
        expect(lapse.replan).toEqual({ account: held.account })
      }),
    )
  })
})

describe('an address that a provider refuses', () => {
  it('is stopped when it is bad, or its owner wants no more; any other refusal stops nothing', () => {
    expect(
      Object.fromEntries([null, ...REJECTION_CLASSES].map((rejection) => [rejection, suppressionAfter(rejection)])),
    ).toEqual({
      null: null,
      retriable: null,
      throttled: null,
      permanent: null,
      address: 'bad-address',
      'opted-out': 'opt-out',
      content: null,
      configuration: null,
    })
  })

  it('is stopped on every channel, until somebody lifts it', () => {
    expect(addressSuppression('bad-address')).toEqual({
      scope: 'address',
      channel: null,
      reason: 'bad-address',
      until: null,
    })
  })
})
