import type { Pack, PackVector } from '../model/pack.ts'
import { caseDecider, type DecideCase } from './decide-case.ts'

/** One example of a pack that does not come out as the pack says. */
export interface VectorFailure {
  name: string
  /** What differs, as `verdict is send, not defer`. */
  problem: string
}

export interface PackReport {
  id: string
  version: string
  rules: number
  vectors: number
  failures: VectorFailure[]
}

/** Do the packs decide their own examples as they say they do? */
export function runVectors(packs: readonly Pack[]): PackReport[] {
  const decide = caseDecider(packs)
  return packs.map((pack) => ({
    id: pack.id,
    version: pack.version,
    rules: pack.rules.length,
    vectors: pack.vectors.length,
    failures: pack.vectors.flatMap((vector) => {
      const problem = differenceOf(vector, decide)
      return problem === null ? [] : [{ name: vector.name, problem }]
    }),
  }))
}

function differenceOf({ case: input, verdict, until, codes, rule }: PackVector, decide: DecideCase): string | null {
  const answer = decide(input)
  if (!answer.ok) return `its case does not fit: ${answer.faults.map((f) => `${f.path} ${f.problem}`).join('; ')}`
  const { decision } = answer
  const found = decision.reasons.map((r) => r.code).sort().join(', ')
  const wanted = codes === undefined ? found : [...codes].sort().join(', ')
  const binding = decision.reasons[0]?.rule ?? 'none'
  const differences = [
    decision.verdict === verdict ? null : `the verdict is ${decision.verdict}, not ${verdict}`,
    until === undefined || decision.until === until ? null : `until is ${decision.until ?? 'open'}, not ${until ?? 'open'}`,
    found === wanted ? null : `the codes are ${found || 'none'}, not ${wanted || 'none'}`,
    rule === undefined || binding === rule ? null : `the binding rule is ${binding}, not ${rule}`,
  ].filter((d) => d !== null)
  return differences.length === 0 ? null : differences.join('; ')
}
