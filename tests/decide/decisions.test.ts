import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decide } from '../../src/decide/decide.ts'
import { selectPacks } from '../../src/decide/packs.ts'
import { parseDecideCase } from '../../src/intake/decide-case.ts'
import { formatInstant } from '../../src/model/time.ts'
import { compiledPacks } from './packs.ts'

/** One decision worked out by hand from the law: what must come out; of several lawful instants any, of several objections one that must be among them. */
interface WorkedDecision {
  name: string
  case: unknown
  expect: { verdict?: string; verdictNot?: string; until?: (string | null)[]; code?: string }
}

const DECISIONS = JSON.parse(
  readFileSync(new URL('./fixtures/decisions.json', import.meta.url), 'utf8'),
) as WorkedDecision[]

describe('decisions worked out by hand from the law', () => {
  it('are all there', () => {
    expect(DECISIONS).toHaveLength(141)
  })

  it.each(DECISIONS.map((decision) => [decision.name, decision] as const))(
    '%s',
    (_name, { case: stated, expect: right }) => {
      const parsed = parseDecideCase(stated)
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
      const chosen = selectPacks(compiledPacks, { named: parsed.case.packs })
      if (!chosen.ok) throw new Error(JSON.stringify(chosen.faults))
      const { verdict, until, reasons } = decide(parsed.case.facts, chosen.packs, parsed.case.now)
      // What a case does not say may come out either way.
      const ends = until === null ? 'null' : formatInstant(until)
      expect(verdict).toBe(right.verdict ?? verdict)
      expect(verdict).not.toBe(right.verdictNot)
      expect(right.until?.map((one) => one ?? 'null') ?? [ends]).toContain(ends)
      expect(reasons.map(({ code }) => code)).toEqual(
        expect.arrayContaining(right.code === undefined ? [] : [right.code]),
      )
    },
  )
})
