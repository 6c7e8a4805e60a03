import { readPacks } from '../config/packs.ts'
import type { Pack } from '../model/pack.ts'
import { mistakes } from './config-mistakes.ts'
import { rootDirectory } from './root-directory.ts'

/**
 * The policy packs alone, for questions that need nothing else to be right.
 *
 * @throws DECORUM_CONFIG
 */
export function policyPacks(): Pack[] {
  const { items, problems } = readPacks(rootDirectory())
  if (problems.length > 0) throw mistakes('a policy pack', problems)
  return items.map(({ value }) => value)
}
