import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Fault } from '../model/errors.ts'
import type { ConfigProblem } from './config.ts'
import { missingVariables, problemAt, problemsOf } from './problems.ts'
import { readYaml, type Environment, type YamlFile } from './yaml-file.ts'

/** What a folder's files make, and where each came from. */
export interface ReadFolder<T> {
  items: { value: T; yaml: YamlFile }[]
  /** Ids that files are named after, also of files that are wrong: what refers to one of these is not missing. */
  named: string[]
  problems: ConfigProblem[]
}

const NOT_UTF8 = 'is not UTF-8 text'

const unreadable = (file: string, problem: string, cure: string): ConfigProblem => ({ code: 'unreadable', file, line: null, path: '', problem, cure })

/** The text of one file, or why it cannot be had. */
export function readText(root: string, file: string): { text: string } | { problem: ConfigProblem } {
  try {
    const bytes = readFileSync(join(root, file))
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return { text }
  } catch (error) {
    const why = whyUnreadable(error)
    return { problem: unreadable(file, why, why === NOT_UTF8 ? 'Save it as UTF-8.' : 'Is the path right, and may this user read it?') }
  }
}

/** Names in a directory, sorted, or why it cannot be read. */
export function readNames(root: string, folder: string): { names: string[] } | { problem: ConfigProblem } {
  try {
    return { names: readdirSync(join(root, folder)).filter((n) => !n.startsWith('.')).sort() }
  } catch (error) {
    return { problem: unreadable(folder, whyUnreadable(error), 'Is this the root of the project, and may this user read it?') }
  }
}

function whyUnreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return 'does not exist'
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read by this user'
  if (code === 'ENOTDIR' || code === 'EISDIR') return code === 'EISDIR' ? 'is a directory' : 'is not a directory'
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return NOT_UTF8
  return `cannot be read (${String(code ?? 'unknown reason')})`
}

/**
 * Every `*.yaml` of a folder, parsed.
 *
 * A file is named after its id: `us-reg-f.yaml`, or `us-reg-f.2027-01-01.yaml` beside it.
 *
 * @param parse  one file's value → what it means, or its faults
 * @param env    null: these files take no variables, so that their content alone is their version
 * @param name   what two files may not share; packs of one id differ by version
 */
export function readFolder<T extends { id: string }>(
  root: string,
  folder: string,
  env: Environment | null,
  parse: (yaml: YamlFile) => { ok: true; value: T } | { ok: false; faults: readonly Fault[] },
  name: (value: T) => string = (value) => value.id,
): ReadFolder<T> {
  const read: ReadFolder<T> = { items: [], named: [], problems: [] }
  const listed = readNames(root, folder)
  if ('problem' in listed) return { items: [], named: [], problems: [listed.problem] }
  for (const base of listed.names.filter((n) => /\.ya?ml$/.test(n))) {
    const file = `${folder}/${base}`
    read.named.push(base.split('.')[0] as string)
    const source = readText(root, file)
    if ('problem' in source) {
      read.problems.push(source.problem)
      continue
    }
    const { yaml, problems } = readYaml(file, source.text, env)
    read.problems.push(...problems)
    if (yaml === null) continue
    read.problems.push(...missingVariables(yaml))
    const parsed = parse(yaml)
    if (!parsed.ok) {
      read.problems.push(...problemsOf(yaml, parsed.faults))
      continue
    }
    const { value } = parsed
    const twin = read.items.find((item) => name(item.value) === name(value))
    if (twin !== undefined) {
      read.problems.push(problemAt(yaml, 'duplicate_id', 'id', `${name(value)} stands in ${twin.yaml.file} too`, 'Give each an id or a version of its own.'))
    } else if (read.named.at(-1) !== value.id) {
      read.problems.push(problemAt(yaml, 'wrong_value', 'id', `is "${value.id}" in the file ${base}`, 'Give file and id one name.'))
    } else read.items.push({ value, yaml })
  }
  return read
}
