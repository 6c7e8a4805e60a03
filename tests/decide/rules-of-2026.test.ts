import { describe, expect, it } from 'vitest'
import { decide } from '../../src/decide/decide.ts'
import { fitOf, type Fit, type Scope } from '../../src/decide/condition.ts'
import { selectPacks } from '../../src/decide/packs.ts'
import { parseDecideCase } from '../../src/intake/decide-case.ts'
import type { Facts } from '../../src/model/facts.ts'
import { formatInstant } from '../../src/model/time.ts'
import type { Condition } from '../../src/model/pack-parts.ts'
import { at, decided, factsWith, packOf } from './case-of.ts'
import { compiledPacks } from './packs.ts'

type Stated = Record<string, unknown>
type Worked = [name: string, stated: Stated, verdict: string, until: string | null, codes: string[]]

const contact = (when: string, outcome = 'no-answer', channel = 'phone', rest: Stated = {}): Stated => ({
  at: when,
  channel,
  account: 'a',
  outcome,
  ...rest,
})

/** One reminder about one open account, with what a case changes. */
function caseWith({ place, role, product, channel, kind, due, recipient, accounts, ...rest }: Stated): Stated {
  return {
    reminder: { channel: channel ?? 'phone', tone: 'neutral', ...(kind === undefined ? {} : { kind }) },
    recipient: recipient ?? { id: 'r', jurisdiction: place },
    ...(accounts === undefined
      ? {
          account: {
            id: 'a',
            role: role ?? 'original-creditor',
            product: product ?? 'consumer-loan',
            ...(due === undefined ? {} : { dueDate: due }),
          },
        }
      : { accounts }),
    ...rest,
  }
}

function answer(stated: Stated, add: Partial<Facts> = {}): { verdict: string; until: string | null; codes: string[] } {
  const parsed = parseDecideCase(caseWith(stated))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
  const chosen = selectPacks(compiledPacks, { named: parsed.case.packs })
  if (!chosen.ok) throw new Error(JSON.stringify(chosen.faults))
  const { verdict, until, reasons } = decide({ ...parsed.case.facts, ...add }, chosen.packs, parsed.case.now)
  return { verdict, until: until === null ? null : formatInstant(until), codes: reasons.map((reason) => reason.code) }
}

const worked = (cases: Worked[]): void => {
  it.each(cases)('%s', (_name, stated, verdict, until, codes) => {
    expect(answer(stated)).toEqual({ verdict, until, codes })
  })
}

/** The running system, which knows all that is on record, and nothing that stands in the way. */
const RUNNING: Partial<Facts> = {
  system: {
    testMode: false,
    switchedOff: null,
    clockUncertain: false,
    routeProblem: null,
    notRegistered: false,
    phoneInFlight: false,
  },
}

const NOON = '2026-11-23T18:00:00Z'
const REG_F = {
  packs: ['us-reg-f'],
  role: 'collector',
  recipient: { id: 'r', jurisdiction: 'US-NY', timeZone: 'America/New_York' },
}
/** 21:00 in New York on Monday 23 November. */
const EVENING = '2026-11-24T02:00:00Z'

