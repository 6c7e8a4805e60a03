import { describe, expect, it } from 'vitest'
import { caseDecider } from '../../src/services/decide-case.ts'
import { policyPacks } from '../../src/authoring/packs.ts'

const decide = caseDecider(policyPacks())

const CASE = {
  now: '2026-11-23T15:00:00Z',
  packs: ['us-reg-f'],
  reminder: { channel: 'phone', tone: 'firm', kind: 'reminder', mode: 'automated' },
  address: { value: '+12125550123', kind: 'mobile', relation: 'self' },
  recipient: { id: 'r-1', jurisdiction: 'US-NY' },
  account: { id: 'a-1', role: 'collector', product: 'consumer-loan', dueDate: '2026-10-01', state: 'open' },
}

describe('a decide case that does not fit', () => {
  it.each([
    ['a key that does not exist', { ...CASE, recipent: {} }, 'recipent', 'is not a known key'],
    [
      'an impossible date',
      { ...CASE, account: { ...CASE.account, dueDate: '2026-02-30' } },
      'account.dueDate',
      'calendar',
    ],
    ['an instant without an offset', { ...CASE, now: '2026-11-23T15:00:00' }, 'now', 'offset'],
    ['a pack that does not exist', { ...CASE, packs: ['us-regf'] }, 'packs[0]', 'is not a policy pack'],
    ['a number where text belongs', { ...CASE, recipient: { id: 7 } }, 'recipient.id', 'is not text'],
    ['nothing that is needed', {}, 'recipient', 'is missing'],
    ['a list', [], '', 'is not an object'],
    ['no number for a call', { ...CASE, address: { value: 'ana@example.com' } }, 'address.value', 'E.164'],
  ])('names the path of %s', (_what, input, path, problem) => {
    const answer = decide(input)
    expect(answer.ok ? [] : answer.faults).toContainEqual(
      expect.objectContaining({ path, problem: expect.stringContaining(problem) as string }),
    )
  })

  it('never repeats a number or a mailbox', () => {
    const answer = decide({ ...CASE, address: { value: '+12125550123', kind: 'mobil' }, packs: ['nowhere'] })
    expect(JSON.stringify(answer)).not.toContain('2125550123')
  })
})

describe('which packs are asked', () => {
  const packsOf = (input: object): string[] => {
    const answer = decide(input)
    if (!answer.ok) throw new Error(JSON.stringify(answer.faults))
    return answer.decision.packs.map((p) => p.id)
  }

  it('exactly those that the case names', () => {
    expect(packsOf(CASE)).toEqual(['us-reg-f'])
  })

  it('otherwise every one that applies, but no opt-in pack', () => {
    const { packs: _named, ...rest } = CASE
    expect(packsOf(rest)).toEqual(expect.arrayContaining(['us-reg-f', 'us-tcpa']))
    expect(
      packsOf({ ...rest, recipient: { id: 'r', jurisdiction: 'CN' }, address: { value: '+8613800138000' } }),
    ).not.toContain('house-cn')
  })
})
