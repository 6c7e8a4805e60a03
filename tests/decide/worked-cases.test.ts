import { describe, expect, it } from 'vitest'
import { decide } from '../../src/decide/decide.ts'
import { selectPacks } from '../../src/decide/packs.ts'
import { parseDecideCase } from '../../src/intake/decide-case.ts'
import { formatInstant } from '../../src/model/time.ts'
import { compiledPacks } from './packs.ts'

type Stated = Record<string, unknown>
type Worked = [name: string, stated: Stated, verdict: string, until: string | null, codes: string[]]

const contact = (at: string, outcome = 'no-answer', channel = 'phone', rest: Stated = {}): Stated => ({
  at,
  channel,
  account: 'a',
  outcome,
  ...rest,
})
const days = (first: string, count: number, outcome = 'no-answer', channel = 'phone'): Stated[] =>
  Array.from({ length: count }, (_, i) => contact(formatInstant(Date.parse(first) + i * 86_400_000), outcome, channel))

/** A phone reminder about one open consumer loan, with what a case changes; decided by every shipped pack that applies unless it names some. */
function caseWith({ place, role, channel, mode, tone, kind, due, dpd, ...rest }: Stated): Stated {
  return {
    reminder: {
      channel: channel ?? 'phone',
      tone: tone ?? 'neutral',
      ...(kind === undefined ? {} : { kind }),
      ...(mode === undefined ? {} : { mode }),
    },
    recipient: { id: 'r', jurisdiction: place },
    account: {
      id: 'a',
      role: role ?? 'original-creditor',
      product: 'consumer-loan',
      ...(due === undefined ? {} : { dueDate: due }),
      ...(dpd === undefined ? {} : { daysPastDue: dpd }),
    },
    ...rest,
  }
}

function answer(stated: Stated): { verdict: string; until: string | null; codes: string[] } {
  const parsed = parseDecideCase(caseWith(stated))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
  const chosen = selectPacks(compiledPacks, { named: parsed.case.packs })
  if (!chosen.ok) throw new Error(JSON.stringify(chosen.faults))
  const { verdict, until, reasons } = decide(parsed.case.facts, chosen.packs, parsed.case.now)
  return { verdict, until: until === null ? null : formatInstant(until), codes: reasons.map((reason) => reason.code) }
}

const worked = (cases: Worked[]): void => {
  it.each(cases)('%s', (_name, stated, verdict, until, codes) => {
    expect(answer(stated)).toEqual({ verdict, until, codes })
  })
}

const REG_F = { packs: ['us-reg-f'], role: 'collector', place: 'US-NY' }
/** Signs that the person may also be in this zone. */
const alsoIn = (...zones: string[]): Stated => ({
  recipient: {
    id: 'r',
    timeZone: zones[0],
    locationEvidence: zones.slice(1).map((timeZone) => ({ kind: 'stated', timeZone, at: '2026-01-01T00:00:00Z' })),
  },
})