describe('Regulation F: where an address came from (12 CFR 1006.6(d)(4)-(5), 1006.22(f)(3))', () => {
  const email = { ...REG_F, channel: 'email', now: NOON }
  const work = (rest: Stated = {}): Stated => ({
    ...email,
    address: { value: 'ana@employer.example', kind: 'work', ...rest },
  })
  const own = (rest: Stated = {}): Stated => ({ ...email, address: { value: 'ana@example.com', ...rest } })
  worked([
    [
      'a mailbox that the employer gave is not written to, though nothing else is stated of it',
      work(),
      'refuse',
      null,
      ['precondition_missing'],
    ],
    ['nor by a required notice', { ...work(), kind: 'required-notice' }, 'refuse', null, ['precondition_missing']],
    ["nor after a creditor's notice", work({ source: 'creditor-notice' }), 'refuse', null, ['precondition_missing']],
    ['it may be, once the consumer used it', work({ source: 'consumer-used' }), 'send', EVENING, []],
    ['or a prior collector did', work({ source: 'prior-collector' }), 'send', EVENING, []],
    [
      'consent for this very mailbox opens it, as long as it lasts',
      {
        ...work(),
        consents: [
          {
            kind: 'electronic-contact',
            channel: 'email',
            value: 'ana@employer.example',
            from: '2026-01-01T00:00:00Z',
            until: '2026-11-23T20:00:00Z',
          },
        ],
      },
      'send',
      '2026-11-23T20:00:00Z',
      [],
    ],
    [
      'consent for another mailbox does not',
      {
        ...work(),
        consents: [
          { kind: 'electronic-contact', channel: 'email', value: 'ana@example.com', from: '2026-01-01T00:00:00Z' },
        ],
      },
      'refuse',
      null,
      ['precondition_missing'],
    ],
    [
      'nor does consent that names no mailbox',
      { ...work(), consents: [{ kind: 'electronic-contact', from: '2026-01-01T00:00:00Z' }] },
      'refuse',
      null,
      ['precondition_missing'],
    ],
    [
      'a message of theirs that is yet to come shows nothing',
      {
        ...work(),
        contacts: [
          contact('2026-11-23T19:00:00Z', 'delivered', 'email', {
            direction: 'inbound',
            address: 'ana@employer.example',
          }),
        ],
      },
      'refuse',
      null,
      ['precondition_missing'],
    ],
    ['a mailbox of their own of which nothing is stated is not asked about in a bare case', own(), 'send', EVENING, []],
    [
      'one that came by other ways is refused',
      own({ source: 'bought list' }),
      'refuse',
      null,
      ['precondition_missing'],
    ],
    [
      'each of the four procedures opens it, however it is written',
      own({ source: ' Creditor-Notice ' }),
      'send',
      EVENING,
      [],
    ],
    [
      'an original creditor may write to it all the same',
      { ...own({ source: 'bought list' }), role: 'original-creditor' },
      'send',
      null,
      [],
    ],
    [
      'a text of theirs on 25 September lasts through 23 November, the sixtieth day',
      {
        ...REG_F,
        channel: 'sms',
        now: NOON,
        address: { value: '+12125550123' },
        contacts: [
          contact('2026-09-25T15:00:00Z', 'delivered', 'sms', { direction: 'inbound', address: '+12125550123' }),
        ],
      },
      'send',
      EVENING,
      [],
    ],
    [
      'and no longer on the sixty-first',
      {
        ...REG_F,
        channel: 'sms',
        now: '2026-11-24T18:00:00Z',
        address: { value: '+12125550123' },
        contacts: [
          contact('2026-09-25T15:00:00Z', 'delivered', 'sms', { direction: 'inbound', address: '+12125550123' }),
        ],
      },
      'refuse',
      null,
      ['precondition_missing'],
    ],
    [
      'a number that was checked yesterday but came from nowhere stays shut',
      { ...REG_F, channel: 'sms', now: NOON, address: { value: '+12125550123', verifiedAt: '2026-11-22T15:00:00Z' } },
      'refuse',
      null,
      ['precondition_missing'],
    ],
    [
      'a text of theirs shows nothing of their mailbox',
      {
        ...own({ source: 'bought list' }),
        contacts: [contact('2026-11-22T15:00:00Z', 'delivered', 'sms', { direction: 'inbound' })],
      },
      'refuse',
      null,
      ['precondition_missing'],
    ],
  ])

  it('the running system knows all that is on record: what it does not know of a mailbox is missing', () => {
    expect(answer(own(), RUNNING)).toEqual({ verdict: 'refuse', until: null, codes: ['precondition_missing'] })
    expect(answer(own({ source: 'consumer-consent' }), RUNNING)).toEqual({ verdict: 'send', until: EVENING, codes: [] })
  })
})

