import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluationContext } from '../../src/decide/evaluation-context.ts'
import { compileCondition, unmetPart } from '../../src/decide/condition.ts'
import { decide } from '../../src/decide/decide.ts'
import { explainDecision } from '../../src/decide/explain-decision.ts'
import { type DecisionExplanation, decisionExplanationSchema, type RuleDetail } from '../../src/model/explanation.ts'
import type { Facts } from '../../src/model/facts.ts'
import { DAY, formatInstant, MINUTE } from '../../src/model/time.ts'
import {
  CHANNELS,
  CONTACT_OUTCOMES,
  EVENT_TYPES,
  HOLD_KINDS,
  KINDS,
  MODES,
  ROLES,
  SUPPRESSION_REASONS,
  TONES,
} from '../../src/model/vocabulary.ts'
import { at, factsWith, packOf, type Stated } from './case-of.ts'
import { compiledPacks, shippedPacks } from './packs.ts'

const PATIENCE = 300_000
const PLACES = [
  'US-NY',
  'US-NY-NYC',
  'US-CA',
  'US-MA',
  'US-FL',
  'US-DC',
  'US',
  'CN',
  'GB',
  'AU-VIC',
  'CA-ON',
  'CO',
  'KR',
  'GR',
  'PH',
  'CL',
  'FR',
  'IN',
  'BR-SP',
  'MX',
  'HK',
]
const orNone = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })
const ago = fc.integer({ min: -DAY, max: 12 * DAY })

/** Cases all over the world with every kind of fact, stated or not. */
const cases = fc
  .integer({ min: Date.UTC(2026, 8, 1), max: Date.UTC(2027, 2, 1) })
  .map((n) => Math.floor(n / MINUTE) * MINUTE)
  .chain((now) =>
    fc.record({
      now: fc.constant(now),
      facts: fc
        .record({
          channel: fc.constantFrom(...CHANNELS),
          tone: fc.constantFrom(...TONES),
          kind: fc.constantFrom('reminder' as const, ...KINDS),
          mode: orNone(fc.constantFrom(...MODES)),
          carries: orNone(fc.constant({ message: [], voicemail: null })),
          role: fc.constantFrom(...ROLES),
          daysPastDue: orNone(fc.integer({ min: -3, max: 120 })),
          places: fc.uniqueArray(fc.constantFrom(...PLACES), { minLength: 0, maxLength: 2 }),
          stale: fc.boolean(),
          address: orNone(
            fc.record({
              kind: orNone(fc.constantFrom('mobile' as const, 'landline' as const, 'work' as const)),
              relation: orNone(fc.constantFrom('self' as const, 'spouse' as const)),
            }),
          ),
          contacts: fc.array(
            fc.record({
              ago,
              channel: fc.constantFrom(...CHANNELS),
              outcome: fc.constantFrom(...CONTACT_OUTCOMES),
              direction: fc.constantFrom('outbound' as const, 'inbound' as const),
            }),
            { maxLength: 10 },
          ),
          events: orNone(
            fc.array(
              fc.record({ type: fc.constantFrom(...EVENT_TYPES), ago, kind: fc.constantFrom(null, 'validation') }),
              { maxLength: 3 },
            ),
          ),
          hold: orNone(fc.record({ kind: fc.constantFrom(...HOLD_KINDS), ago })),
          stop: orNone(fc.record({ reason: fc.constantFrom(...SUPPRESSION_REASONS), ago })),
          consents: fc.array(
            fc.record({
              kind: fc.constantFrom(
                'contact-outside-hours',
                'exceed-cap',
                'artificial-voice',
                'autodialled-text',
                'electronic-contact',
              ),
              ago,
              channel: orNone(fc.constantFrom(...CHANNELS)),
            }),
            { maxLength: 3 },
          ),
          blocked: fc.boolean(),
        })
        .map((s): Facts =>
          factsWith({
            reminder: { channel: s.channel, tone: s.tone, kind: s.kind, mode: s.mode, carries: s.carries },
            recipient: {
              jurisdiction: s.places[0] ?? null,
              locationEvidence: s.places
                .slice(1)
                .map((jurisdiction) => ({ kind: 'postal-address', jurisdiction, timeZone: null, at: 1 })),
              blockedTimes: s.blocked
                ? [{ days: [1, 3, 5], from: '09:00', to: '17:30', channel: null, until: null }]
                : [],
            },
            account: {
              role: s.role,
              daysPastDue: s.daysPastDue,
              asOf: now - 2 * DAY,
              freshForMs: s.stale ? DAY : null,
            },
            contacts: s.contacts.map((c) => ({
              at: now - c.ago,
              channel: c.channel,
              outcome: c.outcome,
              direction: c.direction,
            })),
            rest: {
              address:
                s.address === null
                  ? null
                  : { id: 'number', ...s.address, country: 'US', zones: ['America/New_York'], subdivisions: ['US-NY'] },
              events: s.events?.map((e) => ({ type: e.type, kind: e.kind, at: now - e.ago, account: null })) ?? null,
              holds: s.hold === null ? [] : [{ kind: s.hold.kind, account: null, from: now - s.hold.ago, until: null }],
              suppressions:
                s.stop === null
                  ? []
                  : [
                      {
                        scope: 'all',
                        channel: null,
                        address: null,
                        reason: s.stop.reason,
                        from: now - s.stop.ago,
                        until: null,
                      },
                    ],
              consents: s.consents.map((c) => ({
                kind: c.kind,
                channel: c.channel,
                address: null,
                from: now - c.ago,
                until: null,
              })),
            },
          }),
        ),
    }),
  )

