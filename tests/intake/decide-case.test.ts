import { describe, expect, it } from 'vitest'
import { decideCaseJsonSchema, parseDecideCase } from '../../src/intake/decide-case.ts'

const SMALLEST = {
  now: '2026-11-23T15:00:00Z',
  reminder: { channel: 'phone' },
  recipient: { id: 'r-1' },
  account: { id: 'a-1', role: 'collector' },
}
const FULL = {
  now: '2026-11-23T15:00:00Z',
  packs: ['us-reg-f'],
  reminder: { channel: 'phone', tone: 'firm', kind: 'reminder', mode: 'automated' },
  address: { value: '+12125550123', kind: 'mobile', relation: 'self' },
  recipient: {
    id: 'r-1',
    timeZone: null,
    jurisdiction: 'US-NY',
    locationEvidence: [{ kind: 'postal-address', jurisdiction: 'US-CA', at: '2026-10-01T00:00:00Z' }],
    blockedTimes: [{ days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' }],
  },
  account: { id: 'a-1', role: 'collector', product: 'consumer-loan', dueDate: '2026-10-01', state: 'open' },
  contacts: [
    {
      at: '2026-11-20T16:00:00Z',
      channel: 'phone',
      direction: 'outbound',
      account: 'a-1',
      address: '+1 (212) 555-0123',
      outcome: 'no-answer',
    },
  ],
  events: [{ type: 'notice', kind: 'validation', at: '2026-11-01T00:00:00Z' }],
  holds: [{ kind: 'dispute', account: 'a-1', from: '2026-11-01T00:00:00Z', until: null }],
  suppressions: [{ scope: 'address', channel: 'sms', value: '+12125550123', reason: 'opt-out' }],
  consents: [{ kind: 'contact-outside-hours', channel: 'phone', from: '2026-11-01T00:00:00Z', until: null }],
}

function facts(input: unknown) {
  const parsed = parseDecideCase(input)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
  return parsed.case
}
const faults = (input: unknown) => {
  const parsed = parseDecideCase(input)
  return parsed.ok ? [] : parsed.faults
}

describe('a decide case', () => {
  it('says when its reminder fell due, or nothing of it', () => {
    expect(
      facts({ ...SMALLEST, reminder: { channel: 'phone', dueAt: '2026-11-20T15:00:00Z' } }).facts.reminder,
    ).toMatchObject({ dueAt: Date.UTC(2026, 10, 20, 15) })
    expect(facts(SMALLEST).facts.reminder).not.toHaveProperty('dueAt')
  })

  it('becomes facts without a number in them; the same number has the same id everywhere', () => {
    const { facts: found, packs } = facts(FULL)
    expect(packs).toEqual(['us-reg-f'])
    expect(JSON.stringify(found)).not.toContain('555')
    expect(found.contacts[0]?.address).toBe(found.address?.id)
    expect(found.suppressions[0]?.address).toBe(found.address?.id)
    expect(found.address).toMatchObject({
      kind: 'mobile',
      country: 'US',
      zones: ['America/New_York'],
      subdivisions: ['US-NY'],
    })
  })

  it('may leave out everything that is optional; what is not stated stays unknown', () => {
    const { facts: found, packs } = facts(SMALLEST)
    expect(packs).toBeNull()
    expect(found).toMatchObject({
      reminder: { tone: 'neutral', kind: 'reminder', mode: null },
      address: null,
      events: null,
      system: null,
      contacts: [],
      holds: [],
    })
    expect(facts({ ...SMALLEST, events: [] }).facts.events).toEqual([])
  })

  it('may speak of several accounts at once', () => {
    const { account, ...rest } = SMALLEST
    expect(
      facts({ ...rest, accounts: [account, { ...account, id: 'a-2' }] }).facts.accounts.map(({ id }) => id),
    ).toEqual(['a-1', 'a-2'])
    expect(faults(rest)).toEqual([{ path: 'account', problem: expect.stringContaining('is needed') }])
  })

  it.each<[string, unknown, string]>([
    ['an instant without an offset', { ...SMALLEST, now: '2026-11-23T15:00:00' }, 'now'],
    ['an impossible date', { ...SMALLEST, account: { ...SMALLEST.account, dueDate: '2026-02-30' } }, 'account.dueDate'],
    ['an unknown zone', { ...SMALLEST, recipient: { id: 'r', timeZone: 'America/Gotham' } }, 'recipient.timeZone'],
    ['a role that is not stated', { ...SMALLEST, account: { id: 'a-1' } }, 'account.role'],
    ['NUL in a text', { ...SMALLEST, recipient: { id: 'r\u0000' } }, 'recipient.id'],
    ['half a character', { ...SMALLEST, recipient: { id: 'r\ud800' } }, 'recipient.id'],
    [
      'a number too large to be one',
      { ...SMALLEST, account: { ...SMALLEST.account, daysPastDue: Infinity } },
      'account.daysPastDue',
    ],
    [
      'a hold that ends before it begins',
      { ...SMALLEST, holds: [{ kind: 'dispute', from: '2026-12-01T00:00:00Z', until: '2026-11-01T00:00:00Z' }] },
      'holds[0].until',
    ],
    [
      'a consent that ends before it begins',
      { ...SMALLEST, consents: [{ kind: 'exceed-cap', from: '2026-12-01T00:00:00Z', until: '2026-11-01T00:00:00Z' }] },
      'consents[0].until',
    ],
    ['a mailbox for a call', { ...SMALLEST, address: { value: 'ana@example.com' } }, 'address.value'],
    ['an unknown country', { ...SMALLEST, recipient: { id: 'r', jurisdiction: 'XX' } }, 'recipient.jurisdiction'],
    [
      'a weekday of eight',
      { ...SMALLEST, recipient: { id: 'r', blockedTimes: [{ days: [8], from: '09:00', to: '10:00' }] } },
      'recipient.blockedTimes[0].days[0]',
    ],
    [
      'a wall time of 25:00',
      { ...SMALLEST, recipient: { id: 'r', blockedTimes: [{ days: [1], from: '25:00', to: '10:00' }] } },
      'recipient.blockedTimes[0].from',
    ],
    ['an unknown channel', { ...SMALLEST, reminder: { channel: 'fax' } }, 'reminder.channel'],
    [
      'an unknown outcome',
      { ...SMALLEST, contacts: [{ at: '2026-11-20T16:00:00Z', channel: 'phone', outcome: 'busy' }] },
      'contacts[0].outcome',
    ],
    ['a number that is not E.164', { ...SMALLEST, address: { value: '2125550123' } }, 'address.value'],
    [
      'a number on the email channel',
      { ...SMALLEST, reminder: { channel: 'email' }, address: { value: '+12125550123' } },
      'address.value',
    ],
    [
      'an address suppression without the address',
      { ...SMALLEST, suppressions: [{ scope: 'address', reason: 'opt-out' }] },
      'suppressions[0].value',
    ],
    ['an unknown key', { ...SMALLEST, recipient: { id: 'r', timezone: 'UTC' } }, 'recipient.timezone'],
    ['something that is no object', 'hello', ''],
  ])('with %s is refused with the path of the fault', (_name, input, path) => {
    expect(faults(input).map((fault) => fault.path)).toEqual([path])
  })

  it('suggests the key that was probably meant, and names every fault at once', () => {
    expect(faults({ ...SMALLEST, recipient: { id: 'r', timezone: 'UTC' } })[0]?.cure).toContain('timeZone')
    expect(faults({ ...SMALLEST, now: 'yesterday', reminder: { channel: 'fax' } })).toHaveLength(2)
  })

  it('never repeats an address in a fault', () => {
    expect(JSON.stringify(faults({ ...SMALLEST, address: { value: '0049151234567' } }))).not.toContain('151234567')
  })

  it('has a JSON Schema that names its parts', () => {
    expect(Object.keys((decideCaseJsonSchema as { properties: object }).properties)).toEqual(
      expect.arrayContaining([
        'now',
        'packs',
        'reminder',
        'recipient',
        'account',
        'contacts',
        'holds',
        'suppressions',
        'consents',
        'events',
      ]),
    )
  })
})