describe('Regulation F: the validation notice (12 CFR 1006.34)', () => {
  const owed = { ...REG_F, channel: 'email', events: [] }
  const talk = contact('2026-11-17T18:00:00Z', 'conversation', 'phone', { direction: 'inbound' })
  worked([
    [
      'a talk that the consumer began on the 17th leaves the 22nd free',
      { ...owed, now: '2026-11-23T01:59:59Z', contacts: [talk] },
      'send',
      '2026-11-23T02:00:00Z',
      [],
    ],
    [
      'and nothing more goes out from the 23rd',
      { ...owed, now: '2026-11-23T13:00:00Z', contacts: [talk] },
      'refuse',
      null,
      ['precondition_missing'],
    ],
    [
      'save the notice itself',
      { ...owed, kind: 'required-notice', now: '2026-11-23T13:00:00Z', contacts: [talk] },
      'send',
      EVENING,
      [],
    ],
    [
      'a message of theirs alone began nothing',
      {
        ...owed,
        now: '2026-11-23T13:00:00Z',
        contacts: [contact('2026-11-10T18:00:00Z', 'delivered', 'sms', { direction: 'inbound' })],
      },
      'send',
      EVENING,
      [],
    ],
    [
      'nor did a voicemail of theirs',
      {
        ...owed,
        now: '2026-11-23T13:00:00Z',
        contacts: [contact('2026-11-10T18:00:00Z', 'voicemail', 'phone', { direction: 'inbound' })],
      },
      'send',
      EVENING,
      [],
    ],
  ])

  it('is read five business days after it was sent; federal holidays are none, and thirty days follow', () => {
    const wait = packOf({
      shape: 'precondition',
      requires: { event: 'notice', kind: 'validation' },
      waitBusinessDays: { days: 5, calendar: 'US' },
      waitDays: 30,
    })
    const facts = factsWith({
      recipient: { timeZone: 'America/New_York', jurisdiction: 'US-NY' },
      rest: { events: [{ type: 'notice', kind: 'validation', at: at('2026-11-20T18:00:00Z'), account: 'a' }] },
    })
    // Sent on a Friday: Monday 23, 24, 25, Friday 27 (the 26th is Thanksgiving), Monday 30 November; thirty days end with 30 December.
    expect(decided(facts, [wait], '2026-12-31T04:59:59Z')).toEqual({
      verdict: 'defer',
      until: '2026-12-31T05:00:00Z',
      codes: ['precondition_missing'],
    })
    expect(decided(facts, [wait], '2026-12-31T05:00:00Z')).toEqual({ verdict: 'send', until: null, codes: [] })
  })
})

describe('student loans', () => {
  const calls = (product: string): Stated => ({
    ...REG_F,
    product,
    now: NOON,
    contacts: ['a', 'b', 'c', 'a', 'b', 'c', 'b'].map((account, i) =>
      contact(`2026-11-${17 + i}T15:00:00Z`, 'no-answer', 'phone', { account }),
    ),
  })
  worked([
    ['are one debt for the seven in seven', calls('student-loan'), 'defer', '2026-11-24T13:00:00Z', ['cap_reached']],
    ['other loans have a count each', calls('consumer-loan'), 'send', EVENING, []],
    [
      'a talk about one of them is one about all',
      {
        ...REG_F,
        product: 'student-loan',
        now: NOON,
        contacts: [contact('2026-11-20T15:00:00Z', 'conversation', 'phone', { account: 'b' })],
      },
      'defer',
      '2026-11-27T13:00:00Z',
      ['cooldown'],
    ],
  ])
})

