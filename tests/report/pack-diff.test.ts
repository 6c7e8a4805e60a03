import { describe, expect, it } from 'vitest'
import { parsePack, type Pack } from '../../src/model/pack.ts'
import { packDiff, packDiffInWords } from '../../src/report/pack-diff.ts'

const hours = {
  id: 'hours',
  shape: 'window',
  allow: [{ from: '08:00', to: '21:00' }],
  citation: 'Act § 1',
  source: 'made up',
  verified: 'text',
}
const calls = {
  id: 'calls',
  shape: 'cap',
  limit: 7,
  window: { type: 'rolling-days', days: 7 },
  counts: 'attempt',
  key: 'person',
  channels: ['phone'],
  citation: 'Act § 2',
  source: 'made up',
  verified: 'text',
}

const pack = (version: string, rules: object[], over: object = {}): Pack => {
  const parsed = parsePack({
    id: 'test',
    version,
    title: 'Test',
    kind: 'law',
    reviewer: null,
    source: 'made up',
    validFrom: '2020-01-01',
    rules,
    ...over,
  })
  if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.faults))
  return parsed.pack
}

describe('what changed between two versions of a pack', () => {
  it('is told rule by rule, with each number that moved', () => {
    const before = pack('1', [hours, calls])
    const after = pack(
      '2',
      [
        { ...calls, limit: 5, window: { type: 'rolling-days', days: 14 } },
        { ...hours, id: 'sundays', closedDays: [7] },
      ],
      { validFrom: '2027-01-01' },
    )
    expect(packDiffInWords(packDiff(before, after)).split('\n')).toEqual([
      'test: 1 → 2',
      '  version was "1", is "2"',
      '  validFrom was "2020-01-01", is "2027-01-01"',
      '- hours (window; Act § 1) is gone',
      '+ sundays (window; Act § 1) is new',
      '~ calls',
      '    limit was 7, is 5',
      '    window.days was 7, is 14',
    ])
  })

  it('names hours in words, and what was or is not stated', () => {
    const after = pack('1', [
      { ...hours, allow: [{ from: '09:00', to: '21:00', days: [1, 2] }], when: { channels: ['phone'] } },
    ])
    expect(
      packDiffInWords(packDiff(pack('1', [hours]), after))
        .split('\n')
        .slice(1),
    ).toEqual([
      '~ hours',
      '    allow was from "08:00", to "21:00", is days 1 and 2, from "09:00", to "21:00"',
      '    when is now channels "phone"; it was not stated',
    ])
  })

  it('is nothing for a pack and itself, whatever the order of its rules', () => {
    expect(packDiffInWords(packDiff(pack('1', [hours, calls]), pack('1', [calls, hours])))).toBe(
      'test: 1 → 1\n  Nothing differs.',
    )
  })
})
