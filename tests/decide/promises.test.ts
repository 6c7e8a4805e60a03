import { describe, expect, it } from 'vitest'
import { decide } from '../../src/decide/decide.ts'
import type { Facts, HoldFacts, SuppressionFacts, SystemFacts } from '../../src/model/facts.ts'
import { DAY, HOUR, MINUTE } from '../../src/model/time.ts'
import { KINDS, RECIPIENT_REASONS } from '../../src/model/vocabulary.ts'
import { at, contactWith, DAYTIME, decided, factsWith, packOf, type Stated } from './case-of.ts'

const NOON = '2026-11-23T17:00:00Z'
const CLOSES = '2026-11-24T02:00:00Z'
const packs = [packOf(DAYTIME)]
const hold = (hold: Partial<HoldFacts>): Stated => ({
  rest: { holds: [{ kind: 'dispute', account: null, from: 0, until: null, ...hold }] },
})
const stop = (stop: Partial<SuppressionFacts>): Stated => ({
  rest: {
    suppressions: [{ scope: 'all', channel: null, address: null, reason: 'opt-out', from: null, until: null, ...stop }],
    address: ADDRESS,
  },
})
const ADDRESS = { id: 'number', kind: null, relation: null, country: null, zones: [], subdivisions: [] }
const codes = (stated: Stated): string[] => decided(factsWith(stated), packs, NOON).codes

describe('without anything in the way', () => {
  it('a reminder goes out until the hours end', () => {
    expect(decided(factsWith(), packs, NOON)).toEqual({ verdict: 'send', until: CLOSES, codes: [] })
  })
})

describe('a hold', () => {
  it('without an end refuses, with one defers, and in the future ends the time to send', () => {
    expect(decided(factsWith(hold({})), packs, NOON)).toEqual({ verdict: 'refuse', until: null, codes: ['on_hold'] })
    expect(decided(factsWith(hold({ until: at('2026-11-23T20:00:00Z') })), packs, NOON)).toEqual({
      verdict: 'defer',
      until: '2026-11-23T20:00:00Z',
      codes: ['on_hold'],
    })
    expect(decided(factsWith(hold({ from: at('2026-11-23T20:00:00Z') })), packs, NOON)).toEqual({
      verdict: 'send',
      until: '2026-11-23T20:00:00Z',
      codes: [],
    })
  })

  it('that ends at night defers to the morning after', () => {
    expect(decided(factsWith(hold({ until: at('2026-11-24T04:00:00Z') })), packs, NOON).until).toBe(
      '2026-11-24T13:00:00Z',
    )
  })

  it('on another account does not matter', () => {
    expect(codes(hold({ account: 'other' }))).toEqual([])
    expect(codes(hold({ account: 'a' }))).toEqual(['on_hold'])
  })

  it('for a payment in flight or facts in conflict says so', () => {
    expect(codes(hold({ kind: 'payment-pending' }))).toEqual(['payment_pending'])
    expect(codes(hold({ kind: 'facts-conflict' }))).toEqual(['facts_conflict'])
  })
})

describe('a hold of one channel', () => {
  it('holds that channel, and leaves the others', () => {
    expect(codes(hold({ kind: 'reply', channel: 'phone' }))).toEqual(['on_hold'])
    expect(codes(hold({ kind: 'reply', channel: 'sms' }))).toEqual([])
  })

  it('lets the reminder wait until somebody has read the reply, where other open holds refuse it', () => {
    expect(decided(factsWith(hold({ kind: 'reply', channel: 'phone' })), [], NOON).verdict).toBe('defer')
    expect(decided(factsWith(hold({ kind: 'manual' })), [], NOON).verdict).toBe('refuse')
  })
})