describe('Regulation F, worked out by hand', () => {
  worked([
    // 28 October is day 1 of seven local days; clocks go back on 1 November. 168 hours would end at 15:00Z.
    [
      'seven calls on both sides of the end of summer time leave by local date',
      {
        ...REG_F,
        now: '2026-11-03T18:00:00Z',
        contacts: [...days('2026-10-28T15:00:00Z', 4), ...days('2026-11-01T16:00:00Z', 3)],
      },
      'defer',
      '2026-11-04T13:00:00Z',
      ['cap_reached'],
    ],
    [
      'and the next one may go out on the eighth day',
      {
        ...REG_F,
        now: '2026-11-04T13:00:00Z',
        contacts: [...days('2026-10-28T15:00:00Z', 4), ...days('2026-11-01T16:00:00Z', 3)],
      },
      'send',
      '2026-11-05T02:00:00Z',
      [],
    ],
    [
      'seven calls on both sides of the start of summer time',
      { ...REG_F, now: '2027-03-16T21:00:00Z', contacts: days('2027-03-10T20:00:00Z', 7) },
      'defer',
      '2027-03-17T12:00:00Z',
      ['cap_reached'],
    ],
    [
      'a conversation at 20:00 on Monday 8 March 2027 frees the Monday after at eight',
      { ...REG_F, now: '2027-03-09T15:00:00Z', contacts: [contact('2027-03-09T01:00:00Z', 'conversation')] },
      'defer',
      '2027-03-15T12:00:00Z',
      ['cooldown'],
    ],
    [
      'Sunday of that week at 20:59 is still too early',
      { ...REG_F, now: '2027-03-15T00:59:00Z', contacts: [contact('2027-03-09T01:00:00Z', 'conversation')] },
      'defer',
      '2027-03-15T12:00:00Z',
      ['cooldown'],
    ],
    [
      'a conversation that one coast dates Monday and the other Tuesday counts from Tuesday',
      {
        ...REG_F,
        ...alsoIn('America/New_York', 'America/Los_Angeles'),
        packs: ['us-reg-f'],
        place: undefined,
        now: '2027-03-10T18:00:00Z',
        contacts: [contact('2027-03-09T05:30:00Z', 'conversation')],
        address: { value: '+12125550123' },
      },
      'defer',
      '2027-03-16T15:00:00Z',
      ['cooldown'],
    ],
    [
      'an inbound conversation starts the seven days too',
      {
        ...REG_F,
        now: '2026-11-24T15:00:00Z',
        contacts: [contact('2026-11-23T15:00:00Z', 'conversation', 'phone', { direction: 'inbound' })],
      },
      'defer',
      '2026-11-30T13:00:00Z',
      ['cooldown'],
    ],
    [
      'but inbound calls are none of the seven',
      {
        ...REG_F,
        now: '2026-11-24T15:00:00Z',
        contacts: days('2026-11-18T15:00:00Z', 7).map((one) => ({ ...one, direction: 'inbound' })),
      },
      'send',
      '2026-11-25T02:00:00Z',
      [],
    ],
    [
      'a conversation about another debt leaves this one free',
      {
        ...REG_F,
        now: '2026-11-24T15:00:00Z',
        contacts: [contact('2026-11-23T15:00:00Z', 'conversation', 'phone', { account: 'b' })],
      },
      'send',
      '2026-11-25T02:00:00Z',
      [],
    ],
    [
      'a conversation about several debts counts for each',
      {
        ...REG_F,
        now: '2026-11-24T15:00:00Z',
        contacts: [
          contact('2026-11-23T15:00:00Z', 'conversation', 'phone', { account: undefined, accounts: ['b', 'a'] }),
        ],
      },
      'defer',
      '2026-11-30T13:00:00Z',
      ['cooldown'],
    ],
    [
      'the cooldown stops calls, not emails',
      {
        ...REG_F,
        channel: 'email',
        now: '2026-11-24T15:00:00Z',
        contacts: [contact('2026-11-23T15:00:00Z', 'conversation')],
      },
      'send',
      '2026-11-25T02:00:00Z',
      [],
    ],
    [
      'a call in doubt three days ago may have been a conversation',
      { ...REG_F, now: '2026-11-23T15:00:00Z', contacts: [contact('2026-11-20T15:00:00Z', 'in-doubt')] },
      'defer',
      '2026-11-27T13:00:00Z',
      ['cooldown'],
    ],
    [
      'one still pending may be a conversation that lasts, and no second call begins',
      { ...REG_F, now: '2026-11-23T15:00:00Z', contacts: [contact('2026-11-23T14:59:00Z', 'pending')] },
      'defer',
      '2026-11-30T13:00:00Z',
      ['cooldown', 'too_soon', 'too_soon'],
    ],
    [
      'six calls and one in the future are seven',
      {
        ...REG_F,
        now: '2026-11-23T15:00:00Z',
        contacts: [
          ...days('2026-11-18T15:00:00Z', 5),
          contact('2026-11-23T14:00:00Z'),
          contact('2026-11-23T22:00:00Z'),
        ],
      },
      'defer',
      '2026-11-25T13:00:00Z',
      ['cap_reached', 'too_soon'],
    ],
    [
      'consent to exceed the cap lasts seven days, its own day included',
      {
        ...REG_F,
        now: '2026-11-23T15:00:00Z',
        contacts: days('2026-11-17T16:00:00Z', 7, 'no-answer').map((one, i) =>
          i === 6 ? contact('2026-11-23T13:30:00Z') : one,
        ),
        consents: [{ kind: 'exceed-cap', from: '2026-11-20T20:00:00Z' }],
      },
      'send',
      '2026-11-24T02:00:00Z',
      [],
    ],
    [
      'agreed hours open the evening and nothing else, until the consent ends',
      {
        ...REG_F,
        now: '2026-11-24T02:30:00Z',
        consents: [
          {
            kind: 'contact-outside-hours',
            channel: 'phone',
            from: '2026-11-01T00:00:00Z',
            until: '2026-11-24T03:00:00Z',
          },
        ],
      },
      'send',
      '2026-11-24T03:00:00Z',
      [],
    ],
    [
      'agreed hours for texts do not open calls',
      {
        ...REG_F,
        now: '2026-11-24T02:30:00Z',
        consents: [{ kind: 'contact-outside-hours', channel: 'sms', from: '2026-11-01T00:00:00Z' }],
      },
      'defer',
      '2026-11-24T13:00:00Z',
      ['outside_contact_window'],
    ],
    [
      'agreed hours that have run out open nothing',
      {
        ...REG_F,
        now: '2026-11-24T03:00:00Z',
        consents: [{ kind: 'contact-outside-hours', from: '2026-11-01T00:00:00Z', until: '2026-11-24T03:00:00Z' }],
      },
      'defer',
      '2026-11-24T13:00:00Z',
      ['outside_contact_window'],
    ],
    [
      'agreed hours do not lift a time that the person blocked',
      {
        ...REG_F,
        now: '2026-11-24T02:30:00Z',
        recipient: { id: 'r', jurisdiction: 'US-NY', blockedTimes: [{ from: '21:00', to: '09:00' }] },
        consents: [{ kind: 'contact-outside-hours', from: '2026-11-01T00:00:00Z' }],
      },
      'defer',
      '2026-11-24T14:00:00Z',
      ['recipient_blocked_time'],
    ],
    [
      'agreed hours do not lift the seven-day silence',
      {
        ...REG_F,
        now: '2026-11-24T02:30:00Z',
        contacts: [contact('2026-11-23T15:00:00Z', 'conversation')],
        consents: [{ kind: 'contact-outside-hours', from: '2026-11-01T00:00:00Z' }],
      },
      'defer',
      '2026-11-30T05:00:00Z',
      ['cooldown'],
    ],
    [
      'a time blocked on Friday evening reaches into Saturday',
      {
        ...REG_F,
        now: '2026-11-28T13:30:00Z',
        recipient: { id: 'r', jurisdiction: 'US-NY', blockedTimes: [{ days: [5], from: '18:00', to: '10:00' }] },
      },
      'defer',
      '2026-11-28T15:00:00Z',
      ['recipient_blocked_time'],
    ],
    [
      'and not into Sunday',
      {
        ...REG_F,
        now: '2026-11-29T13:30:00Z',
        recipient: { id: 'r', jurisdiction: 'US-NY', blockedTimes: [{ days: [5], from: '18:00', to: '10:00' }] },
      },
      'send',
      '2026-11-30T02:00:00Z',
      [],
    ],
    [
      'a blocked time that ends for good is over then',
      {
        ...REG_F,
        now: '2026-11-23T15:00:00Z',
        recipient: {
          id: 'r',
          jurisdiction: 'US-NY',
          blockedTimes: [{ from: '08:00', to: '20:00', until: '2026-11-23T16:00:00Z' }],
        },
      },
      'defer',
      '2026-11-23T16:00:00Z',
      ['recipient_blocked_time'],
    ],
    [
      'two unanswered calls to one number are five minutes apart',
      {
        ...REG_F,
        now: '2026-11-23T15:02:00Z',
        address: { value: '+12125550123' },
        contacts: [contact('2026-11-23T15:00:00Z', 'no-answer', 'phone', { address: '+1 (212) 555-0123' })],
      },
      'defer',
      '2026-11-23T15:05:00Z',
      ['too_soon'],
    ],
    [
      'without validation information nothing goes out after the fifth day',
      {
        ...REG_F,
        now: '2026-11-29T15:00:00Z',
        events: [],
        contacts: [contact('2026-11-23T15:00:00Z', 'sent', 'email')],
      },
      'refuse',
      null,
      ['precondition_missing'],
    ],
    [
      'an original creditor is not bound by it',
      { ...REG_F, role: 'original-creditor', now: '2026-11-24T04:00:00Z' },
      'send',
      null,
      [],
    ],
  ])
})

