import { describe, expect, it } from 'vitest'
import { contentOf, shortfallOf } from '../../src/decide/content.ts'
import { decide } from '../../src/decide/decide.ts'
import type { CarriedBlocks } from '../../src/model/template.ts'
import type { ReminderFacts } from '../../src/model/facts.ts'
import { at, decided, factsWith, packOf } from './case-of.ts'
import { compiledPacks } from './packs.ts'

const NOON = '2026-11-23T18:00:00Z'
const said = (
  message: CarriedBlocks['message'],
  voicemail: CarriedBlocks['voicemail'] = null,
): Partial<ReminderFacts> => ({ carries: { message, voicemail } })

describe('a message whose words fall short is refused (S18)', () => {
  const disclosed = [
    packOf({ shape: 'content', requires: ['debt-collector-disclosure', 'contact'], forbids: ['amount'] }),
  ]

  it.each<[string, Partial<ReminderFacts>, string]>([
    ['with all of it', said(['contact', 'debt-collector-disclosure', 'balance']), 'send'],
    ['without one part', said(['debt-collector-disclosure']), 'refuse'],
    ['with what must not be said', said(['contact', 'debt-collector-disclosure', 'amount']), 'refuse'],
    ['where nothing says what the words carry', {}, 'send'],
    ['where a person speaks', { carries: null }, 'send'],
  ])('%s', (_name, reminder, verdict) => {
    expect(decided(factsWith({ reminder }), disclosed, NOON)).toEqual({
      verdict,
      until: null,
      codes: verdict === 'send' ? [] : ['content_missing'],
    })
  })

  it('on a voicemail, by what is left there and nothing else', () => {
    const limited = [
      packOf({
        shape: 'content',
        part: 'voicemail',
        requires: ['business-name'],
        only: ['business-name', 'phone-number'],
      }),
    ]
    const verdict = (carries: CarriedBlocks): string =>
      decided(factsWith({ reminder: { carries } }), limited, NOON).verdict
    expect(verdict({ message: ['amount'], voicemail: ['business-name', 'phone-number'] })).toBe('send')
    expect(verdict({ message: ['amount'], voicemail: ['business-name', 'phone-number', 'amount'] })).toBe('refuse')
    expect(verdict({ message: ['business-name'], voicemail: ['phone-number'] })).toBe('refuse')
    expect(verdict({ message: [], voicemail: null })).toBe('send')
  })

  it('but not for guidance, which is reported elsewhere', () => {
    expect(
      decided(
        factsWith({ reminder: said([]) }),
        [packOf({ shape: 'content', requires: ['rights'], force: 'soft' })],
        NOON,
      ).verdict,
    ).toBe('send')
  })

  it('nor for what no words can show', () => {
    expect(
      shortfallOf({ part: 'message', requires: ['dlt-header', 'contact'] }, { message: [], voicemail: null }),
    ).toEqual({ missing: ['contact'], tooMuch: [] })
  })

  it('until an event shows that it was said, for every account', () => {
    const first = [
      packOf({ shape: 'content', requires: ['vat-statement'], satisfiedBy: { event: 'notice', kind: 'first-demand' } }),
    ]
    const facts = factsWith({ reminder: said([]) })
    const notice = { type: 'notice', kind: 'first-demand', at: at('2026-11-20T00:00:00Z'), account: 'a' }
    expect(decided({ ...facts, events: [notice] }, first, NOON).verdict).toBe('send')
    expect(decided({ ...facts, events: [{ ...notice, at: at('2026-11-24T00:00:00Z') }] }, first, NOON).verdict).toBe(
      'refuse',
    )
    expect(decided({ ...facts, events: null }, first, NOON).verdict).toBe('refuse')
    const two = {
      ...facts,
      accounts: [...facts.accounts, { ...(facts.accounts[0] as (typeof facts.accounts)[0]), id: 'b' }],
      events: [notice],
    }
    expect(decided(two, first, NOON).verdict).toBe('refuse')
  })

  it('a collector in the United States has to say that it is one, and decisions cite why', () => {
    const facts = factsWith({ reminder: { channel: 'email', ...said(['opt-out-instruction']) }, rest: { events: [] } })
    const { verdict, reasons } = decide(facts, compiledPacks, at(NOON))
    expect([verdict, reasons.map(({ rule, citation }) => [rule, citation])]).toEqual([
      'refuse',
      [['us-reg-f/debt-collector-disclosure', '15 USC 1692e(11); 12 CFR 1006.18(e)']],
    ])
    expect(
      decide(
        { ...facts, accounts: facts.accounts.map((account) => ({ ...account, role: 'original-creditor' as const })) },
        compiledPacks,
        at(NOON),
      ).verdict,
    ).toBe('send')
  })
})

describe('what messages must carry, by place, role and channel', () => {
  const rules = (scope: Parameters<typeof contentOf>[0], fit?: string): string[] =>
    contentOf(scope, compiledPacks, at(NOON))
      .filter((one) => fit === undefined || one.fit === fit)
      .map(({ rule }) => rule)

  it('is known for sure where the place, role and channel are', () => {
    const collector = {
      jurisdictions: ['US-NY'],
      roles: ['collector' as const],
      products: ['consumer-loan'],
      channels: ['email' as const],
    }
    expect(rules(collector, 'yes')).toEqual(['us-reg-f/opt-out-words', 'us-reg-f/debt-collector-disclosure'])
    expect(rules({ ...collector, roles: ['original-creditor'] })).toEqual([])
    expect(rules({ ...collector, channels: ['phone'] }, 'yes')).toEqual([
      'us-reg-f/debt-collector-disclosure',
      'us-reg-f/limited-content-voicemail',
    ])
  })

  it('and may be more where something is not', () => {
    expect(rules({ roles: ['collector'], channels: ['sms'] }, 'yes')).toEqual([])
    expect(rules({ roles: ['collector'], channels: ['sms'] }, 'maybe')).toEqual(
      expect.arrayContaining(['us-reg-f/opt-out-words', 'cn-sms/signature', 'de/first-demand', 'uk/debt-advice']),
    )
  })
})

describe('only those are contacted whom the law lets in (S19)', () => {
  const to = (relation: 'self' | 'guarantor' | 'spouse' | null) =>
    factsWith({ rest: { address: { id: 'n', kind: null, relation, country: null, zones: [], subdivisions: [] } } })
  const cited = (relation: Parameters<typeof to>[0], ...packs: ReturnType<typeof packOf>[]) =>
    decide(to(relation), packs, at(NOON)).reasons.map(({ rule, code }) => `${rule} ${code}`)
  const own = packOf({ shape: 'third-party', allowed: 'the debtor' })
  const guarantors = packOf({
    shape: 'third-party',
    relations: ['self', 'guarantor'],
    allowed: 'the debtor and the guarantor',
  })

  it('with the law’s rule beside our own promise, which lets in the borrower alone', () => {
    expect(cited('spouse', own)).toEqual(['decorum/own-address suppressed', 'test/rule-1 suppressed'])
    expect(cited('guarantor', own)).toEqual(['decorum/own-address suppressed', 'test/rule-1 suppressed'])
    expect(cited('guarantor', guarantors)).toEqual(['decorum/own-address suppressed'])
    expect(cited('self', own, guarantors)).toEqual([])
    expect(cited(null, own)).toEqual([])
  })
})
