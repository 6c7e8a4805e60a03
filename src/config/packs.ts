import { parsePack, type Pack } from '../model/pack.ts'
import { readFolder, type ReadFolder } from './folder.ts'

/** Every version of every policy pack under `config/policies/`. They take no variables: a rule is the same everywhere. */
export function readPacks(root: string): ReadFolder<Pack> {
  return readFolder(root, 'config/policies', null, (yaml) => {
    const parsed = parsePack(yaml.value)
    return parsed.ok ? { ok: true, value: parsed.pack } : parsed
  }, (pack) => `${pack.id} ${pack.version}`)
}