describe('people who may be in several places, worked out by hand', () => {
  const zones = (...names: string[]): Stated => ({
    ...REG_F,
    ...alsoIn(...names),
    place: undefined,
    packs: ['us-reg-f'],
    address: { value: '+12125550123', kind: 'landline' },
  })
  worked([
    [
      'New York and Honolulu share 18:00Z to 01:00Z in summer',
      { ...zones('America/New_York', 'Pacific/Honolulu'), now: '2027-06-15T13:00:00Z' },
      'defer',
      '2027-06-15T18:00:00Z',
      ['outside_contact_window'],
    ],
    [
      'and 18:00Z is inside',
      { ...zones('America/New_York', 'Pacific/Honolulu'), now: '2027-06-15T18:00:00Z' },
      'send',
      '2027-06-16T01:00:00Z',
      [],
    ],
  ])
  const collector = (timeZone: string, ...others: string[]): Stated => ({
    packs: ['us-reg-f'],
    role: 'collector',
    recipient: {
      id: 'r',
      jurisdiction: 'US',
      timeZone,
      locationEvidence: others.map((zone) => ({ kind: 'stated', timeZone: zone, at: '2026-01-01T00:00:00Z' })),
    },
  })
  worked([
    [
      'Los Angeles and Kolkata share half an hour in a summer afternoon',
      { ...collector('America/Los_Angeles', 'Asia/Kolkata'), now: '2027-07-01T04:00:00Z' },
      'defer',
      '2027-07-01T15:00:00Z',
      ['outside_contact_window'],
    ],
    [
      'which ends at 21:00 in Kolkata',
      { ...collector('America/Los_Angeles', 'Asia/Kolkata'), now: '2027-07-01T15:00:00Z' },
      'send',
      '2027-07-01T15:30:00Z',
      [],
    ],
    [
      'and the other opening begins at 08:00 in Kolkata',
      { ...collector('America/Los_Angeles', 'Asia/Kolkata'), now: '2027-07-01T15:30:00Z' },
      'defer',
      '2027-07-02T02:30:00Z',
      ['outside_contact_window'],
    ],
    [
      'with London there is no common hour in winter',
      { ...collector('America/Los_Angeles', 'Asia/Kolkata', 'Europe/London'), now: '2027-01-20T12:00:00Z' },
      'refuse',
      null,
      ['no_common_window'],
    ],
    [
      'with London there is half an hour in summer',
      { ...collector('America/Los_Angeles', 'Asia/Kolkata', 'Europe/London'), now: '2027-07-01T12:00:00Z' },
      'defer',
      '2027-07-01T15:00:00Z',
      ['outside_contact_window'],
    ],
  ])
})

