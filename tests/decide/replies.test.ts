import { describe, expect, it } from 'vitest'
import type { ContactFacts, Facts } from '../../src/model/facts.ts'
import { contactWith, DAYTIME, decided, factsWith, packOf, type Stated } from './case-of.ts'
import { compiledPacks } from './packs.ts'

const EVENING = { days: [1, 2, 3, 4, 5, 6, 7], from: '18:00', to: '08:00', channel: null, until: null }
const AT_NINE = '2026-11-24T02:00:00Z'
const TEN_PAST = '2026-11-24T02:10:00Z'
const wrote = (contact: Partial<ContactFacts> = {}) => ({
  channel: 'sms' as const,
  direction: 'inbound' as const,
  outcome: 'delivered' as const,
  ...contact,
  at: AT_NINE,
})
const answering = (contacts: NonNullable<Stated['contacts']>, more: Stated = {}): Facts =>
  factsWith({
    ...more,
    reminder: { channel: 'sms', kind: 'service', ...more.reminder },
    recipient: { blockedTimes: [EVENING], ...more.recipient },
    contacts,
  })

describe('somebody who writes at a time they asked to be left alone at is answered once (US-5)', () => {
  const exception = packOf({ shape: 'reply' })

  it('over the same channel, while that time lasts', () => {
    expect(decided(answering([wrote()]), [exception], TEN_PAST)).toEqual({
      verdict: 'send',
      until: '2026-11-24T23:00:00Z',
      codes: [],
    })
  })

  it.each<[string, Facts]>([
    ['a second time', answering([wrote(), { at: '2026-11-24T02:05:00Z', channel: 'sms', outcome: 'delivered' }])],
    [
      'after an answer over another channel',
      answering([wrote(), { at: '2026-11-24T02:05:00Z', channel: 'phone', outcome: 'no-answer' }]),
    ],
    [
      'while another answer may be on its way',
      answering([wrote(), { at: '2026-11-24T02:05:00Z', channel: 'sms', outcome: 'in-doubt' }]),
    ],
    ['over another channel', answering([wrote()], { reminder: { channel: 'email' } })],
    ['with a reminder', answering([wrote()], { reminder: { kind: 'reminder' } })],
    ['with a notice', answering([wrote()], { reminder: { kind: 'required-notice' } })],
    ['when somebody else wrote', answering([wrote({ party: 'third-party' })])],
    ['when the other owner of the number wrote', answering([wrote({ otherRecipient: true })])],
    ['about another debt', answering([wrote({ accounts: ['b'] })])],
    ['when nobody wrote', answering([])],
    [
      'the evening after',
      factsWith({
        reminder: { channel: 'sms', kind: 'service' },
        recipient: { blockedTimes: [EVENING] },
        contacts: [{ ...wrote(), at: '2026-11-23T02:00:00Z' }],
      }),
    ],
  ])('but not %s', (_name, facts) => {
    expect(decided(facts, [exception], TEN_PAST)).toMatchObject({ verdict: 'defer', until: '2026-11-24T13:00:00Z' })
  })

  it('nor where no law that is in force says so', () => {
    expect(decided(answering([wrote()]), [], TEN_PAST)).toMatchObject({
      verdict: 'defer',
      codes: ['recipient_blocked_time'],
    })
    const oneOfTwo = { ...exception, pack: { ...exception.pack, applies: { roles: ['collector' as const] } } }
    const facts = answering([wrote({ accounts: ['a', 'b'] })])
    facts.accounts.push({ ...(facts.accounts[0] as Facts['accounts'][0]), id: 'b', role: 'original-creditor' })
    expect(decided(facts, [oneOfTwo], TEN_PAST)).toMatchObject({ verdict: 'defer', codes: ['recipient_blocked_time'] })
  })

  it('past the hours that the exception names, and past no other hours', () => {
    const night = factsWith({
      reminder: { channel: 'sms', kind: 'service' },
      recipient: { blockedTimes: [EVENING] },
      contacts: [{ ...wrote(), at: '2026-11-24T03:00:00Z' }],
    })
    const lifting = packOf(DAYTIME, { shape: 'reply', lifts: ['rule-1'] })
    expect(decided(night, [lifting], '2026-11-24T03:05:00Z').verdict).toBe('send')
    expect(decided(night, [packOf(DAYTIME, { shape: 'reply' })], '2026-11-24T03:05:00Z')).toMatchObject({
      verdict: 'defer',
      codes: ['outside_contact_window'],
    })
  })

  it('and hours stand where no time was blocked, though the law lets the reply past them', () => {
    const facts = factsWith({
      reminder: { channel: 'sms', kind: 'service' },
      contacts: [{ ...wrote(), at: '2026-11-24T03:00:00Z' }],
    })
    expect(
      decided(facts, [packOf(DAYTIME, { shape: 'reply', lifts: ['rule-1'] })], '2026-11-24T03:05:00Z'),
    ).toMatchObject({ verdict: 'defer', codes: ['outside_contact_window'] })
  })
})