describe('New York City (6 RCNY 5-77), in force from 1 September 2026', () => {
  const city = { packs: ['us-nyc'], place: 'US-NY-NYC' }
  const two = [contact('2026-11-20T15:00:00Z', 'failed', 'email'), contact('2026-11-21T15:00:00Z', 'no-answer')]
  const consent = (channel?: string): Stated => ({
    consents: [
      { kind: 'electronic-contact', ...(channel === undefined ? {} : { channel }), from: '2026-01-01T00:00:00Z' },
    ],
  })
  worked([
    ['a third communication of the seven days may go', { ...city, now: NOON, contacts: two }, 'send', null, []],
    [
      'a fourth waits for the eighth day of the first',
      { ...city, now: NOON, contacts: [contact('2026-11-17T05:00:00Z', 'voicemail'), ...two] },
      'defer',
      '2026-11-24T05:00:00Z',
      ['cap_reached'],
    ],
    [
      'one a second before its midnight has left',
      { ...city, now: NOON, contacts: [contact('2026-11-17T04:59:59Z', 'voicemail'), ...two] },
      'send',
      null,
      [],
    ],
    [
      'what is about another account is not counted',
      {
        ...city,
        now: NOON,
        contacts: [contact('2026-11-19T15:00:00Z', 'voicemail', 'phone', { account: 'b' }), ...two],
      },
      'send',
      null,
      [],
    ],
    ['a text without consent is refused', { ...city, channel: 'sms', now: NOON }, 'refuse', null, ['consent_missing']],
    [
      'consent for emails opens no text',
      { ...city, channel: 'sms', now: NOON, ...consent('email') },
      'refuse',
      null,
      ['consent_missing'],
    ],
    ['consent for texts does', { ...city, channel: 'sms', now: NOON, ...consent('sms') }, 'send', null, []],
    [
      'on 31 August nothing of it held',
      { ...city, channel: 'sms', now: '2026-09-01T03:59:59Z' },
      'send',
      '2026-09-01T04:00:00Z',
      [],
    ],
    [
      'from the first second of 1 September it does',
      { ...city, channel: 'sms', now: '2026-09-01T04:00:00Z' },
      'refuse',
      null,
      ['consent_missing'],
    ],
    [
      'no silence of seven days after an exchange: nobody has read it',
      { ...city, now: NOON, contacts: [contact('2026-11-22T15:00:00Z', 'conversation')] },
      'send',
      null,
      [],
    ],
  ])
})

