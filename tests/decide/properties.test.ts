import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide } from '../../src/decide/decide.ts'
import { isAmong } from '../../src/decide/zone-table.ts'
import type { Decision } from '../../src/model/decision.ts'
import type { Facts } from '../../src/model/facts.ts'
import { COUNTRY_ZONES } from '../../src/model/places/country-zones.ts'
import { canonicalJurisdiction, countryOf, countryOfTime } from '../../src/model/places/jurisdiction.ts'
import { DAY, HOUR, type Instant, MINUTE } from '../../src/model/time.ts'
import { CHANNELS, CONTACT_OUTCOMES } from '../../src/model/vocabulary.ts'
import { allStatedZoneNames } from '../../src/model/zones/zone-names.ts'
import { DAYTIME, factsWith, packOf } from './case-of.ts'
import { compiledPacks } from './packs.ts'
import { wallOf } from './zone-oracle.ts'

/** A busy machine may take its time over thousands of cases. */
const PATIENCE = 300_000
const ZONES = allStatedZoneNames()
const FROM = Date.UTC(2025, 2, 1)
const TO = Date.UTC(2028, 10, 1)
const PLACES = [
  'US-NY',
  'US-CA',
  'US-MA',
  'US-FL',
  'US-WA',
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
]

const instants = fc.integer({ min: FROM, max: TO }).map((instant) => Math.floor(instant / MINUTE) * MINUTE)
const contactsBefore = (now: Instant) =>
  fc
    .array(
      fc.record({
        ago: fc.integer({ min: -2 * DAY, max: 12 * DAY }),
        channel: fc.constantFrom(...CHANNELS),
        outcome: fc.constantFrom(...CONTACT_OUTCOMES),
        direction: fc.constantFrom('outbound' as const, 'inbound' as const),
        account: fc.constantFrom('a', 'b', null),
        mode: fc.constantFrom('automated' as const, 'agent' as const, null),
      }),
      { maxLength: 12 },
    )
    .map((list) =>
      list.map(({ ago, account, ...rest }) => ({
        ...rest,
        at: now - ago,
        accounts: account === null ? [] : [account],
        address: null,
        by: null,
        party: null,
        otherRecipient: false,
      })),
    )

/** Cases all over the world, with histories, holds and blocked times. */
const cases = instants.chain((now) =>
  fc.record({
    now: fc.constant(now),
    facts: fc
      .record({
        places: fc.uniqueArray(fc.constantFrom(...PLACES), { minLength: 1, maxLength: 2 }),
        channel: fc.constantFrom(...CHANNELS),
        role: fc.constantFrom('original-creditor' as const, 'collector' as const),
        mode: fc.constantFrom('automated' as const, 'agent' as const, null),
        lateBy: fc.option(fc.integer({ min: 0, max: 5 * DAY }), { nil: null }),
        contacts: contactsBefore(now),
        daysPastDue: fc.option(fc.integer({ min: -3, max: 120 }), { nil: null }),
        hold: fc.option(
          fc.record({
            from: fc.integer({ min: -DAY, max: 2 * DAY }),
            length: fc.option(fc.integer({ min: 1, max: 3 * DAY }), { nil: null }),
          }),
          { nil: null },
        ),
        blocked: fc.option(
          fc.record({
            from: fc.constantFrom('06:00', '09:00', '18:00'),
            to: fc.constantFrom('12:00', '17:30', '02:00'),
          }),
          { nil: null },
        ),
      })
      .map((stated): Facts => ({
        ...factsWith({
          reminder: {
            channel: stated.channel,
            mode: stated.mode,
            dueAt: stated.lateBy === null ? null : now - stated.lateBy,
          },
          recipient: {
            jurisdiction: stated.places[0] as string,
            locationEvidence: stated.places
              .slice(1)
              .map((place) => ({ kind: 'postal-address', jurisdiction: place, timeZone: null, at: 0 })),
            blockedTimes:
              stated.blocked === null ? [] : [{ days: [1, 2, 3, 4, 5], ...stated.blocked, channel: null, until: null }],
          },
          account: { role: stated.role, daysPastDue: stated.daysPastDue },
          contacts: stated.contacts,
        }),
        holds:
          stated.hold === null
            ? []
            : [
                {
                  kind: 'promise',
                  account: null,
                  from: now + stated.hold.from,
                  until: stated.hold.length === null ? null : now + stated.hold.from + stated.hold.length,
                },
              ],
      })),
  }),
)

/** Daily figures count from the decision's own instant, so a later look restates them. */
const asOf = (facts: Facts, now: Instant, later: Instant, zone: string): Facts => {
  const days = (Date.parse(wallOf(zone, later).day) - Date.parse(wallOf(zone, now).day)) / DAY
  return {
    ...facts,
    accounts: facts.accounts.map((account) =>
      account.daysPastDue === null ? account : { ...account, daysPastDue: account.daysPastDue + days },
    ),
  }
}
const oneZone = (decision: Decision): string | null =>
  decision.candidateZones.length === 1 ? (decision.candidateZones[0] as string) : null