describe('a reply on the same day does not count towards a cap that says so (KR-2)', () => {
  const capped = packOf({
    shape: 'cap',
    limit: 2,
    window: { type: 'rolling-days', days: 7 },
    counts: 'attempt',
    key: 'account',
    channels: ['phone', 'sms', 'email'],
    excludes: ['same-day-reply'],
  })
  const seoul = { jurisdiction: 'KR' }
  const sms = (at: string, more: Partial<ContactFacts> = {}) => ({
    outcome: 'delivered' as const,
    channel: 'sms' as const,
    ...more,
    at,
  })
  const asked = (contacts: NonNullable<Stated['contacts']>) =>
    decided(factsWith({ recipient: seoul, contacts, reminder: { channel: 'sms' } }), [capped], '2026-11-24T05:00:00Z')
  const own = (at: string, more: Partial<ContactFacts> = {}) => sms(at, { direction: 'inbound', ...more })

  it('the first contact after the person’s own message, whatever else was sent', () => {
    expect(asked([sms('2026-11-22T03:00:00Z'), own('2026-11-23T03:00:00Z'), sms('2026-11-23T04:00:00Z')]).verdict).toBe(
      'send',
    )
  })

  it.each<[string, NonNullable<Stated['contacts']>]>([
    [
      'the second one',
      [
        own('2026-11-23T03:00:00Z'),
        sms('2026-11-23T04:00:00Z'),
        sms('2026-11-23T05:00:00Z'),
        sms('2026-11-23T06:00:00Z'),
      ],
    ],
    [
      'one on the next local day',
      [sms('2026-11-22T03:00:00Z'), own('2026-11-23T14:50:00Z'), sms('2026-11-23T15:10:00Z')],
    ],
    [
      'one over another channel',
      [sms('2026-11-22T03:00:00Z'), own('2026-11-23T03:00:00Z'), sms('2026-11-23T04:00:00Z', { channel: 'email' })],
    ],
    [
      'one about another debt',
      [sms('2026-11-22T03:00:00Z'), own('2026-11-23T03:00:00Z', { accounts: ['b'] }), sms('2026-11-23T04:00:00Z')],
    ],
    [
      'one of which it is not known what it was about',
      [sms('2026-11-22T03:00:00Z'), own('2026-11-23T03:00:00Z', { accounts: [] }), sms('2026-11-23T04:00:00Z')],
    ],
    ['one before the message', [sms('2026-11-22T03:00:00Z'), sms('2026-11-23T02:00:00Z'), own('2026-11-23T03:00:00Z')]],
    [
      'two at the same instant',
      [own('2026-11-23T03:00:00Z'), sms('2026-11-23T04:00:00Z'), sms('2026-11-23T04:00:00Z')],
    ],
  ])('but %s does', (_name, contacts) => {
    expect(asked(contacts)).toMatchObject({ verdict: 'defer', codes: ['cap_reached'] })
  })

  it('and the answer itself is not held by the cap, until its day is over', () => {
    const facts = factsWith({
      recipient: seoul,
      reminder: { channel: 'sms', kind: 'service' },
      contacts: [sms('2026-11-22T03:00:00Z'), sms('2026-11-23T03:00:00Z'), own('2026-11-24T04:00:00Z')],
    })
    expect(decided(facts, [capped], '2026-11-24T05:00:00Z')).toEqual({
      verdict: 'send',
      until: '2026-11-24T15:00:00Z',
      codes: [],
    })
    expect(
      decided({ ...facts, reminder: { ...facts.reminder, kind: 'reminder' } }, [capped], '2026-11-24T05:00:00Z').codes,
    ).toEqual(['cap_reached'])
    expect(
      decided(
        { ...facts, contacts: [...facts.contacts, contactWith(sms('2026-11-24T04:30:00Z'))] },
        [capped],
        '2026-11-24T05:00:00Z',
      ).codes,
    ).toEqual(['cap_reached'])
  })

  it('Regulation F and Korea carry them', () => {
    const shapes = (id: string) =>
      compiledPacks
        .find(({ pack }) => pack.id === id)
        ?.pack.rules.map((rule) => (rule.shape === 'cap' ? rule.excludes : rule.shape))
    expect(shapes('us-reg-f')).toContain('reply')
    expect(shapes('kr')).toContainEqual(['same-day-reply'])
  })
})