describe('the states', () => {
  const ca = { packs: ['us-ca'], place: 'US-CA' }
  const ma = {
    packs: ['us-ma'],
    place: 'US-MA',
    channel: 'email',
    events: [],
    contacts: [contact('2026-11-13T18:00:00Z', 'delivered', 'email')],
  }
  const wa = { packs: ['us-wa'], place: 'US-WA', role: 'collector', channel: 'sms', now: '2026-11-23T23:00:00Z' }
  const MOBILE = '+12065550123'
  const today = (hour: string, channel = 'sms', rest: Stated = {}): Stated =>
    contact(`2026-11-23T${hour}:00:00Z`, 'delivered', channel, { address: MOBILE, ...rest })
  worked([
    [
      'California lets a lender in at eight',
      { ...ca, now: '2026-11-23T15:59:59Z' },
      'defer',
      '2026-11-23T16:00:00Z',
      ['outside_contact_window'],
    ],
    [
      'and out at nine in the evening, for email too',
      { ...ca, channel: 'email', now: '2026-11-24T05:00:00Z' },
      'defer',
      '2026-11-24T16:00:00Z',
      ['outside_contact_window'],
    ],
    [
      'a servicer as well',
      { ...ca, role: 'servicer', now: '2026-11-24T05:00:00Z' },
      'defer',
      '2026-11-24T16:00:00Z',
      ['outside_contact_window'],
    ],
    [
      'a workplace is not called',
      { ...ca, now: NOON, address: { value: '+12135550123', kind: 'work' } },
      'refuse',
      null,
      ['route_not_eligible'],
    ],
    [
      "an attorney ends a lender's contact over every address",
      {
        ...ca,
        channel: 'email',
        now: NOON,
        address: { value: 'a@example.com' },
        suppressions: [{ scope: 'address', channel: 'phone', value: '+12135550123', reason: 'attorney' }],
      },
      'refuse',
      null,
      ['suppressed', 'suppressed'],
    ],
    [
      'Texas, of which nothing was read, objects to nothing',
      { packs: ['us-first-party'], place: 'US-TX', now: '2026-11-24T05:00:00Z' },
      'send',
      null,
      [],
    ],
    [
      'the District of Columbia leaves loans on real estate out',
      { packs: ['us-dc'], place: 'US-DC', channel: 'sms', product: 'mortgage', now: NOON },
      'send',
      null,
      [],
    ],
    [
      'and direct motor vehicle loans',
      { packs: ['us-dc'], place: 'US-DC', channel: 'sms', product: 'direct-motor-vehicle-loan', now: NOON },
      'send',
      null,
      [],
    ],
    [
      'a car loan that does not say that it is direct is inside',
      { packs: ['us-dc'], place: 'US-DC', channel: 'sms', product: 'auto-loan', now: NOON },
      'refuse',
      null,
      ['consent_missing'],
    ],
    [
      'so is a message about a mortgage and a card',
      {
        packs: ['us-dc'],
        place: 'US-DC',
        channel: 'sms',
        accounts: [
          { id: 'a', role: 'servicer', product: 'mortgage' },
          { id: 'b', role: 'servicer', product: 'credit-card' },
        ],
        now: NOON,
      },
      'refuse',
      null,
      ['consent_missing'],
    ],
    // Friday 13 November; Monday 16 to Friday 20 are five business days.
    [
      "Massachusetts: on the fifth business day after the first contact the creditor's notice is still owed",
      { ...ma, now: '2026-11-21T04:59:59Z' },
      'send',
      '2026-11-21T05:00:00Z',
      [],
    ],
    [
      'when it is over nothing more goes out',
      { ...ma, now: '2026-11-21T05:00:00Z' },
      'refuse',
      null,
      ['precondition_missing'],
    ],
    ['save the notice', { ...ma, kind: 'required-notice', now: '2026-11-21T05:00:00Z' }, 'send', null, []],
    [
      'with it on record all is well',
      {
        ...ma,
        now: '2026-11-23T18:00:00Z',
        events: [{ type: 'notice', kind: 'validation', at: '2026-11-16T18:00:00Z', account: 'a' }],
      },
      'send',
      null,
      [],
    ],
    [
      'a collector owes another one, by federal law',
      { ...ma, role: 'collector', now: '2026-11-23T18:00:00Z' },
      'send',
      null,
      [],
    ],
    [
      'Washington: a second of the day to a mobile may go',
      { ...wa, address: { value: MOBILE, kind: 'mobile' }, contacts: [today('17')] },
      'send',
      '2026-11-24T05:00:00Z',
      [],
    ],
    [
      'a third waits for the next morning',
      { ...wa, address: { value: MOBILE, kind: 'mobile' }, contacts: [today('17', 'phone'), today('19')] },
      'defer',
      '2026-11-24T15:30:00Z',
      ['cap_reached'],
    ],
    [
      'one to a number of unknown kind too',
      { ...wa, address: { value: MOBILE }, contacts: [today('17', 'phone'), today('19')] },
      'defer',
      '2026-11-24T15:30:00Z',
      ['cap_reached'],
    ],
    [
      'one to a landline not',
      {
        ...wa,
        channel: 'phone',
        address: { value: MOBILE, kind: 'landline' },
        contacts: [today('17', 'phone'), today('19', 'phone')],
      },
      'send',
      '2026-11-24T05:00:00Z',
      [],
    ],
    [
      "the answer to the debtor's own text is no third",
      {
        ...wa,
        kind: 'service',
        address: { value: MOBILE, kind: 'mobile' },
        contacts: [today('17'), today('19'), today('22', 'sms', { direction: 'inbound' })],
      },
      'send',
      '2026-11-24T05:00:00Z',
      [],
    ],
    [
      'a reminder is no answer',
      {
        ...wa,
        address: { value: MOBILE, kind: 'mobile' },
        contacts: [today('17'), today('19'), today('22', 'sms', { direction: 'inbound' })],
      },
      'defer',
      '2026-11-24T15:30:00Z',
      ['cap_reached'],
    ],
  ])
})