describe('the states, worked out by hand', () => {
  worked([
    [
      'Massachusetts counts attempts by call and text together, two in seven days for a debt',
      {
        place: 'US-MA',
        now: '2026-11-23T18:00:00Z',
        contacts: [contact('2026-11-17T18:00:00Z'), contact('2026-11-22T18:00:00Z', 'failed', 'sms')],
      },
      'defer',
      '2026-11-24T13:00:00Z',
      ['cap_reached'],
    ],
    [
      'an email is none of them',
      {
        place: 'US-MA',
        now: '2026-11-23T18:00:00Z',
        contacts: [contact('2026-11-19T18:00:00Z'), contact('2026-11-22T18:00:00Z', 'sent', 'email')],
      },
      'send',
      '2026-11-24T02:00:00Z',
      [],
    ],
    [
      'Florida is closed until both of its zones are awake',
      { place: 'US-FL', now: '2026-11-23T13:30:00Z' },
      'defer',
      '2026-11-23T14:00:00Z',
      ['outside_contact_window'],
    ],
    [
      'Florida frees email of its hours',
      { place: 'US-FL', packs: ['us-fl'], channel: 'email', now: '2026-11-24T04:00:00Z' },
      'send',
      null,
      [],
    ],
    [
      'so that the house’s hold, which know no Sunday',
      { place: 'US-FL', channel: 'email', now: '2026-11-22T08:00:00Z' },
      'defer',
      '2026-11-23T15:00:00Z',
      ['outside_contact_window'],
    ],
    [
      'before 16 May 2025 its own held, and the house’s from that day on',
      { place: 'US-FL', channel: 'email', now: '2025-05-16T02:30:00Z' },
      'defer',
      '2025-05-16T14:00:00Z',
      ['outside_contact_window'],
    ],
    [
      'Washington opens at half past seven for a collector whom federal law lets in at eight',
      { place: 'US-WA', role: 'collector', now: '2026-11-23T15:30:00Z' },
      'defer',
      '2026-11-23T16:00:00Z',
      ['outside_contact_window'],
    ],
    [
      'the District of Columbia counts four calls in seven days for an account',
      { place: 'US-DC', packs: ['us-dc'], now: '2026-11-23T18:00:00Z', contacts: days('2026-11-19T15:00:00Z', 4) },
      'defer',
      '2026-11-26T05:00:00Z',
      ['cap_reached'],
    ],
    [
      'an automated call to a mobile needs recorded consent',
      {
        place: 'US-MA',
        mode: 'automated',
        address: { value: '+16175550123', kind: 'mobile' },
        now: '2026-11-23T18:00:00Z',
      },
      'refuse',
      null,
      ['consent_missing'],
    ],
    [
      'where nothing says who calls, that rule does not speak',
      { place: 'US-MA', address: { value: '+16175550123', kind: 'mobile' }, now: '2026-11-23T18:00:00Z' },
      'send',
      '2026-11-24T02:00:00Z',
      [],
    ],
    [
      'a collector does not text',
      { place: 'US-TX', role: 'collector', channel: 'sms', now: '2026-11-23T18:00:00Z' },
      'refuse',
      null,
      ['route_not_eligible'],
    ],
  ])

  it('New York City’s pack is in force from 1 September 2026 on', () => {
    const packsOn = (now: string): string[] => {
      const parsed = parseDecideCase({ ...caseWith({ place: 'US-NY-NYC' }), now })
      const chosen = selectPacks(compiledPacks, { named: null })
      return parsed.ok && chosen.ok
        ? decide(parsed.case.facts, chosen.packs, parsed.case.now).packs.map(({ id }) => id)
        : []
    }
    expect(packsOn('2026-09-01T03:59:59Z')).not.toContain('us-nyc')
    expect(packsOn('2026-09-01T04:00:00Z')).toContain('us-nyc')
  })
})

describe('China, worked out by hand', () => {
  worked([
    [
      '21:59:59 is inside the hours',
      { place: 'CN-GD', now: '2026-11-23T13:59:59Z' },
      'send',
      '2026-11-23T14:00:00Z',
      [],
    ],
    [
      '22:00:00 is not, by either rule',
      { place: 'CN-GD', now: '2026-11-23T14:00:00Z' },
      'defer',
      '2026-11-24T00:00:00Z',
      ['outside_contact_window', 'outside_contact_window'],
    ],
    [
      'three connected calls of lender and agency end the day',
      {
        place: 'CN',
        packs: ['cn-gbt-45251', 'cn-cba-2026'],
        now: '2026-11-23T08:00:00Z',
        contacts: [
          contact('2026-11-23T00:10:00Z', 'conversation'),
          contact('2026-11-23T01:00:00Z', 'voicemail', 'phone', { by: 'agency-1', account: 'other' }),
          contact('2026-11-23T02:00:00Z', 'conversation'),
        ],
      },
      'defer',
      '2026-11-24T00:00:00Z',
      ['cap_reached'],
    ],
    [
      'those of yesterday evening do not',
      {
        place: 'CN',
        now: '2026-11-23T00:30:00Z',
        contacts: days('2026-11-22T12:00:00Z', 1, 'conversation').concat(
          days('2026-11-22T13:00:00Z', 1, 'conversation'),
          days('2026-11-22T13:30:00Z', 1, 'conversation'),
        ),
      },
      'send',
      '2026-11-23T14:00:00Z',
      [],
    ],
    [
      'six unanswered calls to another number leave this one free',
      {
        place: 'CN',
        packs: ['cn-gbt-45251', 'cn-cba-2026'],
        now: '2026-11-23T08:00:00Z',
        address: { value: '+8613800138000' },
        contacts: Array.from({ length: 6 }, (_, i) =>
          contact(`2026-11-23T0${i + 1}:00:00Z`, 'no-answer', 'phone', { address: '+8613900139000' }),
        ),
      },
      'send',
      '2026-11-23T14:00:00Z',
      [],
    ],
    [
      'the house rests from twelve to two',
      { place: 'CN', packs: ['house-cn'], now: '2026-11-23T05:59:59Z' },
      'defer',
      '2026-11-23T06:00:00Z',
      ['outside_contact_window'],
    ],
    [
      'but texts at noon',
      { place: 'CN', channel: 'sms', packs: ['house-cn'], now: '2026-11-23T05:00:00Z' },
      'send',
      '2026-11-23T12:00:00Z',
      [],
    ],
    [
      'no firm call from 除夕 to the end of the spring festival',
      { place: 'CN', tone: 'firm', packs: ['house-cn'], now: '2026-02-16T03:00:00Z' },
      'defer',
      '2026-02-24T01:00:00Z',
      ['holiday'],
    ],
    [
      'but one on the Saturday before, which is worked',
      { place: 'CN', tone: 'firm', packs: ['house-cn'], now: '2026-02-14T02:00:00Z' },
      'send',
      '2026-02-14T04:00:00Z',
      [],
    ],
  ])
})

