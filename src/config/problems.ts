import type { Fault } from '../model/errors.ts'
import type { ConfigProblem, ConfigProblemCode } from './config.ts'
import type { YamlFile } from './yaml-file.ts'

/** A mistake at a dotted path of a YAML file, with the line it stands on. */
export function problemAt(yaml: YamlFile, code: ConfigProblemCode, path: string, problem: string, cure: string): ConfigProblem {
  return { code, file: yaml.file, line: yaml.lineAt(path), path, problem, cure }
}

/**
 * The faults of a schema as configuration problems.
 *
 * A value that came from a variable says which one; a variable that is not set is
 * reported by itself, so its empty value is not reported again.
 */
export function problemsOf(yaml: YamlFile, faults: readonly Fault[]): ConfigProblem[] {
  return faults.flatMap((fault): ConfigProblem[] => {
    // A list may come whole from one variable; its entries then have none of their own.
    const variables = yaml.variables.get(fault.path) ?? yaml.variables.get(fault.path.replace(/\[\d+\]$/, '')) ?? []
    if (variables.some((v) => v.missing)) return []
    const named = variables.length === 0 ? '' : ` (it comes from ${variables.map((v) => v.name).join(', ')})`
    const code = fault.problem.startsWith('is not a known key') ? 'unknown_key' : 'wrong_value'
    return [problemAt(yaml, code, fault.path, fault.problem + named, fault.cure ?? CURES[code])]
  })
}

const CURES = {
  unknown_key: 'Remove it or correct its name.',
  wrong_value: 'Correct it; config/README.md shows how these files are written.',
}

/** Variables that are not set and have no default, one problem each; `except` are judged elsewhere. */
export function missingVariables(yaml: YamlFile, except: (path: string) => boolean = () => false): ConfigProblem[] {
  return [...yaml.variables].flatMap(([path, variables]) =>
    variables.filter((v) => v.missing && !except(path)).map((v) =>
      problemAt(yaml, 'missing_variable', path, `the environment variable ${v.name} is not set`,
        `Set ${v.name}, or write \${${v.name}:-default}.`)))
}
