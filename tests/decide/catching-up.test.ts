import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide } from '../../src/decide/decide.ts'
import type { ContactFacts, Facts, ReminderFacts } from '../../src/model/facts.ts'
import { DAY, HOUR, MINUTE, type Instant } from '../../src/model/time.ts'
import { at, contactWith, DAYTIME, decided, factsWith, packOf, type Stated } from './case-of.ts'
import { wallOf } from './zone-oracle.ts'

const ZONE = 'Asia/Shanghai'
const packs = [packOf(DAYTIME)]
/** Due on Monday at ten; now it is Wednesday noon, after an outage. */
const DUE = '2026-11-23T02:00:00Z'
const NOW = '2026-11-25T04:00:00Z'
const TOMORROW = '2026-11-26T00:00:00Z'
const MORNING = '2026-11-25T01:00:00Z'

const late = (stated: Stated = {}): Facts =>
  factsWith({
    ...stated,
    reminder: { channel: 'sms', dueAt: at(DUE), ...stated.reminder },
    recipient: { jurisdiction: 'CN', timeZone: ZONE, ...stated.recipient },
  })
const ours = (over: Partial<ContactFacts> = {}): Stated['contacts'] => [
  { at: MORNING, channel: 'phone', outcome: 'delivered', by: 'decorum', mode: 'automated', ...over },
]
const WAITS = { verdict: 'defer', until: TOMORROW, codes: ['cap_reached'] }
const GOES = { verdict: 'send', until: '2026-11-25T13:00:00Z', codes: [] }

describe('a reminder that fell due on an earlier day', () => {
  it('goes on a day on which nothing of ours has gone to the person', () => {
    expect(decided(late(), packs, NOW)).toEqual(GOES)
    expect(decided(late({ contacts: ours({ at: at('2026-11-24T12:00:00Z') }) }), packs, NOW)).toEqual(GOES)
  })

  it('waits for the next day when something has, and the decision says which rule it is', () => {
    const facts = late({ contacts: ours() })
    expect(decided(facts, packs, NOW)).toEqual(WAITS)
    expect(decide(facts, packs, at(NOW)).reasons[0]).toMatchObject({
      rule: 'decorum/one-catch-up-a-day',
      pack: 'decorum',
      citation: 'Decorum: what is late goes one message a day, on a day without another',
    })
  })

  it.each<[string, Partial<ContactFacts>, typeof WAITS | typeof GOES]>([
    ['about another account of the person', { accounts: ['b'] }, WAITS],
    ['about no account in particular', { accounts: [] }, WAITS],
    ['that nobody answered', { outcome: 'no-answer' }, WAITS],
    ['that is on its way', { outcome: 'pending' }, WAITS],
    ['that is in doubt', { outcome: 'in-doubt' }, WAITS],
    ['that does not say who made it', { by: null }, WAITS],
    ['that never reached its address', { outcome: 'failed' }, GOES],
    ['of a person at an agency', { by: 'agency-1', mode: 'agent' }, GOES],
    ['from the person', { direction: 'inbound', outcome: 'conversation' }, GOES],
    ['to somebody else with the same number', { otherRecipient: true }, GOES],
  ])('after a contact %s', (_which, contact, expected) => {
    expect(decided(late({ contacts: ours(contact) }), packs, NOW)).toEqual(expected)
  })

  it('waits on a day that planning took for a step it caught up, before that step has gone', () => {
    expect(decided(late({ recipient: { caughtUpOn: '2026-11-25' } }), packs, NOW)).toEqual(WAITS)
    expect(decided(late({ recipient: { caughtUpOn: '2026-11-24' } }), packs, NOW)).toEqual(GOES)
  })

  it('is refused once its deadline has passed, and waits no longer than that', () => {
    expect(decided(late({ reminder: { expiresAt: at(NOW) }, contacts: ours() }), packs, NOW)).toEqual({
      verdict: 'refuse',
      until: null,
      codes: ['expired', 'cap_reached'],
    })
  })

  it('counts days where the person is, and where they may be in several places the last day to end', () => {
    const abroad = {
      jurisdiction: 'US-NY',
      timeZone: 'America/New_York',
      locationEvidence: [{ kind: 'postal-address', jurisdiction: 'US-CA', timeZone: null, at: 0 }],
    }
    const facts = late({
      reminder: { dueAt: at('2026-11-23T20:00:00Z') },
      recipient: abroad,
      contacts: ours({ at: at('2026-11-24T17:00:00Z') }),
    })
    expect(decided(facts, packs, '2026-11-24T18:00:00Z')).toEqual({
      verdict: 'defer',
      until: '2026-11-25T16:00:00Z',
      codes: ['cap_reached'],
    })
  })
})

