import type { Config } from '../config/config.ts'
import { compilePacks } from '../decide/compile-pack.ts'
import type { CompiledPack } from '../decide/compiled-pack.ts'
import { selectPacks } from '../decide/select-packs.ts'
import { DecorumError } from '../model/errors.ts'

/**
 * The packs in force: every one that applies by itself, and the house packs that the configuration names.
 *
 * @throws DECORUM_CONFIG when the configuration names a pack that does not exist
 */
export function policyOf(config: Pick<Config, 'packs' | 'policies'>): CompiledPack[] {
  const selected = selectPacks(compilePacks(config.packs), { named: null, also: config.policies.house, without: config.policies.without ?? [] })
  if (!selected.ok) throw new DecorumError('DECORUM_CONFIG', 'the configuration names a policy pack that does not exist', { faults: selected.faults })
  return selected.packs
}
