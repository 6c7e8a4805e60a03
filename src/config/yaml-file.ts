import { createHash } from 'node:crypto'
import { type Document, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml'
import type { ConfigProblem } from './config.ts'
import { READ_AT_BUILD } from './read-at-build.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** One YAML file: its value with variables filled in, and the line of each part. */
export interface YamlFile {
  /** Relative to the root. */
  file: string
  value: unknown
  /** 1-based line of the value at a dotted path, or of the nearest thing around it. */
  lineAt(path: string): number | null
  /** Dotted paths whose value holds variables, and which. */
  variables: ReadonlyMap<string, Variable[]>
}

type ReadYaml = { yaml: YamlFile | null; problems: ConfigProblem[] }

/**
 * The value of this YAML text, with `${NAME}` and `${NAME:-default}` filled in.
 *
 * Variables are put in after parsing, so a password that holds `: ` or `#` stays a password,
 * and they may stand inside `{ … }`. A value that comes from the environment is text.
 * A variable that is not set and has no default is left empty; `variables` tells.
 *
 * @param env  null: the file takes no variables and `${…}` means itself
 */
export function readYaml(file: string, text: string, env: Environment | null): ReadYaml {
  const known =
    env === null && READ_AT_BUILD.size > 0
      ? READ_AT_BUILD.get(createHash('sha256').update(text).digest('hex'))
      : undefined
  if (known === undefined) return parseYaml(file, text, env)
  const lineAt = (path: string): number | null => parseYaml(file, text, env).yaml?.lineAt(path) ?? null
  return { yaml: { file, value: JSON.parse(known), lineAt, variables: new Map() }, problems: [] }
}

function parseYaml(file: string, text: string, env: Environment | null): ReadYaml {
  const marked = env === null ? { text, variables: [] } : markVariables(text, env)
  const lines = new LineCounter()
  const doc = parseDocument(marked.text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  const problems = doc.errors.map((error): ConfigProblem => {
    const duplicate = error.code === 'DUPLICATE_KEY'
    return {
      code: duplicate ? 'duplicate_key' : 'not_yaml',
      file,
      line: lines.linePos(error.pos[0]).line,
      path: '',
      problem: duplicate
        ? `the key ${/^[^\s:]+/.exec(marked.text.slice(error.pos[0]))?.[0] ?? ''} stands twice in one mapping`
        : `is not YAML (${error.code.toLowerCase().replaceAll('_', ' ')})`,
      cure: duplicate ? 'Keep one of the two.' : 'Check indentation, quotes and brackets around this line.',
    }
  })
  if (problems.length > 0) return { yaml: null, problems }
  const variables = fillIn(doc, marked.variables)
  return { yaml: { file, value: doc.toJS(), lineAt: (path) => lineAt(doc, lines, path), variables }, problems }
}

function fillIn(doc: Document, found: readonly Variable[]): Map<string, Variable[]> {
  const where = new Map<string, Variable[]>()
  visit(doc, {
    Scalar(key, node, ancestors) {
      if (typeof node.value !== 'string') return
      const here: Variable[] = []
      const filled = node.value.replace(/\uE000(\d+)\uE001/g, (mark, index: string) => {
        const variable = found[Number(index)]
        if (variable === undefined) return mark
        here.push(variable)
        return variable.value
      })
      if (here.length === 0) return
      node.value = filled
      if (key !== 'key') where.set(pathOf([...ancestors, node]), here)
    },
  })
  return where
}

/** Dotted path of the last node, from the nodes above it. */
function pathOf(nodes: readonly unknown[]): string {
  let path = ''
  nodes.forEach((node, i) => {
    const next = nodes[i + 1]
    if (isSeq(node)) path += `[${node.items.indexOf(next)}]`
    else if (isMap(node)) {
      const pair = node.items.find((item) => item === next)
      const key = pair !== undefined && isScalar(pair.key) ? String(pair.key.value) : ''
      path += path === '' ? key : `.${key}`
    }
  })
  return path
}

function lineAt(doc: Document, lines: LineCounter, path: string): number | null {
  let here: unknown = doc.contents
  let offset = offsetOf(here)
  for (const part of path.split(/[.[\]]+/).filter((p) => p !== '')) {
    if (isMap(here)) {
      const pair = here.items.find((item) => isScalar(item.key) && String(item.key.value) === part)
      if (pair === undefined) break
      offset = offsetOf(pair.key) ?? offset
      here = pair.value
    } else if (isSeq(here)) {
      here = here.items[Number(part)]
      offset = offsetOf(here) ?? offset
    } else break
  }
  return offset === null ? null : lines.linePos(offset).line
}

function offsetOf(node: unknown): number | null {
  if (typeof node !== 'object' || node === null || !('range' in node)) return null
  return Array.isArray(node.range) && typeof node.range[0] === 'number' ? node.range[0] : null
}

/** One `${NAME}` or `${NAME:-default}` in a file, resolved. */
interface Variable {
  name: string
  /** From the environment, else the default, else empty. */
  value: string
  /** Not set, and no default is given. */
  missing: boolean
}

const REFERENCE = /\$(\$?)\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}\n]*))?\}/g

/**
 * Which variables does this text refer to?
 *
 * Each reference is replaced by a mark (private-use characters around its index) that
 * is plain text to a YAML parser; `$${NAME}` stands for a literal `${NAME}`. An
 * environment variable that is set but empty counts as not set, as in a shell's `:-`.
 */
function markVariables(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): { text: string; variables: Variable[] } {
  const variables: Variable[] = []
  const marked = text.replace(
    REFERENCE,
    (whole: string, escaped: string, name: string, fallback: string | undefined) => {
      const set = env[name]
      const value = set !== undefined && set !== '' ? set : (fallback ?? '')
      variables.push(
        escaped === '$'
          ? { name, value: whole.slice(1), missing: false }
          : { name, value, missing: value === '' && fallback === undefined },
      )
      return `\uE000${variables.length - 1}\uE001`
    },
  )
  return { text: marked, variables }
}