describe('nothing is kept back', () => {
  it.each<[string, Partial<ReminderFacts>]>([
    ['that fell due today, though something late has gone', { dueAt: at('2026-11-25T02:00:00Z') }],
    ['that is no reminder of ours, such as a call for which a permit is asked', { dueAt: null }],
    ['that law asks for', { kind: 'required-notice' }],
    ['that confirms what the person said', { kind: 'confirmation' }],
    ['that serves the person', { kind: 'service' }],
  ])('%s', (_which, reminder) => {
    expect(decided(late({ reminder, contacts: ours(), recipient: { caughtUpOn: '2026-11-25' } }), packs, NOW)).toEqual(
      GOES,
    )
  })

  it('before its day is over, though a clock that ran ahead recorded a contact of the next day: that one counts from midnight', () => {
    const facts = late({
      reminder: { dueAt: at('2026-11-25T02:00:00Z') },
      contacts: ours({ at: at('2026-11-26T02:00:00Z') }),
    })
    expect(decided(facts, [], NOW)).toEqual({ verdict: 'send', until: '2026-11-25T16:00:00Z', codes: [] })
    expect(decided(facts, packs, '2026-11-25T16:00:00Z')).toEqual({
      verdict: 'defer',
      until: '2026-11-27T00:00:00Z',
      codes: ['cap_reached', 'outside_contact_window'],
    })
  })
})

describe('whatever piled up during an outage', () => {
  const zones = ['Asia/Shanghai', 'America/New_York', 'Pacific/Apia', 'Africa/Casablanca', 'Australia/Lord_Howe']
  const backlog = fc.record({
    back: fc.integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2027, 0, 1) }),
    zone: fc.constantFrom(...zones),
    waiting: fc.array(
      fc.record({ lateBy: fc.integer({ min: 0, max: 6 * DAY }), lasts: fc.integer({ min: 1, max: 6 * DAY }) }),
      { minLength: 2, maxLength: 6 },
    ),
    looks: fc.array(fc.integer({ min: 5, max: 9 * 60 }), { minLength: 40, maxLength: 40 }),
  })

  it('goes at most one late message a day, each decided until it goes or its deadline ends it', () => {
    fc.assert(
      fc.property(backlog, ({ back, zone, waiting, looks }) => {
        const dayOf = (instant: Instant): string => wallOf(zone, instant).day
        const contacts: ContactFacts[] = []
        const lateDays: string[] = []
        let left = waiting.map(({ lateBy, lasts }) => ({ dueAt: back - lateBy, expiresAt: back + lasts }))
        let now = back
        for (const minutes of looks) {
          left = left.filter((one) => {
            const facts = factsWith({
              reminder: { channel: 'sms', ...one },
              recipient: { jurisdiction: null, timeZone: zone },
            })
            const decision = decide({ ...facts, contacts }, packs, now)
            if (decision.verdict === 'refuse') expect(now).toBeGreaterThanOrEqual(one.expiresAt)
            if (decision.verdict === 'defer') expect(decision.until).toBeGreaterThan(now)
            if (decision.verdict !== 'send') return decision.verdict !== 'refuse'
            if (dayOf(now) !== dayOf(one.dueAt)) lateDays.push(dayOf(now))
            contacts.push(
              contactWith({ at: now, channel: 'sms', outcome: 'pending', by: 'decorum', mode: 'automated' }),
            )
            return false
          })
          now += minutes * MINUTE
        }
        expect(new Set(lateDays).size).toBe(lateDays.length)
        if (now > back + 6 * DAY + 24 * HOUR) expect(left).toEqual([])
      }),
      { numRuns: 300 },
    )
  })
})
