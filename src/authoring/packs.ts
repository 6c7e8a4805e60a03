import { basename, dirname, resolve } from 'node:path'
import { configError } from '../config/problems.ts'
import { rootDirectory } from '../config/root-directory.ts'
import { readPacks, readText } from '../config/folder.ts'
import { readYaml } from '../config/yaml-file.ts'
import { DecorumError } from '../model/errors.ts'
import { nearMiss } from '../model/faults.ts'
import { type Pack, type PackVector, parsePack } from '../model/pack.ts'
import { packDiff, type PackDiff } from '../report/pack-diff.ts'
import { caseDecider, type CaseDecider } from '../services/decide-case.ts'

/**
 * Which pack does this name mean?
 *
 * @param name  a file (`some/pack.yaml`), a version (`us-reg-f@2026-11-26`), or an id: its latest version
 * @param installed  as `policyPacks` reads them
 * @throws DECORUM_BAD_INPUT when there is no such pack; DECORUM_CONFIG when the file is not a pack
 */
function namedPack(name: string, installed: readonly Pack[]): Pack {
  if (/\.ya?ml$/.test(name)) return packInFile(name)
  const [id, version] = name.split('@') as [string, string | undefined]
  const versions = installed.filter((pack) => pack.id === id).sort((a, b) => (a.validFrom < b.validFrom ? 1 : -1))
  const [latest] = versions
  if (latest === undefined) {
    const meant = nearMiss(
      id,
      installed.map((pack) => pack.id),
    )
    throw new DecorumError('DECORUM_BAD_INPUT', `there is no pack "${id}"`, {
      hint: meant === null ? 'Run `decorum policies list`, or name a .yaml file.' : `Did you mean "${meant}"?`,
    })
  }
  if (version === undefined) return latest
  const found = versions.find((pack) => pack.version === version)
  if (found === undefined)
    throw new DecorumError('DECORUM_BAD_INPUT', `${id} has no version "${version}"`, {
      hint: `It has ${versions.map((pack) => pack.version).join(', ')}.`,
    })
  return found
}

function packInFile(path: string): Pack {
  const whole = resolve(path)
  const read = readText(dirname(whole), basename(whole))
  if ('problem' in read)
    throw new DecorumError('DECORUM_BAD_INPUT', `${path} ${read.problem.problem}`, { hint: read.problem.cure })
  const { yaml, problems } = readYaml(path, read.text, null)
  if (yaml === null) throw configError('this policy pack', problems)
  const parsed = parsePack(yaml.value)
  if (parsed.ok) return parsed.pack
  throw new DecorumError('DECORUM_CONFIG', 'this is not a policy pack', {
    faults: parsed.faults.map((fault) => ({
      ...fault,
      path: [`${path}:${yaml.lineAt(fault.path) ?? 1}`, fault.path].join(' '),
    })),
  })
}

/**
 * The installed policy packs, whatever is wrong with the rest of the configuration.
 *
 * @throws DECORUM_CONFIG
 */
export function policyPacks(): Pack[] {
  const { items, problems } = readPacks(rootDirectory())
  if (problems.length > 0) throw configError('a policy pack', problems)
  return items.map(({ value }) => value)
}

/**
 * What changed between two packs, each a file, an `id@version`, or an id?
 *
 * @throws DECORUM_BAD_INPUT, DECORUM_CONFIG
 */
export function comparePacks(a: string, b: string): PackDiff {
  const inFiles = [a, b].every((name) => /\.ya?ml$/.test(name))
  // Two files can be compared even if the installed packs have mistakes.
  const installed = inFiles ? [] : policyPacks()
  return packDiff(namedPack(a, installed), namedPack(b, installed))
}

/** A vector of a pack whose decision differs from the one stated. */
interface VectorFailure {
  name: string
  /** `the verdict is send, not defer` */
  problem: string
}

export interface PackReport {
  id: string
  version: string
  rules: number
  vectors: number
  failures: VectorFailure[]
}

/** Do the packs decide their own vectors as stated? */
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

function differenceOf({ case: input, verdict, until, codes, rule }: PackVector, decide: CaseDecider): string | null {
  const answer = decide(input)
  if (!answer.ok) return `its case does not fit: ${answer.faults.map((f) => `${f.path} ${f.problem}`).join('; ')}`
  const { decision } = answer
  const found = decision.reasons
    .map((r) => r.code)
    .sort()
    .join(', ')
  const wanted = codes === undefined ? found : [...codes].sort().join(', ')
  const binding = decision.reasons[0]?.rule ?? 'none'
  const differences = [
    decision.verdict === verdict ? null : `the verdict is ${decision.verdict}, not ${verdict}`,
    until === undefined || decision.until === until
      ? null
      : `until is ${decision.until ?? 'open'}, not ${until ?? 'open'}`,
    found === wanted ? null : `the codes are ${found || 'none'}, not ${wanted || 'none'}`,
    rule === undefined || binding === rule ? null : `the binding rule is ${binding}, not ${rule}`,
  ].filter((d) => d !== null)
  return differences.length === 0 ? null : differences.join('; ')
}
