import { readFileSync } from 'node:fs'
import { contentVersion } from '../../model/canonical-json.ts'
import type { Config, VersionedLadder } from '../../config/config.ts'
import { readYaml } from '../../config/yaml-file.ts'
import { DecorumError, type Fault } from '../../model/errors.ts'
import { parseLadder } from '../../model/ladder.ts'
import { nearMiss } from '../../model/faults.ts'
import { parsePack, type Pack } from '../../model/pack.ts'
import type { PackSelection } from './chunk.ts'

/**
 * Which ladder does this option name: a configured one, or one in a YAML file?
 *
 * @throws DECORUM_BAD_INPUT
 */
export function ladderChoice(text: string, config: Pick<Config, 'ladders'>): VersionedLadder {
  if (!isYamlPath(text)) {
    const known = config.ladders.get(text)
    if (known !== undefined) return known
    const meant = nearMiss(text, [...config.ladders.keys()])
    throw new DecorumError('DECORUM_BAD_INPUT', `${text} is not a configured ladder`, {
      hint:
        meant === null
          ? `Configured are ${[...config.ladders.keys()].join(', ')}; a file ends in .yaml.`
          : `Did you mean ${meant}?`,
    })
  }
  const parsed = parseLadder(readYamlFile(text))
  if (!parsed.ok) throw invalidFile('ladder', text, parsed.faults)
  return { ladder: parsed.ladder, version: contentVersion(parsed.ladder) }
}

/**
 * Which packs does this option select?
 *
 * `a,b`: exactly these. `+a,+b`: the packs in force here and these opt-in ones. A name that ends in .yaml is a
 * file, whose pack replaces every version of the same id.
 *
 * @throws DECORUM_BAD_INPUT
 */
export function packChoice(
  text: string,
  config: Pick<Config, 'packs' | 'policies'>,
): { packs: Pack[]; packSelection: PackSelection } {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
  const added = entries.filter((entry) => entry.startsWith('+'))
  if (entries.length === 0 || (added.length > 0 && added.length < entries.length)) {
    throw new DecorumError(
      'DECORUM_BAD_INPUT',
      `the packs "${text}" are ${entries.length === 0 ? 'none' : 'partly named and partly added'}`,
      {
        hint: 'Name exactly those that decide (a,b), or those to add to the ones in force (+a,+b).',
      },
    )
  }
  let packs = [...config.packs]
  const names = entries.map((entry) => {
    const name = entry.replace(/^\+/, '')
    if (!isYamlPath(name)) return name
    const parsed = parsePack(readYamlFile(name))
    if (!parsed.ok) throw invalidFile('policy pack', name, parsed.faults)
    packs = [...packs.filter(({ id }) => id !== parsed.pack.id), parsed.pack]
    return parsed.pack.id
  })
  return {
    packs,
    packSelection:
      added.length > 0
        ? { named: null, also: [...config.policies.house, ...names], without: config.policies.without ?? [] }
        : { named: names, also: [] },
  }
}

const isYamlPath = (text: string): boolean => /\.ya?ml$/i.test(text)

function readYamlFile(path: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new DecorumError('DECORUM_BAD_INPUT', `${path} cannot be read`, {
      cause,
      hint: 'Is the path right, and may this user read it?',
    })
  }
  const { yaml, problems } = readYaml(path, text, null)
  if (yaml === null)
    throw new DecorumError('DECORUM_BAD_INPUT', `${path} is not YAML`, {
      faults: problems.map(({ line, problem, cure }) => ({ path: `line ${line ?? 1}`, problem, cure })),
      hint: 'Correct the named line.',
    })
  return yaml.value
}

const invalidFile = (what: string, path: string, faults: readonly Fault[]): DecorumError =>
  new DecorumError('DECORUM_BAD_INPUT', `${path} is not a ${what}`, { faults, hint: 'Correct these and try again.' })
