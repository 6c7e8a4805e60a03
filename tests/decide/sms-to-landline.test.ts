import { describe, expect, it } from 'vitest'
import { decide } from '../../src/decide/decide.ts'
import { parseDecideCase } from '../../src/intake/decide-case.ts'

const NOON = '2026-11-23T12:00:00Z'

/** What the promise says of a message to this address, without any pack. */
function rulesAgainst(channel: string, address: Record<string, unknown>): string[] {
  const parsed = parseDecideCase({
    now: NOON,
    packs: [],
    reminder: { channel },
    address,
    recipient: { id: 'r', jurisdiction: 'GB' },
    account: { id: 'a', role: 'original-creditor' },
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
  return decide(parsed.case.facts, [], parsed.case.now).reasons.map(({ rule, code }) => `${rule} ${code}`)
}

describe('an SMS', () => {
  const refused = ['decorum/sms-to-landline route_not_eligible']
  it.each([
    ['by what is stated', { value: '+447400123456', kind: 'landline' }, refused],
    ['by its number', { value: '+442079460958' }, refused],
    ['by its number, whatever it is used for', { value: '+442079460958', kind: 'home' }, refused],
    ['that takes texts, as an operator has set', { value: '+442079460958', kind: 'landline', takesSms: true }, []],
    ['that is said not to take any', { value: '+442079460958', takesSms: false }, refused],
  ])('is not sent to a landline %s', (_how, address, rules) => {
    expect(rulesAgainst('sms', address)).toEqual(rules)
  })

  it.each([
    [{ value: '+447400123456' }],
    [{ value: '+12125550123' }],
    [{ value: '+12125550123', kind: 'home' }],
    [{ value: '+442079460958', kind: 'mobile' }],
    [{ value: '+442079460958', kind: 'voip' }],
  ])('goes to %j: no landline, or not surely one', (address) => {
    expect(rulesAgainst('sms', address)).toEqual([])
  })

  it('is another thing than a call', () => {
    expect(rulesAgainst('phone', { value: '+442079460958', kind: 'landline' })).toEqual([])
  })
})

it('a stop for a number in a form that its country has replaced is a stop for the number of today', () => {
  const parsed = parseDecideCase({
    now: NOON,
    packs: [],
    reminder: { channel: 'sms' },
    address: { value: '+525512345678' },
    recipient: { id: 'r', jurisdiction: 'MX' },
    account: { id: 'a', role: 'original-creditor' },
    suppressions: [{ scope: 'address', value: '+52 1 55 1234 5678', reason: 'opt-out' }],
  })
  expect(parsed.ok && decide(parsed.case.facts, [], parsed.case.now).reasons.map((reason) => reason.code)).toEqual([
    'suppressed',
  ])
})