describe('whatever the facts', () => {
  it(
    'nothing is sent outside the hours in any zone in which the person may be',
    () => {
      const daytime = [packOf(DAYTIME)]
      fc.assert(
        fc.property(
          instants,
          fc.uniqueArray(fc.constantFrom(...ZONES), { minLength: 1, maxLength: 3 }),
          (now, zones) => {
            const facts = factsWith({
              recipient: {
                jurisdiction: null,
                timeZone: zones[0] as string,
                locationEvidence: zones
                  .slice(1)
                  .map((timeZone) => ({ kind: 'stated', jurisdiction: null, timeZone, at: 0 })),
              },
            })
            const decision = decide(facts, daytime, now)
            const decent = (instant: Instant): boolean =>
              zones.every((zone) => {
                const { minute } = wallOf(zone, instant)
                return minute >= 8 * 60 && minute < 21 * 60
              })
            if ((decision.verdict === 'send') !== decent(now)) return false
            if (decision.until === null) return true
            return decision.verdict === 'send'
              ? decent(decision.until - 1) && !decent(decision.until)
              : decent(decision.until) && !decent(decision.until - 1)
          },
        ),
        { numRuns: 2_500 },
      )
    },
    PATIENCE,
  )

  it(
    'a deferral ends at the first instant that may be used, not merely at one that may',
    () => {
      fc.assert(
        fc.property(cases, ({ facts, now }) => {
          const decision = decide(facts, compiledPacks, now)
          const zone = oneZone(decision)
          if (
            decision.verdict !== 'defer' ||
            decision.until === null ||
            (zone === null && facts.accounts[0]?.daysPastDue !== null)
          )
            return true
          const { until } = decision
          const when = (instant: Instant): Decision =>
            decide(zone === null ? facts : asOf(facts, now, instant, zone), compiledPacks, instant)
          if (when(until).verdict === 'defer' || when(until - 1).verdict === 'send') return false
          for (let instant = now; instant < until && instant < now + 3 * DAY; instant += 47 * MINUTE)
            if (when(instant).verdict === 'send') return false
          return true
        }),
        { numRuns: 800 },
      )
    },
    PATIENCE,
  )

  it(
    'what may be sent may be sent until the instant that is named',
    () => {
      fc.assert(
        fc.property(cases, ({ facts, now }) => {
          const decision = decide(facts, compiledPacks, now)
          const zone = oneZone(decision)
          if (decision.verdict !== 'send' || (zone === null && facts.accounts[0]?.daysPastDue !== null)) return true
          const when = (instant: Instant): Decision =>
            decide(zone === null ? facts : asOf(facts, now, instant, zone), compiledPacks, instant)
          const end = decision.until ?? now + 2 * DAY
          for (let instant = now; instant < end && instant < now + 2 * DAY; instant += 53 * MINUTE)
            if (when(instant).verdict !== 'send') return false
          return decision.until === null || when(decision.until).verdict !== 'send'
        }),
        { numRuns: 800 },
      )
    },
    PATIENCE,
  )

  it(
    'one more hold, stop or contact never makes a message go out',
    () => {
      fc.assert(
        fc.property(
          cases,
          fc.integer({ min: -3 * HOUR, max: 5 * DAY }),
          fc.constantFrom(...CONTACT_OUTCOMES),
          ({ facts, now }, ago, outcome) => {
            if (decide(facts, compiledPacks, now).verdict === 'send') return true
            const contact = {
              at: now - ago,
              channel: facts.reminder.channel,
              direction: 'outbound' as const,
              accounts: ['a'],
              address: null,
              outcome,
              by: null,
              mode: null,
              party: null,
              otherRecipient: false,
            }
            return [
              { ...facts, contacts: [...facts.contacts, contact] },
              {
                ...facts,
                holds: [...facts.holds, { kind: 'complaint' as const, account: null, from: now - ago, until: null }],
              },
              {
                ...facts,
                suppressions: [
                  ...facts.suppressions,
                  {
                    scope: 'channel' as const,
                    channel: facts.reminder.channel,
                    address: null,
                    reason: 'opt-out' as const,
                    from: null,
                    until: null,
                  },
                ],
              },
            ].every((more) => decide(more, compiledPacks, now).verdict !== 'send')
          },
        ),
        { numRuns: 1_000 },
      )
    },
    PATIENCE,
  )

  it(
    'one more place where somebody may be never makes a message go out, nor sooner',
    () => {
      const shipped = compiledPacks.filter(({ pack }) => !pack.optIn)
      const places = fc.constantFrom(...PLACES, 'PR', 'JP', 'DE', 'US-NY-NYC', 'CA', 'BR', 'AU', 'US-AZ', 'MX', 'NZ')
      const zones = fc.constantFrom(...ZONES)
      const sign = fc
        .oneof(
          places.map((jurisdiction) => ({
            jurisdiction: jurisdiction as string | null,
            timeZone: null as string | null,
          })),
          zones.map((timeZone) => ({ jurisdiction: null, timeZone })),
          fc.record({ jurisdiction: places, timeZone: zones }),
        )
        .map((place) => ({ kind: 'stated', ...place, at: 0 }))
      const address = fc.constantFrom(
        null,
        { country: 'US', zones: ['America/New_York'], subdivisions: ['US-MA'] },
        { country: 'US', zones: ['Pacific/Honolulu'], subdivisions: ['US-HI'] },
        { country: 'GB', zones: ['Europe/London'], subdivisions: [] },
        { country: 'CA', zones: ['America/Toronto'], subdivisions: ['CA-ON'] },
        { country: 'JP', zones: ['Asia/Tokyo'], subdivisions: [] },
      )
      /** The countries that a sign points to, a territory's own clock and the country whose law it is under; what lies in one that is pointed at already says more precisely where, and may free hours. */
      const countries = (signs: readonly { jurisdiction: string | null; timeZone: string | null }[]): string[] =>
        signs.flatMap(({ jurisdiction, timeZone }) => [
          ...(jurisdiction === null
            ? []
            : [countryOfTime(jurisdiction), countryOf(canonicalJurisdiction(jurisdiction))]),
          ...(timeZone === null
            ? []
            : Object.entries(COUNTRY_ZONES)
                .filter(([, names]) => isAmong(timeZone, names))
                .map(([code]) => code)),
        ])
      fc.assert(
        fc.property(
          cases,
          sign,
          sign,
          address,
          fc.constantFrom('mobile' as const, 'landline' as const, null),
          fc.boolean(),
          ({ facts, now }, first, place, line, kind, isPast) => {
            const more = isPast ? { ...place, kind: 'earlier-address' } : place
            const known: Facts = {
              ...facts,
              recipient: { ...facts.recipient, jurisdiction: first.jurisdiction, timeZone: first.timeZone },
              address:
                line === null
                  ? null
                  : {
                      id: 'address',
                      kind,
                      relation: 'self',
                      country: line.country,
                      zones: [...line.zones],
                      subdivisions: [...line.subdivisions],
                    },
            }
            const pointedAt = new Set([
              ...countries([known.recipient, ...known.recipient.locationEvidence]),
              ...(line === null ? [] : [line.country]),
            ])
            // Where somebody lived before never says more precisely where they are.
            fc.pre(isPast || !countries([more]).some((country) => pointedAt.has(country)))
            const before = decide(known, shipped, now)
            const after = decide(
              {
                ...known,
                recipient: { ...known.recipient, locationEvidence: [...known.recipient.locationEvidence, more] },
              },
              shipped,
              now,
            )
            if (before.verdict === 'refuse') return after.verdict === 'refuse'
            if (before.verdict === 'defer')
              return (
                after.verdict === 'refuse' ||
                (after.verdict === 'defer' && (after.until as number) >= (before.until as number))
              )
            return after.verdict !== 'send' || (after.until ?? Infinity) <= (before.until ?? Infinity)
          },
        ),
        { numRuns: 1_500 },
      )
    },
    PATIENCE,
  )

  it(
    'a refusal outranks a deferral, and every objection is listed with its rule and citation',
    () => {
      fc.assert(
        fc.property(cases, ({ facts, now }) => {
          const { verdict, until, reasons } = decide(facts, compiledPacks, now)
          if (verdict === 'send') return reasons.length === 0
          const endless = reasons.some((reason) => reason.until === null)
          const ordered = reasons.every(
            (reason, i) => i === 0 || (reasons[i - 1]?.until ?? Infinity) >= (reason.until ?? Infinity),
          )
          return (
            endless === (verdict === 'refuse') &&
            (until === null) === endless &&
            ordered &&
            reasons.every((reason) => reason.rule.startsWith(`${reason.pack}/`) && reason.citation !== '')
          )
        }),
        { numRuns: 800 },
      )
    },
    PATIENCE,
  )

  it(
    'the same facts give the same decision, byte for byte, after a journey through JSON',
    () => {
      fc.assert(
        fc.property(cases, ({ facts, now }) => {
          const again = decide(JSON.parse(JSON.stringify(facts)) as Facts, compiledPacks, now)
          return JSON.stringify(again) === JSON.stringify(decide(facts, compiledPacks, now))
        }),
        { numRuns: 300 },
      )
    },
    PATIENCE,
  )
})

describe('the cases of these properties', () => {
  it('send, defer and refuse in fair shares', () => {
    const counts = { send: 0, defer: 0, refuse: 0 }
    for (const { facts, now } of fc.sample(cases, { numRuns: 1_000, seed: 7 }))
      counts[decide(facts, compiledPacks, now).verdict]++
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(40)
  })
})
