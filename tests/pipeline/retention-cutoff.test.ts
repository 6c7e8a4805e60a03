import { expect, it } from 'vitest'
import { policyOf } from '../../src/services/packs-in-force.ts'
import { formatInstant, parseInstant } from '../../src/model/time.ts'
import { cutoffOf } from '../../src/pipeline/retention.ts'
import { shippedConfig } from '../support/stage.ts'

const NOW = parseInstant('2026-11-23T12:00:00Z') as number
const PACKS = policyOf(shippedConfig())
const day = (instant: number | null | undefined) => (instant == null ? null : formatInstant(instant).slice(0, 10))
const COLLECTOR = { roles: ['collector'] as const, products: ['consumer-loan'] }
const LENDER = { roles: ['original-creditor'] as const, products: ['consumer-loan'] }
const asked = (scope: Parameters<typeof cutoffOf>[0], keepMonths: number, packs = PACKS) => {
  const cutoff = cutoffOf(scope, packs, { keepMonths, legalHold: false }, NOW)
  return cutoff === null
    ? null
    : {
        before: day(cutoff.before),
        ongoingSince: day(cutoff.ongoingSince),
        rules: cutoff.reasons.map((reason) => reason.rule),
      }
}

it('without a rule the house’s months count, and no debt is asked about', () => {
  expect(asked(LENDER, 12, [])).toEqual({ before: '2025-11-01', ongoingSince: null, rules: [] })
  expect(asked(LENDER, 3, [])).toEqual({ before: '2026-08-01', ongoingSince: null, rules: [] })
})

it('a rule that asks for longer than the house is obeyed and named', () => {
  const cutoff = asked(COLLECTOR, 12)
  expect(cutoff?.before).toBe('2023-11-01')
  expect(cutoff?.rules).toContain('us-reg-f/records-three-years')
})

it('where a rule counts from the last collection activity, debts collected since keep their records', () => {
  expect(asked(COLLECTOR, 12)?.ongoingSince).toBe('2023-12-01')
  // Seven years in the house's own right: what is older was last collected long ago, or is being collected.
  expect(asked(COLLECTOR, 84)).toEqual({ before: '2019-11-01', ongoingSince: '2023-12-01', rules: [] })
})

it('a rule for others does not speak', () => {
  expect(asked(LENDER, 12)?.rules).not.toContain('us-reg-f/records-three-years')
})

it('under a legal hold nothing may go', () => {
  expect(cutoffOf(LENDER, [], { keepMonths: 3, legalHold: true }, NOW)).toBeNull()
})
