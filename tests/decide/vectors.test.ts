import { describe, expect, it } from 'vitest'
import { decide } from '../../src/decide/decide.ts'
import { selectPacks } from '../../src/decide/packs.ts'
import { parseDecideCase } from '../../src/intake/decide-case.ts'
import { formatInstant } from '../../src/model/time.ts'
import { compiledPacks, shippedPacks } from './packs.ts'

describe.each(shippedPacks)('the pack $id', (pack) => {
  it('carries examples of its own', () => {
    expect(pack.vectors.length).toBeGreaterThan(0)
  })

  it.each(pack.vectors)('$name', (vector) => {
    const parsed = parseDecideCase(vector.case)
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
    const chosen = selectPacks(compiledPacks, { named: parsed.case.packs })
    if (!chosen.ok) throw new Error(JSON.stringify(chosen.faults))
    const decision = decide(parsed.case.facts, chosen.packs, parsed.case.now)
    const shown = {
      verdict: decision.verdict,
      ...(vector.until === undefined ? {} : { until: decision.until === null ? null : formatInstant(decision.until) }),
      ...(vector.codes === undefined ? {} : { codes: decision.reasons.map((reason) => reason.code).sort() }),
      ...(vector.rule === undefined ? {} : { rule: decision.reasons[0]?.rule }),
    }
    const { verdict, until, codes, rule } = vector
    expect(shown).toEqual({
      verdict,
      ...(until === undefined ? {} : { until }),
      ...(codes === undefined ? {} : { codes: [...codes].sort() }),
      ...(rule === undefined ? {} : { rule }),
    })
  })
})