const objecting = (explanation: DecisionExplanation) => explanation.rules.filter((rule) => rule.verdict === 'objects')
const ruleOf = (explanation: DecisionExplanation, id: string) => explanation.rules.find((rule) => rule.rule === id)
const count = (detail: RuleDetail | null | undefined) => (detail?.kind === 'count' ? detail : null)

describe('an explanation never says otherwise than the decision', () => {
  it(
    'what objects in it is what the decision gives as reasons, in that order and until those ends; a send has none',
    () => {
      fc.assert(
        fc.property(cases, ({ facts, now }) => {
          const decision = decide(facts, compiledPacks, now)
          const explanation = explainDecision(facts, compiledPacks, now)
          expect(
            objecting(explanation).map(({ rule, code, until, version }) => ({ rule, code, until, version })),
          ).toEqual(
            decision.reasons.map(({ rule, code, until, version }) => ({
              rule,
              code,
              until: until === null ? null : formatInstant(until),
              version,
            })),
          )
          expect([explanation.verdict, explanation.until]).toEqual([
            decision.verdict,
            decision.until === null ? null : formatInstant(decision.until),
          ])
          expect(explanation.verdict === 'send').toBe(objecting(explanation).length === 0)
        }),
        { numRuns: 1_500 },
      )
    },
    PATIENCE,
  )

  it(
    'a cap is said to be reached exactly where it objects, and what is silent says why',
    () => {
      fc.assert(
        fc.property(cases, ({ facts, now }) => {
          for (const rule of explainDecision(facts, compiledPacks, now).rules) {
            const counted = count(rule.detail)
            // The answer to the person's own message may go out beyond a cap; every other message may not.
            if (
              counted !== null &&
              rule.verdict !== 'silent' &&
              !['service', 'confirmation'].includes(facts.reminder.kind)
            ) {
              expect(
                counted.subjects.some((subject) => subject.count >= counted.limit),
                rule.rule,
              ).toBe(rule.verdict === 'objects')
            }
            expect(rule.silentBecause !== null).toBe(rule.verdict === 'silent')
          }
        }),
        { numRuns: 1_000 },
      )
    },
    PATIENCE,
  )

  it(
    'every zone in which the person may be has the evidence that gave it',
    () => {
      fc.assert(
        fc.property(cases, ({ facts, now }) => {
          const { zones } = explainDecision(facts, compiledPacks, now)
          expect(zones.map(({ zone }) => zone)).toEqual(decide(facts, compiledPacks, now).candidateZones)
          expect(zones.filter(({ evidence }) => evidence.length === 0)).toEqual([])
        }),
        { numRuns: 500 },
      )
    },
    PATIENCE,
  )

  it(
    'is plain data of its own schema',
    () => {
      fc.assert(
        fc.property(cases, ({ facts, now }) => {
          const explanation = explainDecision(facts, compiledPacks, now)
          expect(decisionExplanationSchema.parse(JSON.parse(JSON.stringify(explanation)))).toEqual(explanation)
        }),
        { numRuns: 300 },
      )
    },
    PATIENCE,
  )

  it(
    'a condition is unmet exactly where the rule may not speak',
    () => {
      const conditions = shippedPacks.flatMap((pack) => [pack.applies, ...pack.rules.map(({ when }) => when)])
      fc.assert(
        fc.property(cases, ({ facts, now }) => {
          const seen = evaluationContext(facts, now)
          for (const when of conditions) expect(unmetPart(when, seen) === null).toBe(compileCondition(when)(seen))
        }),
        { numRuns: 200 },
      )
    },
    PATIENCE,
  )
})