describe('other countries', () => {
  const ab = {
    packs: ['ca-ab'],
    role: 'collector',
    recipient: { id: 'r', jurisdiction: 'CA-AB', timeZone: 'America/Edmonton' },
  }
  const three = [
    contact('2027-07-10T18:00:00Z'),
    contact('2027-07-12T18:00:00Z', 'sent', 'email'),
    contact('2027-07-14T18:00:00Z', 'voicemail', 'phone', { account: 'b' }),
  ]
  const kr = { packs: ['kr'], place: 'KR', channel: 'sms', due: '2026-08-10' }
  const notice = (when: string): Stated => ({ type: 'notice', kind: 'collection', at: when, account: 'a' })
  const space = { packs: ['uk'], now: '2026-11-23T12:00:00Z', events: [] }
  worked([
    [
      'Alberta opens at seven',
      { ...ab, now: '2027-07-10T12:59:59Z' },
      'defer',
      '2027-07-10T13:00:00Z',
      ['outside_contact_window'],
    ],
    ['and closes at ten in the evening', { ...ab, now: '2027-07-10T03:59:59Z' }, 'send', '2027-07-10T04:00:00Z', []],
    [
      'a third contact in seven days may go',
      { ...ab, now: '2027-07-15T18:00:00Z', contacts: three.slice(1) },
      'send',
      '2027-07-16T04:00:00Z',
      [],
    ],
    [
      'a fourth waits until the first has left',
      { ...ab, now: '2027-07-15T18:00:00Z', contacts: three },
      'defer',
      '2027-07-17T13:00:00Z',
      ['cap_reached'],
    ],
    [
      'Colombia: a bare case that names no authorised channel says nothing of them',
      { packs: ['co'], place: 'CO', now: '2026-11-23T15:00:00Z' },
      'send',
      '2026-11-24T00:00:00Z',
      [],
    ],
    [
      'who authorised texts is not called',
      {
        packs: ['co'],
        place: 'CO',
        now: '2026-11-23T15:00:00Z',
        consents: [{ kind: 'authorised-channel', channel: 'sms', from: '2026-01-01T00:00:00Z' }],
      },
      'refuse',
      null,
      ['consent_missing'],
    ],
    [
      'an authorisation that has ended authorises nothing',
      {
        packs: ['co'],
        place: 'CO',
        now: '2026-11-23T15:00:00Z',
        consents: [
          { kind: 'authorised-channel', channel: 'phone', from: '2026-01-01T00:00:00Z', until: '2026-11-23T15:00:00Z' },
        ],
      },
      'refuse',
      null,
      ['consent_missing'],
    ],
    [
      'India: a bank may call until 19:00',
      { packs: ['in'], place: 'IN', now: '2026-11-23T13:29:59Z' },
      'send',
      '2026-11-23T13:30:00Z',
      [],
    ],
    [
      'a microfinance lender until 18:00',
      { packs: ['in'], place: 'IN', product: 'microfinance', now: '2026-11-23T12:29:59Z' },
      'send',
      '2026-11-23T12:30:00Z',
      [],
    ],
    [
      'and from 09:00',
      { packs: ['in'], place: 'IN', product: 'microfinance', now: '2026-11-23T03:29:59Z' },
      'defer',
      '2026-11-23T03:30:00Z',
      ['outside_contact_window'],
    ],
    [
      'a message about both keeps both hours',
      {
        packs: ['in'],
        place: 'IN',
        now: '2026-11-23T12:45:00Z',
        accounts: [
          { id: 'a', role: 'original-creditor', product: 'microfinance' },
          { id: 'b', role: 'original-creditor', product: 'consumer-loan' },
        ],
      },
      'defer',
      '2026-11-24T03:30:00Z',
      ['outside_contact_window'],
    ],
    [
      'the Philippines keep the night of a card until day sixty',
      { packs: ['ph'], place: 'PH', product: 'credit-card', due: '2026-09-24', now: '2026-11-23T14:00:00Z' },
      'defer',
      '2026-11-23T16:00:00Z',
      ['outside_contact_window'],
    ],
    [
      'of other loans until day fifteen',
      { packs: ['ph'], place: 'PH', due: '2026-11-07', now: '2026-11-23T14:00:00Z' },
      'send',
      null,
      [],
    ],
    [
      'Scotland: six months, where no end is recorded',
      { ...space, place: 'GB-SCT', holds: [{ kind: 'breathing-space', from: '2026-11-01T00:00:00Z' }] },
      'refuse',
      null,
      ['on_hold', 'on_hold'],
    ],
    [
      "Mexico: a bank's loan may be called about on a Saturday",
      { packs: ['mx'], place: 'MX-CMX', product: 'bank-loan', now: '2026-11-21T18:00:00Z' },
      'send',
      '2026-11-22T04:00:00Z',
      [],
    ],
    [
      'others wait for Monday',
      { packs: ['mx'], place: 'MX-CMX', now: '2026-11-21T18:00:00Z' },
      'defer',
      '2026-11-23T13:00:00Z',
      ['outside_contact_window'],
    ],
    [
      'Korea: the notice of an earlier spell opens nothing',
      { ...kr, due: '2026-11-10', now: '2026-11-23T03:00:00Z', events: [notice('2026-08-03T03:00:00Z')] },
      'refuse',
      null,
      ['precondition_missing'],
    ],
    [
      'one of the day on which it fell due does',
      { ...kr, due: '2026-11-10', now: '2026-11-23T03:00:00Z', events: [notice('2026-11-09T15:00:00Z')] },
      'send',
      '2026-11-23T12:00:00Z',
      [],
    ],
    // 1 September and 91 days after it: the last is 1 December.
    [
      'a deferral lasts three months at most',
      {
        ...kr,
        now: '2026-12-01T14:59:59Z',
        events: [notice('2026-08-12T03:00:00Z'), { type: 'hardship', kind: 'deferral', at: '2026-09-01T03:00:00Z' }],
      },
      'defer',
      '2026-12-01T23:00:00Z',
      ['outside_contact_window', 'on_hold'],
    ],
    [
      'and is over then',
      {
        ...kr,
        now: '2026-12-01T23:00:00Z',
        events: [notice('2026-08-12T03:00:00Z'), { type: 'hardship', kind: 'deferral', at: '2026-09-01T03:00:00Z' }],
      },
      'send',
      '2026-12-02T12:00:00Z',
      [],
    ],
    [
      "Japan: an attorney's notice ends contact over every address",
      {
        packs: ['jp'],
        place: 'JP',
        channel: 'email',
        now: '2026-11-24T03:00:00Z',
        address: { value: 'a@example.com' },
        suppressions: [{ scope: 'address', channel: 'phone', value: '+819012345678', reason: 'attorney' }],
      },
      'refuse',
      null,
      ['suppressed', 'suppressed'],
    ],
    [
      'a mortgage servicer is not stopped by its duty to speak',
      {
        packs: ['us-mortgage'],
        place: 'US-OH',
        role: 'servicer',
        product: 'mortgage',
        due: '2026-08-01',
        now: NOON,
        events: [],
      },
      'send',
      null,
      [],
    ],
  ])

  it('the running system refuses a channel that no Colombian authorised', () => {
    expect(answer({ packs: ['co'], place: 'CO', now: '2026-11-23T15:00:00Z' }, RUNNING)).toEqual({
      verdict: 'refuse',
      until: null,
      codes: ['consent_missing'],
    })
  })
})

