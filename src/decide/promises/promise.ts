import type { Case } from '../case.ts'
import type { CompiledRule, Detail } from '../rule.ts'

const VERSION = '1'

/** One of the product's own promises as a rule: it holds everywhere, whatever packs are loaded. */
export function promise(id: string, citation: string, ask: CompiledRule['ask'], concerns: (facts: Case) => boolean = () => true, setsHours = false, detail?: Detail): CompiledRule {
  return { rule: `decorum/${id}`, pack: 'decorum', version: VERSION, citation: `Decorum: ${citation}`, verified: true, setsHours, concerns, ask, detail }
}
