import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Fault } from '../model/errors.ts'
import { CYCLE_CURE, describeCycle, extendsCycle, type Pack, parsePack } from '../model/pack.ts'
import { parseTemplate, type Template, type TemplateFile } from '../model/template.ts'
import type { ConfigProblem } from './config.ts'
import { missingVariables, problemAt, problemsOf } from './problems.ts'
import { type Environment, readYaml, type YamlFile } from './yaml-file.ts'

/** What a folder's files make, and where each came from. */
export interface ReadFolder<T> {
  items: { value: T; yaml: YamlFile }[]
  /** Ids that files are named after, also of files that are wrong: what refers to one of these is not missing. */
  named: string[]
  problems: ConfigProblem[]
}

const NOT_UTF8 = 'is not UTF-8 text'

const unreadable = (file: string, problem: string, cure: string): ConfigProblem => ({
  code: 'unreadable',
  file,
  line: null,
  path: '',
  problem,
  cure,
})

/** The text of one file, or why it cannot be read. */
export function readText(root: string, file: string): { text: string } | { problem: ConfigProblem } {
  try {
    const bytes = readFileSync(join(root, file))
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return { text }
  } catch (error) {
    const why = whyUnreadable(error)
    return {
      problem: unreadable(
        file,
        why,
        why === NOT_UTF8 ? 'Save it as UTF-8.' : 'Is the path right, and may this user read it?',
      ),
    }
  }
}

/** Names in a directory, sorted, or why it cannot be read. */
function readNames(root: string, folder: string): { names: string[] } | { problem: ConfigProblem } {
  try {
    return {
      names: readdirSync(join(root, folder))
        .filter((n) => !n.startsWith('.'))
        .sort(),
    }
  } catch (error) {
    return {
      problem: unreadable(folder, whyUnreadable(error), 'Is this the root of the project, and may this user read it?'),
    }
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
      read.problems.push(
        problemAt(
          yaml,
          'duplicate_id',
          'id',
          `${name(value)} stands in ${twin.yaml.file} too`,
          'Give each an id or a version of its own.',
        ),
      )
    } else if (read.named.at(-1) !== value.id) {
      read.problems.push(
        problemAt(yaml, 'wrong_value', 'id', `is "${value.id}" in the file ${base}`, 'Give file and id one name.'),
      )
    } else read.items.push({ value, yaml })
  }
  return read
}

/**
 * Every version of every policy pack under `config/policies/`. They take no variables: a rule is the same everywhere.
 *
 * A pack that extends itself, or in a circle, is a problem; whether what it extends exists is asked with the other references.
 */
export function readPacks(root: string): ReadFolder<Pack> {
  const read = readFolder(
    root,
    'config/policies',
    null,
    (yaml) => {
      const parsed = parsePack(yaml.value)
      return parsed.ok ? { ok: true, value: parsed.pack } : parsed
    },
    (pack) => `${pack.id} ${pack.version}`,
  )
  const packs = read.items.map(({ value }) => value)
  for (const { value, yaml } of read.items) {
    const circle = extendsCycle(value, packs)
    if (circle !== null)
      read.problems.push(problemAt(yaml, 'wrong_value', 'extends', describeCycle(circle), CYCLE_CURE))
  }
  return read
}

const FOLDER = 'templates'

/** The files of one template, parsed or not. */
interface TemplateFolder {
  name: string
  files: TemplateFile[]
}

/** Every template under `templates/`, one folder each; `named` holds the malformed ones too. */
export function readTemplates(root: string): { templates: Template[]; named: string[]; problems: ConfigProblem[] } {
  const { folders, problems } = readTemplateFolders(root)
  const templates: Template[] = []
  for (const { name, files } of folders) {
    const parsed = parseTemplate(name, files)
    if (parsed.ok) templates.push(parsed.template)
    else problems.push(...parsed.faults.map((fault) => problemOf(fault, files, name)))
  }
  return { templates, named: folders.map((f) => f.name), problems }
}

/** The files under `templates/`, valid or not. */
export function readTemplateFolders(root: string): { folders: TemplateFolder[]; problems: ConfigProblem[] } {
  const listed = readNames(root, FOLDER)
  if ('problem' in listed) return { folders: [], problems: [listed.problem] }
  const problems: ConfigProblem[] = []
  const folders = listed.names
    .filter((n) => statSync(join(root, FOLDER, n)).isDirectory())
    .map((name): TemplateFolder => {
      const files: TemplateFile[] = []
      for (const path of filesBelow(join(root, FOLDER, name))) {
        const source = readText(root, `${FOLDER}/${name}/${path}`)
        if ('problem' in source) problems.push(source.problem)
        else files.push({ path, text: source.text })
      }
      return { name, files }
    })
  return { folders, problems }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort()
}

/** A fault's path is `<template>/<file>`, then `:line` or `.key` when it is inside the file. */
function problemOf(fault: Fault, files: readonly TemplateFile[], folder: string): ConfigProblem {
  const parts = /^(.*?\.(?:yaml|hbs))(?::(\d+))?\.?(.*)$/.exec(fault.path)
  const [file, line, path] = [parts?.[1] ?? fault.path, parts?.[2], parts?.[3] ?? '']
  return {
    code: fault.problem === 'is not a known key' ? 'unknown_key' : 'bad_template',
    file: `${FOLDER}/${file}`,
    line:
      line !== undefined
        ? Number(line)
        : lineIn(
            files.find((f) => `${folder}/${f.path}` === file),
            path,
          ),
    path,
    problem: fault.problem,
    cure: fault.cure ?? 'Run `decorum templates lint`; templates/README.md shows the files of a template.',
  }
}

const lineIn = (file: TemplateFile | undefined, path: string): number | null =>
  file === undefined || path === '' ? null : (readYaml(file.path, file.text, null).yaml?.lineAt(path) ?? null)