describe('the rest of the world, worked out by hand', () => {
  worked([
    [
      'no call in Victoria on Christmas and Boxing Day; Sunday opens at nine',
      { place: 'AU-VIC', now: '2026-12-25T02:00:00Z' },
      'defer',
      '2026-12-26T22:00:00Z',
      ['holiday'],
    ],
    [
      'in Western Australia Perth is the last to open',
      { place: 'AU-WA', now: '2026-12-25T02:00:00Z' },
      'defer',
      '2026-12-27T01:00:00Z',
      ['holiday'],
    ],
    [
      'Queensland keeps no summer time: half past seven is 21:30Z',
      { place: 'AU-QLD', now: '2026-11-23T20:00:00Z' },
      'defer',
      '2026-11-23T21:30:00Z',
      ['outside_contact_window'],
    ],
    [
      'Ontario counts nothing before the first conversation',
      {
        place: 'CA-ON',
        role: 'collector',
        now: '2026-11-23T18:00:00Z',
        contacts: days('2026-11-18T18:00:00Z', 5, 'voicemail'),
      },
      'send',
      '2026-11-24T02:00:00Z',
      [],
    ],
    [
      'and three contacts after one, a ring without a message left out',
      {
        place: 'CA-ON',
        role: 'collector',
        now: '2026-11-23T18:00:00Z',
        contacts: [
          contact('2026-11-18T18:00:00Z', 'conversation', 'phone', { direction: 'inbound' }),
          contact('2026-11-19T18:00:00Z', 'sent', 'email'),
          contact('2026-11-20T17:00:00Z', 'no-answer'),
          contact('2026-11-20T18:00:00Z', 'voicemail'),
          contact('2026-11-21T18:00:00Z', 'delivered', 'sms'),
        ],
      },
      'defer',
      '2026-11-26T13:00:00Z',
      ['cap_reached'],
    ],
    [
      'Quebec is closed on Sunday, and on Monday when 1 July was a Sunday',
      { place: 'CA-QC', role: 'collector', now: '2026-11-22T15:00:00Z' },
      'defer',
      '2026-11-23T13:00:00Z',
      ['outside_contact_window'],
    ],
    [
      'Korea leaves the first two unanswered calls of the week out, and counts the third',
      {
        place: 'KR',
        packs: ['kr'],
        now: '2026-11-23T03:00:00Z',
        contacts: [...days('2026-11-17T03:00:00Z', 3), ...days('2026-11-18T02:00:00Z', 6, 'delivered', 'sms')],
      },
      'defer',
      '2026-11-23T23:00:00Z',
      ['cap_reached'],
    ],
    [
      'two unanswered calls alone are nothing',
      {
        place: 'KR',
        packs: ['kr'],
        now: '2026-11-23T03:00:00Z',
        contacts: [...days('2026-11-17T03:00:00Z', 2), ...days('2026-11-18T02:00:00Z', 6, 'delivered', 'sms')],
      },
      'send',
      '2026-11-23T12:00:00Z',
      [],
    ],
    [
      'Korea counts unanswered calls too: three of them and six texts are nine',
      {
        place: 'KR',
        packs: ['kr', 'house-limits'],
        now: '2026-11-23T03:00:00Z',
        contacts: [...days('2026-11-17T03:00:00Z', 3), ...days('2026-11-18T02:00:00Z', 6, 'delivered', 'sms')],
      },
      'defer',
      '2026-11-24T23:00:00Z',
      ['cap_reached', 'cap_reached', 'too_soon'],
    ],
    [
      'nor are two unanswered calls free: that they are was read nowhere',
      {
        place: 'KR',
        packs: ['kr', 'house-limits'],
        now: '2026-11-23T03:00:00Z',
        contacts: [...days('2026-11-17T03:00:00Z', 2), ...days('2026-11-18T02:00:00Z', 6, 'delivered', 'sms')],
      },
      'defer',
      '2026-11-24T23:00:00Z',
      ['cap_reached', 'too_soon'],
    ],
    [
      'Colombia, once it has spoken by phone, stays with the phone that week',
      { place: 'CO', now: '2026-11-23T15:00:00Z', contacts: [contact('2026-11-20T15:00:00Z', 'conversation')] },
      'send',
      '2026-11-24T00:00:00Z',
      [],
    ],
    [
      'an email waits until the call has left the week',
      {
        place: 'CO',
        channel: 'email',
        now: '2026-11-23T15:00:00Z',
        contacts: [contact('2026-11-20T15:00:00Z', 'conversation')],
      },
      'defer',
      '2026-11-27T12:00:00Z',
      ['cap_reached'],
    ],
    [
      'Colombia’s Saturday ends at three',
      { place: 'CO', now: '2026-11-21T20:00:00Z' },
      'defer',
      '2026-11-23T12:00:00Z',
      ['outside_contact_window'],
    ],
    [
      'the Philippines keep hours up to day fifteen, which ends at midnight, when the house’s begin',
      { place: 'PH', due: '2026-11-08', now: '2026-11-23T14:00:00Z' },
      'defer',
      '2026-11-24T01:00:00Z',
      ['outside_contact_window'],
    ],
    [
      'and afterwards the house’s alone',
      { place: 'PH', dpd: 16, now: '2026-11-23T15:00:00Z' },
      'defer',
      '2026-11-24T01:00:00Z',
      ['outside_contact_window'],
    ],
    [
      'by law alone any hour would do',
      { place: 'PH', packs: ['ph'], dpd: 16, now: '2026-11-23T15:00:00Z' },
      'send',
      null,
      [],
    ],
    [
      'day twenty at three in the morning',
      { place: 'PH', dpd: 20, now: '2026-11-23T19:00:00Z' },
      'defer',
      '2026-11-24T01:00:00Z',
      ['outside_contact_window'],
    ],
    [
      'a Sunday in Great Britain stays closed, whatever an old address in Japan allows',
      {
        place: 'GB',
        channel: 'email',
        now: '2026-11-22T11:00:00Z',
        recipient: { id: 'r', jurisdiction: 'GB', locationEvidence: [{ kind: 'earlier-address', jurisdiction: 'JP' }] },
      },
      'defer',
      '2026-11-23T09:00:00Z',
      ['outside_contact_window'],
    ],
    [
      'Japan sets its own hours, so there the house does not',
      { place: 'JP', channel: 'email', now: '2026-11-22T11:00:00Z' },
      'send',
      '2026-11-22T12:00:00Z',
      [],
    ],
    [
      'hours of law do not switch off the house’s count of messages',
      {
        place: 'JP',
        channel: 'email',
        now: '2026-11-23T03:00:00Z',
        contacts: [contact('2026-11-23T01:00:00Z', 'delivered', 'sms')],
      },
      'defer',
      '2026-11-23T23:00:00Z',
      ['cap_reached', 'too_soon'],
    ],
    [
      'two reminders at one instant are one at a time, whatever law says of counts',
      {
        place: 'AU-VIC',
        channel: 'sms',
        now: '2026-11-23T03:00:01Z',
        contacts: [contact('2026-11-23T03:00:00Z', 'pending', 'sms', { account: 'b' })],
      },
      'defer',
      '2026-11-23T06:00:00Z',
      ['too_soon'],
    ],
    [
      'a count of calls by law leaves the house’s count of texts',
      {
        place: 'CN',
        channel: 'sms',
        now: '2026-11-23T08:00:00Z',
        contacts: [contact('2026-11-23T01:00:00Z', 'delivered', 'sms')],
      },
      'defer',
      '2026-11-24T00:00:00Z',
      ['cap_reached'],
    ],
    [
      'Greece waits for day ten, a Saturday, and so for Monday, in summer time',
      { place: 'GR', due: '2026-03-18', now: '2026-03-26T10:00:00Z' },
      'defer',
      '2026-03-30T06:00:00Z',
      ['precondition_missing'],
    ],
    [
      'Greece calls every second day',
      { place: 'GR', dpd: 40, now: '2026-11-25T08:00:00Z', contacts: [contact('2026-11-24T08:00:00Z')] },
      'defer',
      '2026-11-26T07:00:00Z',
      ['too_soon'],
    ],
    [
      'Mexico passes the weekend and Revolution Day on Monday',
      { place: 'MX-CMX', now: '2026-11-14T05:00:00Z' },
      'defer',
      '2026-11-17T13:00:00Z',
      ['outside_contact_window'],
    ],
    ['India closes at 19:00', { place: 'IN', now: '2026-11-23T13:29:59Z' }, 'send', '2026-11-23T13:30:00Z', []],
    [
      'India opens at 08:00',
      { place: 'IN', now: '2026-11-23T02:29:59Z' },
      'defer',
      '2026-11-23T02:30:00Z',
      ['outside_contact_window'],
    ],
    [
      'Japan opens at eight in the morning, one minute later',
      { place: 'JP', now: '2026-11-22T22:59:00Z' },
      'defer',
      '2026-11-22T23:00:00Z',
      ['outside_contact_window'],
    ],
    [
      'Chile keeps texts two days apart',
      {
        place: 'CL',
        channel: 'sms',
        recipient: { id: 'r', jurisdiction: 'CL-RM', timeZone: 'America/Santiago' },
        now: '2026-09-07T15:00:00Z',
        contacts: [contact('2026-09-06T15:00:00Z', 'delivered', 'sms')],
      },
      'defer',
      '2026-09-08T11:00:00Z',
      ['too_soon'],
    ],
    [
      'a breathing space that has a recorded end is kept until then',
      {
        place: 'GB',
        packs: ['uk'],
        now: '2026-11-23T12:00:00Z',
        holds: [{ kind: 'breathing-space', from: '2026-10-30T00:00:00Z', until: '2026-12-29T00:00:00Z' }],
      },
      'defer',
      '2026-12-29T00:00:00Z',
      ['on_hold', 'on_hold'],
    ],
    [
      'a mental-health crisis goes on while nobody has ended it',
      {
        place: 'GB',
        packs: ['uk'],
        now: '2026-11-23T12:00:00Z',
        events: [{ type: 'hardship', kind: 'mental-health-crisis', at: '2026-01-01T00:00:00Z' }],
      },
      'refuse',
      null,
      ['on_hold'],
    ],
    [
      'São Paulo’s Saturday ends at two',
      { place: 'BR-SP', now: '2026-11-21T17:00:00Z' },
      'defer',
      '2026-11-23T11:00:00Z',
      ['outside_contact_window'],
    ],
    [
      'Indonesia has three zones: Jayapura’s evening comes first',
      { place: 'ID', now: '2026-11-23T11:00:00Z' },
      'defer',
      '2026-11-24T01:00:00Z',
      ['outside_contact_window'],
    ],
  ])
})

