import { explainDecision } from '../../decide/explain-decision.ts'
import { decide } from '../../decide/decide.ts'
import type { Pack } from '../../model/pack.ts'
import type { DecisionRow } from '../../record/reading/reminder-history.ts'
import type { AskedAgain } from '../../report/explain-reminder.ts'
import { essence, everyPack, nameOf, NOT_BY_RULES, packsOf } from '../audit/replay.ts'

/**
 * What did the rules of a recorded decision judge by? They are asked again on the recorded facts, in the recorded versions.
 *
 * @param packs  every pack installed, in all versions
 * @returns      null for a refusal that no rule made; `agrees` false where they come to something else today
 */
export function askAgain(packs: readonly Pack[], row: DecisionRow): AskedAgain | null {
  if ((row.facts as Partial<DecisionRow['facts']>).recipient === undefined) return { erased: true }
  if (row.reasons.some((reason) => NOT_BY_RULES.test(reason.rule))) return null
  const installed = everyPack(packs)
  const known = new Set(installed.map(nameOf))
  const packsMissing = row.packs.map(({ id, version }) => `${id} ${version}`).filter((name) => !known.has(name))
  if (packsMissing.length > 0) return { packsMissing }
  const at = row.at.getTime()
  const before = essence({ ...row, until: row.until === null ? null : row.until.getTime() })
  const ways = packsOf(installed, row)
  const same = ways.find((way) => essence(decide(row.facts, way, at)) === before)
  return { explanation: explainDecision(row.facts, same ?? ways[0], at), agrees: same !== undefined }
}