describe('an explanation', () => {
  const NOON = '2026-11-23T17:00:00Z'
  const cap = packOf({
    shape: 'cap',
    limit: 2,
    window: { type: 'rolling-days', days: 7 },
    counts: 'attempt',
    key: 'person',
    channels: ['phone'],
    reading: 'Seven days are local dates.',
    unless: { consent: ['exceed-cap'] },
  })
  const explained = (stated: Stated) => explainDecision(factsWith(stated), [cap], at(NOON))

  it('names the limit, the count and the contacts that counted, with their times; older and other ones not', () => {
    const rule = ruleOf(
      explained({
        contacts: [
          { at: '2026-11-10T15:00:00Z' },
          { at: '2026-11-18T15:00:00Z' },
          { at: '2026-11-20T16:00:00Z', outcome: 'voicemail' },
          { at: '2026-11-21T16:00:00Z', channel: 'sms', outcome: 'delivered' },
        ],
      }),
      'test/rule-1',
    )
    expect(rule).toMatchObject({
      verdict: 'objects',
      verified: 'text',
      reading: 'Seven days are local dates.',
      asksConsent: ['exceed-cap'],
      consents: [],
    })
    expect(rule?.detail).toMatchObject({
      kind: 'count',
      limit: 2,
      window: { type: 'rolling-days', days: 7 },
      subjects: [
        {
          account: null,
          count: 2,
          counted: [
            { at: '2026-11-18T15:00:00Z', channel: 'phone', outcome: 'no-answer' },
            { at: '2026-11-20T16:00:00Z', channel: 'phone', outcome: 'voicemail' },
          ],
        },
      ],
    })
  })

  it('a rule that lets it pass says how much of its limit is used', () => {
    expect(ruleOf(explained({ contacts: [{ at: '2026-11-20T16:00:00Z' }] }), 'test/rule-1')).toMatchObject({
      verdict: 'allows',
      detail: { limit: 2, subjects: [{ count: 1 }] },
    })
  })

  it('weighs each consent: the one that opens the rule, and those for another channel, too old or too new', () => {
    const consent = (over: Partial<Facts['consents'][number]>) => ({
      kind: 'exceed-cap',
      channel: null,
      address: null,
      from: at('2026-11-01T00:00:00Z'),
      until: null,
      ...over,
    })
    const rule = ruleOf(
      explained({
        contacts: [{ at: '2026-11-18T15:00:00Z' }, { at: '2026-11-20T16:00:00Z' }],
        rest: {
          consents: [
            consent({ channel: 'sms' }),
            consent({ until: at('2026-11-02T00:00:00Z') }),
            consent({ from: at('2026-12-01T00:00:00Z') }),
            consent({}),
          ],
        },
      }),
      'test/rule-1',
    )
    expect(rule).toMatchObject({ verdict: 'silent', silentBecause: 'consent' })
    expect(rule?.consents.map(({ state }) => state)).toEqual(['other_channel', 'ended', 'not_yet', 'opens'])
  })

  it('says that events were not stated, and which rules stayed silent for that', () => {
    const notice = packOf({ shape: 'precondition', requires: { event: 'notice' } })
    const silent = explainDecision(factsWith(), [notice], at(NOON))
    expect(silent.eventsStated).toBe(false)
    expect(silent.rules.filter((rule) => rule.silentBecause === 'events_not_stated').map(({ rule }) => rule)).toEqual([
      'test/rule-1',
      'decorum/stopping-event',
    ])
    expect(
      objecting(explainDecision(factsWith({ rest: { events: [] } }), [notice], at(NOON))).map(({ rule }) => rule),
    ).toEqual(['test/rule-1'])
  })

  it.each([
    [{ when: { modes: ['automated'] } }, {}, 'mode_not_stated'],
    [{ when: { modes: ['automated'] } }, { reminder: { mode: 'agent' } }, 'mode'],
    [{ when: { channels: ['email'] } }, {}, 'channel'],
    [{ when: { roles: ['original-creditor'] } }, {}, 'role'],
    [{ when: { addressKinds: ['work'] } }, {}, 'address_kind_not_stated'],
    [{ when: { from: '2027-01-01' } }, {}, 'not_in_force'],
    [{ when: { daysPastDue: { min: 30 } } }, {}, 'days_past_due_not_stated'],
    [{ when: { daysPastDue: { min: 30 } } }, { account: { daysPastDue: 3 } }, 'days_past_due'],
    [{ status: 'off' }, {}, 'off'],
  ])('a rule with %j stays silent in a case with %j because of: %s', (rule, stated, because) => {
    const pack = packOf({ shape: 'window', allow: [{ from: '00:00', to: '24:00' }], ...rule })
    expect(ruleOf(explainDecision(factsWith(stated as Stated), [pack], at(NOON)), 'test/rule-1')).toMatchObject({
      verdict: 'silent',
      silentBecause: because,
    })
  })

  describe('names the limit of every shape, and what was found against it', () => {
    const detailOf = (rule: Record<string, unknown>, stated: Stated) =>
      ruleOf(explainDecision(factsWith(stated), [packOf(rule)], at(NOON)), 'test/rule-1')
    const sms = { channel: 'sms' as const }
    const address = {
      id: 'n',
      kind: 'mobile' as const,
      relation: 'self' as const,
      country: 'US',
      zones: ['America/New_York'],
      subdivisions: ['US-NY'],
    }

    it('a duty: its days, from when they are counted, and when they end, overdue or not', () => {
      const duty = { shape: 'duty', after: 'first-contact', owes: { event: 'notice', kind: 'validation' } }
      const talk = { at: '2026-11-13T18:00:00Z', outcome: 'conversation' as const }
      const stated: Stated = { contacts: [talk], rest: { events: [] } }
      expect(detailOf({ ...duty, withinBusinessDays: 5 }, stated)).toMatchObject({
        verdict: 'objects',
        detail: {
          withinDays: null,
          withinBusinessDays: 5,
          termSince: '2026-11-13T18:00:00Z',
          deadline: '2026-11-21T05:00:00Z',
        },
      })
      expect(detailOf({ ...duty, withinDays: 30 }, stated)).toMatchObject({
        verdict: 'allows',
        detail: { withinDays: 30, termSince: '2026-11-13T18:00:00Z', deadline: '2026-12-14T05:00:00Z' },
      })
      expect(detailOf({ ...duty, withinDays: 30 }, { rest: { events: [] } })?.detail).not.toHaveProperty('termSince')
    })

    it('a notice for each spell: from when one counts', () => {
      const notice = { shape: 'precondition', requires: { event: 'notice' }, eachSpell: true }
      expect(
        detailOf(notice, {
          account: { daysPastDue: 13 },
          rest: { events: [{ type: 'notice', kind: null, at: at('2026-08-03T03:00:00Z'), account: 'a' }] },
        })?.detail,
      ).toMatchObject({ since: '2026-11-10T05:00:00Z', found: [{ at: '2026-08-03T03:00:00Z' }] })
    })

    it('the origin of an address: what is accepted, what is on record, what confirms it and until when', () => {
      const rule = {
        shape: 'address',
        origins: ['consumer-used'],
        consents: ['electronic-contact'],
        freshDays: 60,
      }
      const found = detailOf(rule, {
        reminder: sms,
        contacts: [{ at: '2026-10-01T15:00:00Z', channel: 'sms', direction: 'inbound', address: 'n' }],
        rest: {
          address: { ...address, origin: 'creditor-notice', verifiedAt: at('2026-07-01T00:00:00Z') },
          consents: [
            {
              kind: 'electronic-contact',
              channel: null,
              address: 'n',
              from: at('2026-09-01T00:00:00Z'),
              until: at('2026-09-05T00:00:00Z'),
            },
            { kind: 'electronic-contact', channel: null, address: null, from: at('2026-09-01T00:00:00Z'), until: null },
          ],
        },
      })
      expect(found).toMatchObject({
        verdict: 'allows',
        detail: {
          kind: 'origin',
          origin: 'creditor-notice',
          accepted: ['consumer-used'],
          freshDays: 60,
          confirmed: [
            { by: 'message', at: '2026-10-01T15:00:00Z', until: '2026-11-30T05:00:00Z' },
            { by: 'check', at: '2026-07-01T00:00:00Z', until: '2026-08-29T04:00:00Z' },
          ],
        },
        asksConsent: ['electronic-contact'],
        consents: [{ state: 'ended' }, { state: 'no_address' }],
      })
      expect(detailOf({ ...rule, ifUnstated: 'refuse' }, { reminder: sms, rest: { address } })).toMatchObject({
        verdict: 'objects',
        detail: { origin: null, confirmed: [] },
      })
    })

    it('what a count leaves out', () => {
      const counted = { counts: 'attempt', key: 'person', channels: ['phone'], afterFirstConversation: true }
      for (const rule of [
        { shape: 'cap', limit: 1, window: { type: 'calendar-day' }, ...counted, excludes: ['same-day-reply'] },
        { shape: 'spacing', days: 2, ...counted, excludes: ['same-day-reply'] },
      ])
        expect(detailOf(rule, {})?.detail).toMatchObject({ afterFirstConversation: true, withoutReplies: true })
      expect(
        detailOf({ shape: 'exclusivity', limit: 1, window: { type: 'week' }, ...counted }, {})?.detail,
      ).toMatchObject({ afterFirstConversation: true })
    })

    it('a pause: how long it lasts by itself, and what follows its end', () => {
      const stated: Stated = { rest: { events: [] } }
      expect(
        detailOf({ shape: 'pause', on: { hold: 'breathing-space' }, days: 60, tailDays: 3 }, stated)?.detail,
      ).toMatchObject({ kind: 'holds', days: 60, tailDays: 3 })
      expect(
        detailOf({ shape: 'pause', on: { event: 'hardship' }, endedBy: { event: 'resume' }, tailDays: 30 }, stated)
          ?.detail,
      ).toMatchObject({ kind: 'events', tailDays: 30 })
    })

    it('there is no shape that a shipped rule is asked in and says nothing of', () => {
      const silent = new Set<string>()
      for (const jurisdiction of PLACES)
        for (const channel of CHANNELS)
          for (const rule of explainDecision(
            factsWith({
              reminder: { channel, mode: 'automated', carries: { message: [], voicemail: null } },
              recipient: { jurisdiction },
              account: { dueDate: '2026-10-01' },
              rest: { address, events: [], suppressions: [] },
            }),
            compiledPacks,
            at(NOON),
          ).rules)
            if (
              rule.verdict !== 'silent' &&
              rule.detail === null &&
              rule.asksConsent.length === 0 &&
              rule.shape !== 'promise'
            )
              silent.add(rule.rule)
      expect([...silent]).toEqual([])
    })
  })

  it('names the evidence of each zone: what was stated, the dated sign, the area code', () => {
    const facts = factsWith({
      recipient: {
        locationEvidence: [
          { kind: 'postal-address', jurisdiction: 'US-CA', timeZone: null, at: at('2026-10-01T00:00:00Z') },
        ],
      },
      rest: {
        address: {
          id: 'n',
          kind: 'mobile',
          relation: 'self',
          country: 'US',
          zones: ['America/New_York'],
          subdivisions: ['US-NY'],
        },
      },
    })
    const none = { place: null, zone: null, at: null }
    expect(explainDecision(facts, [], at(NOON)).zones).toEqual([
      {
        zone: 'America/New_York',
        evidence: [
          { ...none, sign: 'jurisdiction', place: 'US-NY' },
          { ...none, sign: 'area-code', place: 'US-NY' },
        ],
      },
      {
        zone: 'America/Los_Angeles',
        evidence: [{ ...none, sign: 'postal-address', place: 'US-CA', at: '2026-10-01T00:00:00Z' }],
      },
    ])
  })

  it('the house rules that step back because another pack sets the hours are named, with the cause', () => {
    const facts = factsWith({ recipient: { jurisdiction: 'US-NY' } })
    const explanation = explainDecision(facts, compiledPacks, at(NOON))
    expect(ruleOf(explanation, 'house/contact-window')).toMatchObject({
      verdict: 'silent',
      silentBecause: 'other_hours',
    })
  })

  it('a pack of the place that does not apply is named with what keeps it out', () => {
    const explanation = explainDecision(factsWith({ account: { role: 'original-creditor' } }), compiledPacks, at(NOON))
    expect(explanation.packsLeftOut).toContainEqual(expect.objectContaining({ id: 'us-reg-f', because: 'role' }))
  })
})