describe('a stop', () => {
  it('covers everything, a channel, or one address', () => {
    expect(codes(stop({ scope: 'all' }))).toEqual(['suppressed'])
    expect(codes(stop({ scope: 'channel', channel: 'phone' }))).toEqual(['suppressed'])
    expect(codes(stop({ scope: 'channel', channel: 'sms' }))).toEqual([])
    expect(codes(stop({ scope: 'address', address: 'number' }))).toEqual(['suppressed'])
    expect(codes(stop({ scope: 'address', address: 'another' }))).toEqual([])
  })

  it('of texts to a number leaves calls to it, but a wrong number is wrong on every channel', () => {
    expect(codes(stop({ scope: 'address', address: 'number', channel: 'sms' }))).toEqual([])
    expect(codes(stop({ scope: 'address', address: 'number', channel: 'sms', reason: 'wrong-number' }))).toEqual([
      'suppressed',
    ])
  })

  it.each(RECIPIENT_REASONS)(
    'for %s is about the person: it reaches them at every address and on every channel, wherever it was recorded',
    (reason) => {
      expect(codes(stop({ scope: 'address', address: 'another', reason }))).toEqual(['suppressed'])
      expect(codes(stop({ scope: 'address', address: 'another', channel: 'email', reason }))).toEqual(['suppressed'])
      expect(codes(stop({ scope: 'channel', channel: 'email', reason }))).toEqual(['suppressed'])
    },
  )

  it('about another person who has the number too concerns that number alone, on every channel', () => {
    const other = { scope: 'address', reason: 'deceased', otherRecipient: true } as const
    expect(codes(stop({ ...other, address: 'number', channel: 'sms' }))).toEqual(['suppressed'])
    expect(codes(stop({ ...other, address: 'another' }))).toEqual([])
  })

  it('by opt-out may be confirmed; after a death nothing is', () => {
    const confirming = { reminder: { kind: 'confirmation' as const } }
    expect(codes({ ...stop({ reason: 'opt-out' }), ...confirming })).toEqual([])
    expect(codes({ ...stop({ reason: 'deceased' }), ...confirming })).toEqual(['suppressed'])
    expect(codes({ ...stop({ reason: 'cease' }), reminder: { kind: 'required-notice' } })).toEqual([])
  })

  it('counts as soon as a death is reported, before anybody has recorded the stop', () => {
    expect(codes({ rest: { events: [{ type: 'deceased', kind: null, at: at(NOON) - DAY, account: null }] } })).toEqual([
      'suppressed',
    ])
    expect(
      codes({
        rest: { events: [{ type: 'deceased', kind: null, at: at(NOON) - DAY, account: 'another account of theirs' }] },
      }),
    ).toEqual(['suppressed'])
  })
})

describe('what we know', () => {
  it('a closed account is not reminded of, though the payment may be confirmed', () => {
    expect(codes({ account: { state: 'settled' } })).toEqual(['account_closed'])
    expect(codes({ account: { state: 'settled' }, reminder: { kind: 'confirmation' } })).toEqual([])
  })

  it('a balance past its bound is stale, and one about to be ends the time to send', () => {
    const stale = { account: { asOf: at(NOON) - 3 * HOUR, freshForMs: 2 * HOUR } }
    expect(codes(stale)).toEqual(['stale_balance'])
    expect(codes({ account: { asOf: null, freshForMs: HOUR } })).toEqual(['stale_balance'])
    expect(decide(factsWith({ account: { asOf: at(NOON), freshForMs: 2 * HOUR } }), packs, at(NOON)).until).toBe(
      at(NOON) + 2 * HOUR + 1,
    )
  })

  it('a balance dated in the future is not known: nothing is sent on it, however fresh, and not on that day either', () => {
    for (const asOf of [at(NOON) + 6 * MINUTE, at('2027-11-23T20:00:00Z')]) {
      expect(codes({ account: { asOf, freshForMs: null } })).toEqual(['facts_conflict'])
      expect(codes({ account: { asOf, freshForMs: 2 * HOUR } })).toEqual(['facts_conflict', 'stale_balance'])
      expect(decide(factsWith({ account: { asOf, freshForMs: null } }), packs, at(NOON))).toMatchObject({
        verdict: 'refuse',
        until: null,
      })
    }
    expect(codes({ account: { asOf: at(NOON) + 5 * MINUTE, freshForMs: 2 * HOUR } })).toEqual([])
  })

  it('facts about a person dated in the future are not known: nobody is contacted by them, on that day either', () => {
    for (const asOf of [at(NOON) + 6 * MINUTE, at('2027-11-23T20:00:00Z')])
      expect(codes({ recipient: { asOf } })).toEqual(['facts_conflict'])
    for (const asOf of [at(NOON) + 4 * MINUTE, at(NOON) - DAY, null]) expect(codes({ recipient: { asOf } })).toEqual([])
  })

  it('a balance that is fresh tonight and stale in the morning is deferred, not refused: it may be renewed', () => {
    const facts = factsWith({ account: { asOf: at('2026-11-24T03:00:00Z'), freshForMs: 2 * HOUR } })
    expect(decided(facts, packs, '2026-11-24T03:00:00Z')).toEqual({
      verdict: 'defer',
      until: '2026-11-24T13:00:00Z',
      codes: ['outside_contact_window'],
    })
  })

  it('a deadline that has passed', () => {
    expect(codes({ reminder: { expiresAt: at(NOON) } })).toEqual(['expired'])
  })

  it("somebody else's address is never used", () => {
    expect(codes({ rest: { address: { ...ADDRESS, relation: 'guarantor' } } })).toEqual(['suppressed'])
    expect(codes({ rest: { address: { ...ADDRESS, relation: 'self' } } })).toEqual([])
  })

  it('a call in flight holds the next one', () => {
    expect(codes({ contacts: [{ at: at(NOON) - 60_000, outcome: 'pending' }] })).toEqual(['too_soon'])
    expect(codes({ reminder: { channel: 'sms' }, contacts: [{ at: at(NOON) - 60_000, outcome: 'pending' }] })).toEqual(
      [],
    )
  })

  it.each<[Partial<SystemFacts>, string]>([
    [{ testMode: true }, 'test_mode'],
    [{ switchedOff: 'paused' }, 'switched_off'],
    [{ clockUncertain: true }, 'clock_uncertain'],
    [{ routeProblem: 'no route' }, 'route_not_eligible'],
    [{ notRegistered: true }, 'not_registered'],
  ])('of the system itself: %o', (system, code) => {
    const quiet: SystemFacts = {
      testMode: false,
      switchedOff: null,
      clockUncertain: false,
      routeProblem: null,
      notRegistered: false,
      phoneInFlight: false,
    }
    expect(codes({ rest: { system: { ...quiet, ...system } } })).toEqual([code])
  })
})