describe('days that begin, end and jump elsewhere, worked out by hand', () => {
  const beside = (timeZone: string, ...others: string[]): Stated => ({
    packs: ['us-reg-f'],
    role: 'collector',
    recipient: {
      id: 'r',
      jurisdiction: 'US-HI',
      timeZone,
      locationEvidence: others.map((zone) => ({ kind: 'stated', timeZone: zone, at: '2026-01-01T00:00:00Z' })),
    },
  })
  worked([
    // Clocks on Lord Howe go forward by half an hour at 02:00 on 4 October 2026: eight o'clock is 21:00Z, not 21:30Z.
    [
      'Lord Howe’s half hour of summer time opens its morning half an hour sooner',
      { ...beside('Australia/Lord_Howe'), now: '2026-10-03T20:59:59Z' },
      'defer',
      '2026-10-03T21:00:00Z',
      ['outside_contact_window'],
    ],
    [
      'and the day before',
      { ...beside('Australia/Lord_Howe'), now: '2026-10-02T21:00:00Z' },
      'defer',
      '2026-10-02T21:30:00Z',
      ['outside_contact_window'],
    ],
    // 13:30Z is 03:15 on 4 April 2027 on Chatham, an hour that happens twice; eight o'clock standard time (+12:45) is 19:15Z.
    [
      'Chatham’s quarter hours',
      { ...beside('Pacific/Chatham'), now: '2027-04-03T13:30:00Z' },
      'defer',
      '2027-04-03T19:15:00Z',
      ['outside_contact_window'],
    ],
    [
      'Apia and Pago Pago, a day apart, wake in the same hour',
      { ...beside('Pacific/Apia', 'Pacific/Pago_Pago'), now: '2026-11-23T18:59:59Z' },
      'defer',
      '2026-11-23T19:00:00Z',
      ['outside_contact_window'],
    ],
    [
      'and stay open together until nine in Honolulu, the last to come in between',
      { ...beside('Pacific/Apia', 'Pacific/Pago_Pago'), now: '2026-11-23T19:00:00Z' },
      'send',
      '2026-11-24T07:00:00Z',
      [],
    ],
    // Kiritimati dates the talk Saturday 21 November; seven days of its own end as Saturday 28 begins, 10:00Z on the 27th.
    [
      'a talk that is Saturday’s on one side of the date line counts from there',
      {
        ...beside('Pacific/Kiritimati', 'Pacific/Pago_Pago'),
        now: '2026-11-24T06:00:00Z',
        contacts: [contact('2026-11-20T10:30:00Z', 'conversation')],
      },
      'defer',
      '2026-11-27T19:00:00Z',
      ['cooldown'],
    ],
    [
      'the hour that happens twice in New York is night in both its runs',
      { ...REG_F, now: '2026-11-01T05:30:00Z' },
      'defer',
      '2026-11-01T13:00:00Z',
      ['outside_contact_window'],
    ],
    [
      'a cap holds to the last second of the seventh day, whatever hours were agreed',
      {
        ...REG_F,
        now: '2026-11-24T04:59:59Z',
        contacts: days('2026-11-17T15:00:00Z', 7),
        consents: [{ kind: 'contact-outside-hours', from: '2026-11-01T00:00:00Z' }],
      },
      'defer',
      '2026-11-24T05:00:00Z',
      ['cap_reached'],
    ],
    [
      'and at midnight it is over',
      {
        ...REG_F,
        now: '2026-11-24T05:00:00Z',
        contacts: days('2026-11-17T15:00:00Z', 7),
        consents: [{ kind: 'contact-outside-hours', from: '2026-11-01T00:00:00Z' }],
      },
      'send',
      null,
      [],
    ],
  ])
})

