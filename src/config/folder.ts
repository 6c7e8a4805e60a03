import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Fault } from '../model/errors.ts'
import type { ConfigProblem } from './config.ts'
import { problemAt, problemsOf } from './problems.ts'
import { readYaml, type Environment, type YamlFile } from './yaml-file.ts'

/** What a folder's files make, and where each came from. */
export interface ReadFolder<T> {
  items: { value: T; yaml: YamlFile }[]
  problems: ConfigProblem[]
}

const unreadable = (file: string, problem: string, cure: string): ConfigProblem => ({ code: 'unreadable', file, line: null, path: '', problem, cure })

/** The text of one file, or why it cannot be had. */
export function readText(root: string, file: string): { text: string } | { problem: ConfigProblem } {
  try {
    const bytes = readFileSync(join(root, file))
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return { text }
  } catch (error) {
    return { problem: unreadable(file, whyUnreadable(error), 'Is the path right, and may this user read it?') }
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
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'is not UTF-8 text'
  return `cannot be read (${String(code ?? 'unknown reason')})`
}

/**
 * Every `*.yaml` of a folder, parsed; each file's id must be its name.
 *
 * @param parse  one file's value → what it means, or its faults
 * @param env    null: these files take no variables, so that their content alone is their version
 */
export function readFolder<T extends { id: string }>(
  root: string,
  folder: string,
  env: Environment | null,
  parse: (yaml: YamlFile) => { ok: true; value: T } | { ok: false; faults: readonly Fault[] },
): ReadFolder<T> {
  const read: ReadFolder<T> = { items: [], problems: [] }
  const listed = readNames(root, folder)
  if ('problem' in listed) return { items: [], problems: [listed.problem] }
  for (const name of listed.names.filter((n) => /\.ya?ml$/.test(n))) {
    const file = `${folder}/${name}`
    const source = readText(root, file)
    if ('problem' in source) {
      read.problems.push(source.problem)
      continue
    }
    const { yaml, problems } = readYaml(file, source.text, env)
    read.problems.push(...problems)
    if (yaml === null) continue
    const parsed = parse(yaml)
    if (!parsed.ok) read.problems.push(...problemsOf(yaml, parsed.faults))
    else if (parsed.value.id !== name.replace(/\.ya?ml$/, '')) {
      read.problems.push(problemAt(yaml, 'wrong_value', 'id', `is "${parsed.value.id}" in the file ${name}`, 'Give file and id one name.'))
    } else read.items.push({ value: parsed.value, yaml })
  }
  return read
}
