import { basename, dirname, resolve } from 'node:path'
import { readText } from '../config/folder.ts'
import { readYaml } from '../config/yaml-file.ts'
import { DecorumError } from '../model/errors.ts'
import { nearMiss } from '../model/near-miss.ts'
import { parsePack, type Pack } from '../model/pack.ts'
import { mistakes } from './config-mistakes.ts'

/**
 * Which pack is meant?
 *
 * @param name  a file (`some/pack.yaml`), a version (`us-reg-f@2026-11-26`), or an id: its latest version
 * @param installed  as `policyPacks` reads them
 * @throws DECORUM_BAD_INPUT when there is no such pack; DECORUM_CONFIG when the file is not a pack
 */
export function namedPack(name: string, installed: readonly Pack[]): Pack {
  if (/\.ya?ml$/.test(name)) return packInFile(name)
  const [id, version] = name.split('@') as [string, string | undefined]
  const versions = installed.filter((pack) => pack.id === id).sort((a, b) => (a.validFrom < b.validFrom ? 1 : -1))
  const [latest] = versions
  if (latest === undefined) {
    const meant = nearMiss(id, installed.map((pack) => pack.id))
    throw new DecorumError('DECORUM_BAD_INPUT', `there is no pack "${id}"`, { hint: meant === null ? 'Run `decorum policies list`, or name a .yaml file.' : `Did you mean "${meant}"?` })
  }
  if (version === undefined) return latest
  const found = versions.find((pack) => pack.version === version)
  if (found === undefined) throw new DecorumError('DECORUM_BAD_INPUT', `${id} has no version "${version}"`, { hint: `It has ${versions.map((pack) => pack.version).join(', ')}.` })
  return found
}

function packInFile(path: string): Pack {
  const whole = resolve(path)
  const read = readText(dirname(whole), basename(whole))
  if ('problem' in read) throw new DecorumError('DECORUM_BAD_INPUT', `${path} ${read.problem.problem}`, { hint: read.problem.cure })
  const { yaml, problems } = readYaml(path, read.text, null)
  if (yaml === null) throw mistakes('this policy pack', problems)
  const parsed = parsePack(yaml.value)
  if (parsed.ok) return parsed.pack
  throw new DecorumError('DECORUM_CONFIG', 'this is not a policy pack', {
    faults: parsed.faults.map((fault) => ({ ...fault, path: [`${path}:${yaml.lineAt(fault.path) ?? 1}`, fault.path].join(' ') })),
  })
}