describe('several objections at once', () => {
  it('are all listed, the binding one first; a refusal outranks a deferral', () => {
    const facts = factsWith({ ...hold({ until: at('2026-11-25T00:00:00Z') }), account: { state: 'cured' } })
    expect(decided(facts, packs, '2026-11-24T03:00:00Z')).toEqual({
      verdict: 'refuse',
      until: null,
      codes: ['account_closed', 'on_hold', 'outside_contact_window'],
    })
  })

  it('never throw, whatever the facts are', () => {
    const broken = { ...factsWith(), contacts: null } as unknown as Facts
    expect(
      decided(
        broken,
        [packOf({ shape: 'spacing', minutes: 5, counts: 'attempt', key: 'person', channels: ['phone'] })],
        NOON,
      ),
    ).toEqual({ verdict: 'refuse', until: null, codes: ['internal_error'] })
  })

  it('hold for every kind of message that no rule excuses', () => {
    for (const kind of KINDS)
      expect(decided(factsWith({ reminder: { kind } }), packs, '2026-11-24T03:00:00Z').codes).toEqual([
        'outside_contact_window',
      ])
  })
})

describe('a message about several accounts', () => {
  it('waits for the account whose cap binds longest', () => {
    const cap = packOf(DAYTIME, {
      shape: 'cap',
      limit: 1,
      window: { type: 'rolling-days', days: 3 },
      counts: 'attempt',
      key: 'account',
      channels: ['phone'],
    })
    const facts = factsWith({
      contacts: [
        { at: '2026-11-22T17:00:00Z', accounts: ['a'] },
        { at: '2026-11-21T17:00:00Z', accounts: ['b'] },
      ],
    })
    const both = {
      ...facts,
      accounts: [...facts.accounts, { ...(facts.accounts[0] as Facts['accounts'][number]), id: 'b' }],
    }
    expect(decided(both, [cap], NOON).until).toBe('2026-11-25T13:00:00Z')
    expect(decided({ ...both, accounts: [both.accounts[1] as Facts['accounts'][number]] }, [cap], NOON).until).toBe(
      '2026-11-24T13:00:00Z',
    )
  })

  it('counts a contact that names no account for all of them, and one to another person with the number for the number alone', () => {
    const perAccount = packOf({
      shape: 'cap',
      limit: 1,
      window: { type: 'calendar-day' },
      counts: 'attempt',
      key: 'account',
      channels: ['phone'],
    })
    const perNumber = packOf({
      shape: 'cap',
      limit: 1,
      window: { type: 'calendar-day' },
      counts: 'attempt',
      key: 'address',
      channels: ['phone'],
    })
    const unnamed = contactWith({ at: NOON, accounts: [] })
    const neighbour = contactWith({ at: NOON, address: 'number', otherRecipient: true })
    expect(decided(factsWith({ rest: { contacts: [unnamed] } }), [perAccount], NOON).codes).toEqual(['cap_reached'])
    expect(decided(factsWith({ rest: { contacts: [neighbour], address: ADDRESS } }), [perAccount], NOON).codes).toEqual(
      [],
    )
    expect(decided(factsWith({ rest: { contacts: [neighbour], address: ADDRESS } }), [perNumber], NOON).codes).toEqual([
      'cap_reached',
    ])
  })
})

describe('the same words', () => {
  const quiet: SystemFacts = {
    testMode: false,
    switchedOff: null,
    clockUncertain: false,
    routeProblem: null,
    notRegistered: false,
    phoneInFlight: false,
  }
  const same = (kind: (typeof KINDS)[number]) => {
    const facts = factsWith({
      rest: { system: { ...quiet, sameWordsAs: { reminderId: 'first', at: at('2026-11-23T16:59:59Z') } } },
    })
    return decide({ ...facts, reminder: { ...facts.reminder, kind } }, packs, at(NOON))
  }

  it('end a reminder and name the first', () => {
    expect(same('reminder')).toMatchObject({
      verdict: 'refuse',
      until: null,
      reasons: [{ code: 'too_soon', rule: 'decorum/same-words', reminderId: 'first' }],
    })
  })

  it('end nothing that the law asks for or the person waits for', () => {
    for (const kind of KINDS.filter((one) => one !== 'reminder')) expect(same(kind).verdict).toBe('send')
  })
})
