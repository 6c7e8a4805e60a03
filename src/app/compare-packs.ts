import { packDiff, type PackDiff } from '../report/audit/pack-diff.ts'
import { namedPack } from './named-pack.ts'
import { policyPacks } from './policy-packs.ts'

/**
 * What changed between two packs, each a file, an `id@version`, or an id?
 *
 * @throws DECORUM_BAD_INPUT, DECORUM_CONFIG
 */
export function comparePacks(a: string, b: string): PackDiff {
  const inFiles = [a, b].every((name) => /\.ya?ml$/.test(name))
  // Two files can be compared though what is installed here has mistakes.
  const installed = inFiles ? [] : policyPacks()
  return packDiff(namedPack(a, installed), namedPack(b, installed))
}
