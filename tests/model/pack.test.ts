import { describe, expect, it } from 'vitest'
import { completePacks, type Pack, parsePack, withInheritedRules } from '../../src/model/pack.ts'

const RULE = {
  id: 'contact-window',
  shape: 'window',
  allow: [{ from: '08:00', to: '21:00' }],
  citation: 'Law 1',
  source: 'page 1',
  verified: 'text',
}
const PACK = {
  id: 'xx',
  version: '1',
  title: 'A law',
  kind: 'law',
  reviewer: null,
  source: 'a collection',
  validFrom: '2026-01-01',
  rules: [RULE],
}
const withRule = (change: Record<string, unknown>) => ({ ...PACK, rules: [{ ...RULE, ...change }] })
const CAP = {
  id: 'cap',
  shape: 'cap',
  limit: 3,
  window: { type: 'calendar-day' },
  counts: 'attempt',
  key: 'person',
  channels: ['phone'],
  citation: 'Law 1',
  source: 'page 1',
  verified: 'text',
}

const faults = (data: unknown) => {
  const parsed = parsePack(data)
  return parsed.ok ? [] : parsed.faults
}

describe('a policy pack', () => {
  it('is accepted with an id, a version, a date and a cited rule', () => {
    expect(faults(PACK)).toEqual([])
  })

  it.each<[string, unknown, string]>([
    ['without a date', { ...PACK, validFrom: undefined }, 'validFrom'],
    ['with an impossible date', { ...PACK, validFrom: '2026-02-30' }, 'validFrom'],
    ['with dates the wrong way round', { ...PACK, validUntil: '2025-01-01' }, 'validUntil'],
    ['without rules', { ...PACK, rules: [] }, 'rules'],
    ['with a rule without citation', withRule({ citation: undefined }), 'rules[0].citation'],
    ['with an empty citation', withRule({ citation: '' }), 'rules[0].citation'],
    ['with an impossible time', withRule({ allow: [{ from: '08:00', to: '25:00' }] }), 'rules[0].allow[0].to'],
    ['with a window of no length', withRule({ allow: [{ from: '08:00', to: '08:00' }] }), 'rules[0].allow[0].to'],
    [
      'with overlapping windows',
      withRule({
        allow: [
          { from: '08:00', to: '21:00' },
          { days: [3], from: '20:00', to: '22:00' },
        ],
      }),
      'rules[0].allow',
    ],
    [
      'with windows that overlap across midnight',
      withRule({
        allow: [
          { days: [7], from: '20:00', to: '09:00' },
          { days: [1], from: '08:00', to: '12:00' },
        ],
      }),
      'rules[0].allow',
    ],
    ['with both hours allowed and hours banned', withRule({ ban: [{ from: '22:00', to: '08:00' }] }), 'rules[0].allow'],
    ['with an unknown channel', withRule({ when: { channels: ['fax'] } }), 'rules[0].when.channels[0]'],
    [
      'with an unknown calendar',
      withRule({ holidays: { calendar: 'ATLANTIS', effect: 'closed' } }),
      'rules[0].holidays.calendar',
    ],
    ['with a cap of zero', { ...PACK, rules: [{ ...CAP, limit: 0 }] }, 'rules[0].limit'],
    ['with an unknown rule shape', withRule({ shape: 'windw' }), 'rules[0].shape'],
    ['with a rule id used twice', { ...PACK, rules: [RULE, RULE] }, 'rules[1].id'],
    ['with a rule that is on though not verified', withRule({ verified: 'no' }), 'rules[0].status'],
    [
      'with days past due the wrong way round',
      withRule({ when: { daysPastDue: { min: 9, max: 3 } } }),
      'rules[0].when.daysPastDue',
    ],
    ['with an unknown key', withRule({ alow: [] }), 'rules[0].alow'],
    ['that is no mapping', 'hello', ''],
  ])('%s does not load, and the fault says where', (_name, data, path) => {
    expect(faults(data).map((fault) => fault.path)).toContain(path)
  })

  it('names the word that was probably meant', () => {
    expect(faults(withRule({ shape: 'windw' }))[0]?.cure).toBe('Did you mean "window"?')
  })

  it('lets an unverified rule stand when it is switched off', () => {
    expect(faults(withRule({ verified: 'no', status: 'off' }))).toEqual([])
  })
})

describe('a pack that extends another', () => {
  const pack = (change: Record<string, unknown>): Pack => {
    const parsed = parsePack({ ...PACK, ...change })
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
    return parsed.pack
  }
  const base = pack({ rules: [RULE, CAP] })

  it('has its rules too, and replaces those of the same id', () => {
    const found = withInheritedRules([base, pack({ id: 'yy', extends: 'xx', rules: [{ ...CAP, limit: 1 }] })])
    const rules = found.ok ? (found.packs[1]?.rules ?? []) : []
    expect(rules.map((rule) => [rule.id, rule.shape === 'cap' ? rule.limit : null])).toEqual([
      ['contact-window', null],
      ['cap', 1],
    ])
  })

  it('does not load when it extends itself, in a circle, or nothing', () => {
    const faultOf = (...packs: Pack[]) => {
      const found = withInheritedRules(packs)
      return found.ok ? [] : found.faults.map((fault) => fault.problem)
    }
    expect(faultOf(pack({ id: 'yy', extends: 'yy' }))[0]).toContain('circle')
    expect(faultOf(pack({ id: 'yy', extends: 'zz' }), pack({ id: 'zz', extends: 'yy' }))).toHaveLength(2)
    expect(faultOf(pack({ id: 'yy', extends: 'zz' }))[0]).toContain('not a policy pack')
  })

  it('is left out, with what extends it in turn, while the others are looked at', () => {
    const packs = [
      base,
      pack({ id: 'yy', extends: 'yy' }),
      pack({ id: 'zz', extends: 'yy' }),
      pack({ id: 'ww', extends: 'xx' }),
      pack({ id: 'vv', extends: 'nowhere' }),
    ]
    expect(completePacks(packs).map(({ id }) => id)).toEqual(['xx', 'ww'])
  })
})
