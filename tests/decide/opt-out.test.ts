import { describe, expect, it } from 'vitest'
import { mayStartAgain, optOutOf, stopWordsOf } from '../../src/decide/content.ts'
import type { SuppressionFacts } from '../../src/model/facts.ts'
import { formatInstant } from '../../src/model/time.ts'
import { asksToStop } from '../../src/model/stop-words.ts'
import { at, decided, factsWith, packOf } from './case-of.ts'
import { compiledPacks, shippedPacks } from './packs.ts'

const shown = (scope: Parameters<typeof optOutOf>[0], asked: string, packs = compiledPacks) => {
  const { covers, honourBy, confirmUntil, rules } = optOutOf(scope, at(asked), packs)
  return {
    covers,
    honourBy: honourBy && formatInstant(honourBy),
    confirmUntil: confirmUntil && formatInstant(confirmUntil),
    rules: rules.map(({ rule }) => rule),
  }
}

describe('how far an opt-out reaches, and by when it binds (S16)', () => {
  it('ten business days in the United States, its own day not counted, and a confirmation within five minutes', () => {
    // Monday 23 November 18:00Z in New York: Tuesday is the first, Monday 7 December the tenth.
    expect(
      shown({ jurisdictions: ['US-NY'], roles: ['original-creditor'], channels: ['sms'] }, '2026-11-23T18:00:00Z'),
    ).toEqual({
      covers: 'channel',
      honourBy: '2026-12-08T05:00:00Z',
      confirmUntil: '2026-11-23T18:05:00Z',
      rules: ['us-nyc/opt-out-per-medium', 'us-tcpa/revocation'],
    })
  })

  it('a weekend is no business day, and a holiday is taken for one', () => {
    const pack = packOf({ shape: 'opt-out', effectWithin: 'one business day', withinBusinessDays: 1 })
    expect(shown({ jurisdictions: ['CN'] }, '2026-11-27T10:00:00Z', [pack]).honourBy).toBe('2026-11-30T16:00:00Z')
    expect(shown({ jurisdictions: ['CN'] }, '2026-09-30T10:00:00Z', [pack]).honourBy).toBe('2026-10-01T16:00:00Z')
  })

  it('no time where no law names one', () => {
    expect(shown({ jurisdictions: ['JP'] }, '2026-11-23T18:00:00Z')).toEqual({
      covers: 'address',
      honourBy: null,
      confirmUntil: null,
      rules: [],
    })
  })
})

describe('an opt-out that law reads as one from the whole channel', () => {
  const stop = (change: Partial<SuppressionFacts>): SuppressionFacts => ({
    scope: 'address',
    channel: 'email',
    address: 'old',
    reason: 'opt-out',
    from: null,
    until: null,
    ...change,
  })
  const asked = (covers: string, suppression: SuppressionFacts, kind: 'reminder' | 'confirmation' = 'reminder') =>
    decided(
      factsWith({
        reminder: { channel: 'email', kind },
        rest: {
          suppressions: [suppression],
          address: { id: 'new', kind: null, relation: null, country: null, zones: [], subdivisions: [] },
        },
      }),
      [packOf({ shape: 'opt-out', covers, effectWithin: 'at once' })],
      '2026-11-23T18:00:00Z',
    )

  it.each([
    ['another address of that channel', 'channel', stop({}), 'refuse'],
    ['not the other channels', 'channel', stop({ channel: 'sms' }), 'send'],
    ['all of them, where the record does not say which', 'channel', stop({ channel: null }), 'refuse'],
    ['everything, where law says all', 'all', stop({ channel: 'sms' }), 'refuse'],
    ['only the address, where it says no more', 'address', stop({}), 'send'],
    ['no wrong number', 'channel', stop({ reason: 'wrong-number' }), 'send'],
  ] as const)('stops %s', (_name, covers, suppression, verdict) => {
    expect(asked(covers, suppression).verdict).toBe(verdict)
  })

  it('and its confirmation still goes out', () => {
    expect(asked('channel', stop({}), 'confirmation').verdict).toBe('send')
  })
})

describe('START', () => {
  it('takes back an opt-out, unless the law of a place where the person may be asks for more', () => {
    const strict = packOf({
      shape: 'opt-out',
      effectWithin: 'at once',
      startLifts: false,
      when: { jurisdictions: ['CN'] },
    }).pack
    const may = (jurisdictions: string[] | null) =>
      mayStartAgain({ jurisdictions, channels: ['sms'] }, at('2026-11-23T18:00:00Z'), [strict])
    expect([may(['US-NY']), may(['CN']), may(null)]).toEqual([true, false, false])
    expect(mayStartAgain({ jurisdictions: null, channels: ['sms'] }, at('2026-11-23T18:00:00Z'), shippedPacks)).toBe(
      true,
    )
  })
})

describe('the words of the packs', () => {
  it('ask to stop as the built-in ones do', () => {
    const words = stopWordsOf(shippedPacks)
    for (const reply of ['R', ' r.', 'Opt out', 'revoke', 'STOP'])
      expect([reply, asksToStop(reply, words)]).toEqual([reply, true])
    for (const reply of ['', 'R u there', 'ok']) expect([reply, asksToStop(reply, words)]).toEqual([reply, false])
    expect(asksToStop('R')).toBe(false)
  })
})
