import { describe, expect, it } from 'vitest'
import { decide } from '../../src/decide/decide.ts'
import { selectPacks, type PackChoice } from '../../src/decide/packs.ts'
import type { Facts } from '../../src/model/facts.ts'
import { at, factsWith } from './case-of.ts'
import { compiledPacks } from './packs.ts'

const NOON = at('2026-11-23T17:00:00Z')
/** Ids of the packs that decide this case. */
function applied(facts: Facts, choice: PackChoice = { named: null }): string[] {
  const chosen = selectPacks(compiledPacks, choice)
  if (!chosen.ok) throw new Error(JSON.stringify(chosen.faults))
  return decide(facts, chosen.packs, NOON).packs.map(({ id }) => id)
}
const inPlace = (jurisdiction: string, role: 'collector' | 'original-creditor' = 'original-creditor') =>
  factsWith({ recipient: { jurisdiction }, account: { role } })

describe('which packs decide', () => {
  it('are by default those of the place, role, product and channel', () => {
    expect(applied(inPlace('US-NY', 'collector'))).toEqual(['us-reg-f', 'us-carrier-sms', 'us-tcpa', 'house-limits'])
    expect(applied(inPlace('CN'))).toEqual(['cn-gbt-45251', 'cn-cba-2026', 'house-limits'])
  })

  it('are the strict house pack in what no law settles for the case, channel by channel', () => {
    const byEmail = (facts: Facts): Facts => ({ ...facts, reminder: { ...facts.reminder, channel: 'email' } })
    expect(applied(inPlace('FR'))).toEqual(['house-limits', 'house'])
    expect(applied(byEmail(inPlace('CN')))).toEqual(['cn-gbt-45251', 'cn-cba-2026', 'house-limits', 'house'])
    expect(applied(byEmail(inPlace('US-NY', 'collector')))).toEqual([
      'us-reg-f',
      'us-carrier-sms',
      'us-tcpa',
      'house-limits',
      'house',
    ])
    expect(applied(inPlace('US-NY'))).toEqual(['us-carrier-sms', 'us-tcpa', 'house-limits', 'house'])
    expect(applied(inPlace('GB'))).toEqual(['uk', 'house-limits', 'house'])
  })

  it('include an opt-in pack only when it is named, and it does not stand in for the fallback', () => {
    expect(applied(inPlace('CN'), { named: null, also: ['house-cn'] })).toEqual([
      'cn-gbt-45251',
      'cn-cba-2026',
      'house-limits',
      'house-cn',
    ])
  })

  it('are exactly the named ones that match, the fallback included', () => {
    expect(applied(inPlace('US-NY', 'collector'), { named: ['us-reg-f', 'house', 'cn-gbt-45251'] })).toEqual([
      'us-reg-f',
      'house',
    ])
    expect(applied(inPlace('US-NY'), { named: ['us-reg-f'] })).toEqual([])
  })

  it('leave out a pack of the house that the configuration does not want, and never one of law', () => {
    expect(applied(inPlace('FR'), { named: null, without: ['house-limits', 'house'] })).toEqual([])
    expect(applied(inPlace('CN'), { named: null, without: ['cn-cba-2026'] })).toEqual([
      'cn-gbt-45251',
      'cn-cba-2026',
      'house-limits',
    ])
  })

  it('are refused by name when they do not exist', () => {
    expect(selectPacks(compiledPacks, { named: ['us-reg-f', 'us-regf'] })).toEqual({
      ok: false,
      faults: [{ path: 'packs[1]', problem: 'is not a policy pack: us-regf', cure: 'Did you mean "us-reg-f"?' }],
    })
  })

  it('are in force only from their first day on', () => {
    const chosen = selectPacks(compiledPacks, { named: ['cn-cba-2026'] })
    const packs = chosen.ok ? chosen.packs : []
    expect(decide(inPlace('CN'), packs, at('2026-01-29T15:59:59Z')).packs).toEqual([])
    expect(decide(inPlace('CN'), packs, at('2026-01-29T16:00:00Z')).packs).toEqual([
      { id: 'cn-cba-2026', version: '2026-11-26' },
    ])
  })
})
