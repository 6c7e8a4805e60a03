import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Decision } from '../../src/model/decision.ts'
import { CHANNELS } from '../../src/model/vocabulary.ts'
import type { Facts } from '../../src/model/facts.ts'
import { HOUR } from '../../src/model/time.ts'
import { decideWithWords, type WordsQuestion, wordsObjection } from '../../src/pipeline/dispatch/words.ts'
import { routeProblemOf } from '../../src/pipeline/dispatch/facts.ts'
import { NO_ROUTE } from '../../src/pipeline/routing.ts'
import type { EarlierMessage } from '../../src/record/dispatch/decision-inputs.ts'

const NOW = Date.UTC(2026, 10, 27, 4)

const facts = (over: Partial<Facts['reminder']> = {}, system: Partial<Facts['system'] & object> = {}): Facts => ({
  reminder: {
    channel: 'sms',
    tone: 'gentle',
    kind: 'reminder',
    mode: 'automated',
    expiresAt: NOW + 24 * HOUR,
    dueAt: NOW,
    ...over,
  },
  address: { id: 'n-1', kind: 'mobile', relation: 'self', country: 'CN', zones: [], subdivisions: [] },
  recipient: { id: 'r-1', timeZone: 'Asia/Shanghai', jurisdiction: 'CN', locationEvidence: [], blockedTimes: [] },
  accounts: [
    {
      id: 'a-1',
      role: 'original-creditor',
      product: 'loan',
      dueDate: '2026-11-20',
      daysPastDue: 7,
      state: 'open',
      spell: 's',
      asOf: NOW,
      freshForMs: 48 * HOUR,
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
    ...system,
  },
})

const message = (over: Partial<EarlierMessage> = {}): EarlierMessage => ({
  reminderId: 'm-2',
  recipientId: 'r-1',
  live: true,
  origin: 'ladder',
  channel: 'sms',
  accountIds: ['a-1'],
  messageHash: 'same',
  at: new Date(NOW),
  ...over,
})
const told = message({ reminderId: 'm-1', at: new Date(NOW - HOUR) })

/** Asks without any pack, and counts how often words were made. */
function ask(over: Partial<WordsQuestion<{ hash: string }>> = {}) {
  let rendered = 0
  const decided = decideWithWords<{ hash: string }>({
    facts: facts(),
    packs: [],
    now: NOW,
    recipientId: 'r-1',
    earlier: { since: NOW - 20 * HOUR, messages: [] },
    messageOf: ({ hash }) => message({ messageHash: hash }),
    ...over,
    render: () => {
      rendered++
      return over.render?.() ?? { hash: 'same' }
    },
  })
  return { decided, rendered }
}
const rules = ({ decision }: { decision: Decision }) => decision.reasons.map(({ rule }) => rule)

describe('a reminder, asked about with its words', () => {
  it('goes when nothing objects, with what later ones are compared with', () => {
    expect(ask().decided).toMatchObject({
      goes: true,
      decision: { verdict: 'send' },
      words: { hash: 'same' },
      comparable: { messageHash: 'same' },
    })
  })

  it('is over when it tells the same again, and its facts say which message it repeats', () => {
    const { decided } = ask({ earlier: { since: NOW - 20 * HOUR, messages: [told] } })
    expect(decided).toMatchObject({
      goes: false,
      decision: { verdict: 'refuse' },
      facts: { system: { sameWordsAs: { reminderId: 'm-1', at: NOW - HOUR } } },
    })
    expect(rules(decided)).toEqual(['decorum/same-words'])
  })

  it('of other words, to others, on another channel, or longer ago goes', () => {
    for (const other of [
      { messageHash: 'other' },
      { recipientId: 'r-2' },
      { channel: 'email' as const },
      { at: new Date(NOW - 21 * HOUR) },
    ]) {
      expect(
        ask({ earlier: { since: NOW - 20 * HOUR, messages: [{ ...told, ...other }] } }).decided.goes,
        JSON.stringify(other),
      ).toBe(true)
    }
  })

  it('is compared only where it is a reminder: what the law demands is told as often as it comes', () => {
    expect(
      ask({ facts: facts({ kind: 'service' }), earlier: { since: NOW - 20 * HOUR, messages: [told] } }).decided,
    ).toMatchObject({ goes: true, comparable: null })
  })

  it('has no words made where none are needed: a refusal, or a wait that repeats nothing', () => {
    const stopped = facts({}, { switchedOff: 'paused' })
    expect(ask({ facts: facts({}, { routeProblem: 'no route serves sms here' }) }).rendered).toBe(0)
    expect(ask({ facts: stopped }).rendered).toBe(0)
  })

  it('ends for want of true words where the rules let it go', () => {
    const objection = wordsObjection({ kind: 'missing-facts', facts: ['dueDate'] })
    expect(ask({ render: () => ({ objection }) }).decided).toMatchObject({ goes: false, decision: objection })
  })
})

describe('whether a route can carry a reminder', () => {
  const sms = { route: 'sms-main', channel: 'sms' as const }
  it.each([
    ['no route serves it', { ...sms, route: NO_ROUTE }, true, undefined, 'no route serves sms here'],
    ['they have no address on it', sms, false, undefined, 'the recipient has no own address for sms'],
    ['nobody is called, and both are there', sms, true, undefined, null],
    [
      'the address cannot be read',
      sms,
      true,
      { to: null, carries: 'sms' },
      'the address cannot be read any more: the recipient was erased',
    ],
    [
      'the number is toll-free',
      sms,
      true,
      { to: '+18005550123', carries: 'sms' },
      'the number cannot belong to a person (toll-free, premium, excluded by its numbering plan)',
    ],
    [
      'the provider carries something else',
      sms,
      true,
      { to: '+8613800138000', carries: 'email' },
      'route sms-main does not carry sms',
    ],
    ['all is well', sms, true, { to: '+8613800138000', carries: 'sms' }, null],
  ] as const)('%s', (_what, reminder, hasAddress, call, problem) => {
    expect(routeProblemOf(reminder, hasAddress, call)).toBe(problem)
  })

  it('is answered alike where nobody is called, as far as it can be', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(NO_ROUTE, 'main'),
        fc.constantFrom(...CHANNELS),
        fc.boolean(),
        (route, channel, hasAddress) => {
          const to = channel === 'email' ? 'somebody@example.com' : '+8613800138000'
          expect(routeProblemOf({ route, channel }, hasAddress)).toBe(
            routeProblemOf({ route, channel }, hasAddress, { to, carries: channel }),
          )
        },
      ),
    )
  })
})
