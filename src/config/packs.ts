import { parsePack, type Pack } from '../model/pack.ts'
import { CIRCLE_CURE, circleWords, extendsCircle } from '../model/pack-extends.ts'
import { readFolder, type ReadFolder } from './folder.ts'
import { problemAt } from './problems.ts'

/**
 * Every version of every policy pack under `config/policies/`. They take no variables: a rule is the same everywhere.
 *
 * A pack that extends itself, or in a circle, is a problem; whether what it extends exists is asked with the other references.
 */
export function readPacks(root: string): ReadFolder<Pack> {
  const read = readFolder(root, 'config/policies', null, (yaml) => {
    const parsed = parsePack(yaml.value)
    return parsed.ok ? { ok: true, value: parsed.pack } : parsed
  }, (pack) => `${pack.id} ${pack.version}`)
  const packs = read.items.map(({ value }) => value)
  for (const { value, yaml } of read.items) {
    const circle = extendsCircle(value, packs)
    if (circle !== null) read.problems.push(problemAt(yaml, 'wrong_value', 'extends', circleWords(circle), CIRCLE_CURE))
  }
  return read
}