describe('more of the world, worked out by hand', () => {
  worked([
    [
      'New South Wales wakes with Broken Hill, half an hour behind Sydney',
      { place: 'AU-NSW', now: '2026-11-22T20:00:00Z' },
      'defer',
      '2026-11-22T21:00:00Z',
      ['outside_contact_window'],
    ],
    [
      'South Australia on a Saturday wakes with Eucla, three quarters past the hour',
      { place: 'AU-SA', now: '2026-11-20T22:00:00Z' },
      'defer',
      '2026-11-21T00:15:00Z',
      ['outside_contact_window'],
    ],
    [
      'the Northern Territory rests on Australia Day',
      { place: 'AU-NT', now: '2027-01-26T02:00:00Z' },
      'defer',
      '2027-01-26T22:00:00Z',
      ['holiday'],
    ],
    [
      'three talks in a week are enough in Queensland',
      { place: 'AU-QLD', now: '2026-11-23T23:00:00Z', contacts: days('2026-11-17T23:00:00Z', 3, 'conversation') },
      'defer',
      '2026-11-24T21:30:00Z',
      ['cap_reached'],
    ],
    [
      'three calls that nobody took are not',
      { place: 'AU-QLD', now: '2026-11-23T23:00:00Z', contacts: days('2026-11-17T23:00:00Z', 3) },
      'send',
      '2026-11-24T11:00:00Z',
      [],
    ],
    [
      'Papua closes first in Indonesia, Jakarta last',
      { place: 'ID-PA', now: '2026-11-23T10:59:00Z' },
      'send',
      '2026-11-23T11:00:00Z',
      [],
    ],
    [
      'Baja California opens at seven by its own clock',
      { place: 'MX-BCN', now: '2026-11-23T14:30:00Z' },
      'defer',
      '2026-11-23T15:00:00Z',
      ['outside_contact_window'],
    ],
    [
      'one call a week in Chile, Easter Island’s eight o’clock included',
      { place: 'CL', now: '2026-11-23T15:00:00Z', contacts: [contact('2026-11-18T15:00:00Z')] },
      'defer',
      '2026-11-25T13:00:00Z',
      ['cap_reached'],
    ],
    [
      'São Paulo rests on 20 November',
      { place: 'BR-SP', now: '2026-11-20T15:00:00Z' },
      'defer',
      '2026-11-21T11:00:00Z',
      ['holiday'],
    ],
    [
      'Espírito Santo has no hours on a Saturday',
      { place: 'BR-ES', now: '2026-11-21T14:00:00Z' },
      'defer',
      '2026-11-23T11:00:00Z',
      ['outside_contact_window'],
    ],
    [
      'Ontario on a Sunday opens at one, in its west an hour later',
      { place: 'CA-ON', role: 'collector', now: '2026-11-22T18:00:00Z' },
      'defer',
      '2026-11-22T19:00:00Z',
      ['outside_contact_window'],
    ],
    [
      'Ontario waits six days after its notice',
      {
        place: 'CA-ON',
        role: 'collector',
        now: '2026-11-23T18:00:00Z',
        events: [{ type: 'notice', kind: 'collection', at: '2026-11-20T15:00:00Z' }],
      },
      'defer',
      '2026-11-26T13:00:00Z',
      ['precondition_missing'],
    ],
    [
      'Washington’s three in seven days leave with the first',
      {
        place: 'US-WA',
        role: 'collector',
        now: '2026-11-23T18:00:00Z',
        contacts: [
          contact('2026-11-18T18:00:00Z'),
          contact('2026-11-19T18:00:00Z'),
          contact('2026-11-20T18:00:00Z', 'voicemail'),
        ],
      },
      'defer',
      '2026-11-25T16:00:00Z',
      ['cap_reached'],
    ],
    [
      'Nevada: sixty days after the notice of a medical debt',
      {
        place: 'US-NV',
        role: 'collector',
        account: { id: 'a', role: 'collector', product: 'medical' },
        now: '2026-11-23T18:00:00Z',
        events: [{ type: 'notice', kind: 'medical-debt', at: '2026-09-25T18:00:00Z' }],
      },
      'defer',
      '2026-11-24T16:00:00Z',
      ['precondition_missing'],
    ],
    [
      'a calendar that ends refuses: Quebec in July 2029',
      { place: 'CA-QC', role: 'collector', now: '2029-07-02T15:00:00Z' },
      'refuse',
      null,
      ['calendar_unknown'],
    ],
    [
      'Xinjiang keeps Beijing’s clock, and a call of which nothing is known was answered',
      {
        place: 'CN-XJ',
        packs: ['cn-gbt-45251', 'cn-cba-2026'],
        now: '2026-11-23T08:00:00Z',
        contacts: [
          contact('2026-11-23T01:00:00Z', 'voicemail'),
          contact('2026-11-23T02:00:00Z', 'sent'),
          contact('2026-11-23T03:00:00Z', 'in-doubt'),
        ],
      },
      'defer',
      '2026-11-24T00:00:00Z',
      ['cap_reached'],
    ],
    [
      'who lives in Florida and has a number of Miami is called from eight in Miami',
      { place: 'US-FL', address: { value: '+13055550123', kind: 'mobile' }, now: '2026-11-23T12:59:59Z' },
      'defer',
      '2026-11-23T13:00:00Z',
      ['outside_contact_window'],
    ],
    [
      'a collector, whom federal law binds too, waits for the panhandle',
      {
        place: 'US-FL',
        role: 'collector',
        address: { value: '+13055550123', kind: 'mobile' },
        now: '2026-11-23T13:30:00Z',
      },
      'defer',
      '2026-11-23T14:00:00Z',
      ['outside_contact_window'],
    ],
  ])
})
