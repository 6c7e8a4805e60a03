import type { z } from 'zod'
import { DecorumError, type Fault, type Parsed } from '../model/errors.ts'
import { fieldPath, zodFaults } from '../model/faults.ts'
import type { ConfigProblem, ConfigProblemCode } from './config.ts'
import type { YamlFile } from './yaml-file.ts'

/** A mistake at a dotted path of a YAML file, with the line it stands on. */
export function problemAt(
  yaml: YamlFile,
  code: ConfigProblemCode,
  path: string,
  problem: string,
  cure: string,
): ConfigProblem {
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
    variables
      .filter((v) => v.missing && !except(path))
      .map((v) =>
        problemAt(
          yaml,
          'missing_variable',
          path,
          `the environment variable ${v.name} is not set`,
          `Set ${v.name}, or write \${${v.name}:-default}.`,
        ),
      ),
  )
}

/**
 * Does this part of a file fit its schema?
 *
 * What comes from a variable is text; where the schema wants a number, or true or
 * false, text that is one is taken as such, so that `perSecond: ${RATE:-50}` works.
 *
 * @param at  dotted path of `raw` in the file, empty for the whole
 */
export function parseWithVariables<T extends z.ZodType>(
  yaml: YamlFile,
  raw: unknown,
  schema: T,
  at = '',
): Parsed<z.output<T>> {
  const first = schema.safeParse(raw)
  if (first.success) return { ok: true, value: first.data }
  const value = structuredClone(raw)
  let converted = false
  for (const issue of first.error.issues) {
    if (issue.code !== 'invalid_type' || !yaml.variables.has(fieldPath(issue.path, at))) continue
    converted = convert(value, issue.path, issue.expected) || converted
  }
  const second = converted ? schema.safeParse(value) : first
  return second.success ? { ok: true, value: second.data } : { ok: false, faults: zodFaults(second.error, schema, at) }
}

function convert(root: unknown, path: readonly PropertyKey[], expected: string): boolean {
  const parent = path.slice(0, -1).reduce<unknown>((here, part) => (here as Record<PropertyKey, unknown>)[part], root)
  const key = path.at(-1)
  if (key === undefined || typeof parent !== 'object' || parent === null) return false
  const text = (parent as Record<PropertyKey, unknown>)[key]
  if (typeof text !== 'string') return false
  if ((expected === 'number' || expected === 'int') && /^-?\d+(\.\d+)?$/.test(text))
    Reflect.set(parent, key, Number(text))
  else if (expected === 'boolean' && (text === 'true' || text === 'false')) Reflect.set(parent, key, text === 'true')
  else return false
  return true
}

/** `config/decorum.yaml:12 routes[0].from`, as editors and people read it. */
export const problemLocation = ({ file, line, path }: ConfigProblem): string =>
  [line === null ? file : `${file}:${line}`, path].filter((p) => p !== '').join(' ')

/** All mistakes as one error, each with its place and its cure. */
export function configError(what: string, problems: readonly ConfigProblem[]): DecorumError {
  return new DecorumError(
    'DECORUM_CONFIG',
    `${what} has ${problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`}`,
    {
      faults: problems.map((p) => ({ path: problemLocation(p), problem: p.problem, cure: p.cure })),
      hint: 'Correct them and run `decorum check`.',
    },
  )
}