describe('a duty from the due date', () => {
  const duty = packOf({
    shape: 'duty',
    after: 'due-date',
    owes: { event: 'notice', kind: 'live-contact' },
    withinDays: 36,
  })
  const facts = (dueDate: string | null) =>
    factsWith({
      recipient: { timeZone: 'America/New_York', jurisdiction: 'US-NY' },
      account: { dueDate },
      rest: { events: [] },
    })
  it('is over when the 36th day after it is', () => {
    expect(decided(facts('2026-10-01'), [duty], '2026-11-07T04:59:59Z')).toEqual({
      verdict: 'send',
      until: '2026-11-07T05:00:00Z',
      codes: [],
    })
    expect(decided(facts('2026-10-01'), [duty], '2026-11-07T05:00:00Z')).toEqual({
      verdict: 'refuse',
      until: null,
      codes: ['precondition_missing'],
    })
  })
  it('has not begun where no due date is stated', () => {
    expect(decided(facts(null), [duty], '2026-11-07T05:00:00Z').verdict).toBe('send')
  })
})

describe('Scotland’s six months', () => {
  const until = (place: string) => {
    const parsed = parseDecideCase(
      caseWith({
        packs: ['uk'],
        place,
        now: '2026-11-23T12:00:00Z',
        events: [],
        holds: [{ kind: 'breathing-space', from: '2026-11-01T00:00:00Z' }],
      }),
    )
    const chosen = selectPacks(compiledPacks, { named: ['uk'] })
    if (!parsed.ok || !chosen.ok) throw new Error('does not fit')
    return decide(parsed.case.facts, chosen.packs, parsed.case.now)
      .reasons.filter(({ pack }) => pack === 'uk')
      .map((reason) => [reason.rule, reason.until === null ? null : formatInstant(reason.until)])
  }
  it.each([
    ['England keeps sixty days', 'GB-ENG', [['uk/breathing-space', '2026-12-31T00:00:00Z']]],
    ['Scotland 184, which no six months exceed', 'GB-SCT', [['uk/scottish-moratorium', '2027-05-03T23:00:00Z']]],
    ['so does somebody whose nation is not known', 'GB', [['uk/scottish-moratorium', '2027-05-03T23:00:00Z']]],
  ])('%s', (_name, place, found) => expect(until(place)).toEqual(found))
})

describe('what a rule excepts, asked of a batch', () => {
  it.each<[string, Condition, Scope, Fit]>([
    ['only excepted products', { exceptProducts: ['mortgage'] }, { products: ['mortgage'] }, 'no'],
    ['some of them', { exceptProducts: ['mortgage'] }, { products: ['mortgage', 'loan'] }, 'maybe'],
    ['none of them', { exceptProducts: ['mortgage'] }, { products: ['loan'] }, 'yes'],
    ['products that are not known', { exceptProducts: ['mortgage'] }, {}, 'maybe'],
    ['only excepted places', { exceptJurisdictions: ['GB-ENG', 'GB-WLS'] }, { jurisdictions: ['GB-ENG'] }, 'no'],
    ['another nation', { exceptJurisdictions: ['GB-ENG', 'GB-WLS'] }, { jurisdictions: ['GB-SCT'] }, 'yes'],
    [
      'a country that holds excepted places',
      { exceptJurisdictions: ['GB-ENG', 'GB-WLS'] },
      { jurisdictions: ['GB'] },
      'maybe',
    ],
  ])('%s', (_name, when, scope, fit) => expect(fitOf(when, scope)).toBe(fit))
})
