import { hash } from 'node:crypto'
import Handlebars from 'handlebars'
import { LRUCache } from 'lru-cache'
import { nearMiss } from '../model/faults.ts'
import { type View, ACCOUNT_FACTS, NEXT_STEP_FACTS, VIEW_FACTS, type FactKind } from './view.ts'
import { compileWords, type WordsData, WORD_BLOCKS, WORD_HELPERS } from './words-engine.ts'

/** A named part of a template file, and the line it starts on (from 1). */
interface Section {
  name: string
  line: number
  text: string
}

const MARK = /^--- ([a-z]+(?:-[a-z]+)*) ---$/

/**
 * Which parts does a template file have?
 *
 * The text before the first mark is `body`; a line `--- subject ---` begins another part.
 *
 * @returns  parts in order; a name that comes twice is returned twice, for the compiler to refuse
 */
export function splitSections(source: string): Section[] {
  const sections: Section[] = []
  let current = { name: 'body', line: 1, lines: [] as string[] }
  const close = (): void => {
    const text = current.lines.join('\n')
    if (current.name !== 'body' || text.trim() !== '') sections.push({ name: current.name, line: current.line, text })
  }
  source.split(/\r\n?|\n/).forEach((line, index) => {
    const mark = MARK.exec(line.trimEnd())
    if (mark === null) {
      current.lines.push(line)
      return
    }
    close()
    current = { name: mark[1] as string, line: index + 2, lines: [] }
  })
  close()
  return sections
}

/** One part of a template file, compiled. */
interface CompiledSection {
  /** The static texts, with their lines in the file. */
  texts: readonly StaticText[]
  /**
   * @param body  what {{body}} stands for, in a frame
   * @throws      MissingFact when the words need a fact that the view lacks
   */
  write(view: View, data: WordsData, body?: string): string
}

/** A template file, compiled; `sections` holds the marked parts, and `body` for unmarked text. */
export interface CompiledTemplate {
  version: string
  sections: Readonly<Record<string, CompiledSection>>
}

type Compiled = { ok: true; template: CompiledTemplate } | { ok: false; faults: TemplateFault[] }

/** Compiling takes a hundred times as long as rendering, and texts change seldom. */
const cache = new LRUCache<string, Compiled>({ max: 2_000 })

/** The version of a text: the first 16 hex digits of its SHA-256. */
export const templateVersion = (source: string): string => hash('sha256', source).slice(0, 16)

/**
 * Compiles a template file, or returns its faults with their lines.
 *
 * Cached by content.
 */
export function compileTemplate(source: string): Compiled {
  const known = cache.get(source)
  if (known !== undefined) return known
  const compiled = compile(source)
  cache.set(source, compiled)
  return compiled
}

function compile(source: string): Compiled {
  const sections: Record<string, CompiledSection> = {}
  const faults: TemplateFault[] = []
  for (const { name, line, text } of splitSections(source)) {
    if (Object.hasOwn(sections, name)) {
      faults.push({ line, problem: `the part "${name}" comes twice` })
      continue
    }
    const result = compileSection(text, line - 1)
    if ('problems' in result) faults.push(...result.problems)
    else sections[name] = result
  }
  return faults.length > 0
    ? { ok: false, faults }
    : { ok: true, template: { version: templateVersion(source), sections } }
}

function compileSection(text: string, linesBefore: number): CompiledSection | { problems: TemplateFault[] } {
  let program: hbs.AST.Program
  try {
    program = Handlebars.parse(text)
  } catch (error) {
    return { problems: [{ line: linesBefore + parseLine(error), problem: 'is not a Handlebars template' }] }
  }
  const checked = checkSyntax(program)
  const shift = <T extends { line: number }>(item: T): T => ({ ...item, line: item.line + linesBefore })
  if (checked.faults.length > 0) return { problems: checked.faults.map(shift) }
  const write = compileWords(program)
  return {
    texts: checked.texts.map(shift),
    write: (view, data, body) => write(view, { root: view, body, data }, null),
  }
}

function parseLine(error: unknown): number {
  if (!(error instanceof Error)) return 1
  const line = (error as Error & { lineNumber?: number }).lineNumber ?? Number(/line (\d+)/.exec(error.message)?.[1])
  return Number.isInteger(line) ? line : 1
}

/** A defect of a template file: where and what. */
interface TemplateFault {
  line: number
  problem: string
}

/** A text written in the template itself, not taken from the facts. */
interface StaticText {
  line: number
  text: string
}

type Scope = 'root' | 'account' | 'item'
type Path = hbs.AST.PathExpression
type Call = { path: hbs.AST.Expression; params: hbs.AST.Expression[]; hash?: hbs.AST.Hash; loc: hbs.AST.SourceLocation }

const ARITY: Readonly<Record<string, number>> = {
  known: 1,
  date: 1,
  shortDate: 1,
  money: 1,
  spoken: 1,
  plural: 3,
  is: 2,
  if: 1,
  unless: 1,
  each: 1,
}
const LOOP_DATA: Readonly<Record<string, FactKind>> = { first: 'truth', last: 'truth', index: 'number' }

/** The kind of each helper's first argument; other helpers take any. */
const TAKES: Readonly<Record<string, readonly FactKind[]>> = {
  date: ['day'],
  shortDate: ['day'],
  money: ['money'],
  spoken: ['money'],
  plural: ['number'],
  each: ['list'],
}

/** How a fact of each kind is written, for authors who used it in the wrong place. */
const USAGE_HINTS: Readonly<Record<FactKind, (fact: string) => string>> = {
  text: (fact) => `is text; write {{${fact}}}`,
  number: (fact) => `is a number; write {{${fact}}}, or {{plural ${fact} "day" "days"}} for its noun`,
  money: (fact) => `is an amount; write {{money ${fact}}}, or {{spoken ${fact}}} in calls`,
  day: (fact) => `is a day; write {{date ${fact}}} or {{shortDate ${fact}}}`,
  truth: (fact) => `is true or false; ask {{#if ${fact}}}…{{/if}}`,
  list: (fact) => `is a list; go through it with {{#each ${fact}}}…{{/each}}`,
  parts: (fact) => `has parts; name the one that is meant, like {{${fact}.name}}`,
}

/**
 * Does a template use only the template language and existing facts?
 *
 * @returns  faults with line numbers relative to this program, and its static words
 */
function checkSyntax(program: hbs.AST.Program): { faults: TemplateFault[]; texts: StaticText[] } {
  const faults: TemplateFault[] = []
  const texts: StaticText[] = []
  const fault = (node: { loc: hbs.AST.SourceLocation }, problem: string): void => {
    faults.push({ line: node.loc.start.line, problem })
  }

  const visitProgram = (node: hbs.AST.Program | undefined, scope: Scope): void => {
    if (node === undefined || node === null) return
    for (const statement of node.body) visitStatement(statement, scope)
  }

  const visitStatement = (statement: hbs.AST.Statement, scope: Scope): void => {
    switch (statement.type) {
      case 'ContentStatement':
        texts.push({ line: statement.loc.start.line, text: String((statement as hbs.AST.ContentStatement).original) })
        if (/｛|｝|\{\{|\}\}/.test(String((statement as hbs.AST.ContentStatement).original)))
          fault(
            statement,
            'braces stand in the words as they are: a fact needs two plain ones on each side, {{helpLine}}',
          )
        return
      case 'CommentStatement':
        return
      case 'MustacheStatement': {
        const mustache = statement as hbs.AST.MustacheStatement
        if (!mustache.escaped)
          fault(mustache, 'three braces or {{& are not part of the template language; write two braces')
        if (mustache.params.length > 0 || isHelper(mustache.path)) visitCall(mustache, scope, false)
        else visitFact(mustache, scope)
        return
      }
      case 'BlockStatement': {
        const block = statement as hbs.AST.BlockStatement
        const inside = nameOf(block.path) === 'each' ? scopeInside(block.params[0]) : scope
        visitCall(block, scope, true)
        const named = [block.program, block.inverse].some((program) => (program?.blockParams ?? []).length > 0)
        if (named) fault(block, 'block parameters are not part of the template language')
        visitProgram(block.program, inside)
        visitProgram(block.inverse, scope)
        return
      }
      default:
        fault(statement, 'partials and decorators are not part of the template language')
    }
  }

  const visitCall = (call: Call, scope: Scope, block: boolean): void => {
    const name = nameOf(call.path)
    const arity = Object.hasOwn(ARITY, name) ? ARITY[name] : undefined
    if (arity === undefined || block !== WORD_BLOCKS.includes(name)) {
      fault(
        call,
        `${block ? 'block' : 'helper'} "${name}" is not part of the template language${suggest(name, Object.keys(ARITY))}`,
      )
      return
    }
    if (call.params.length !== arity) fault(call, `"${name}" takes ${arity} argument${arity === 1 ? '' : 's'}`)
    if (call.hash !== undefined && call.hash !== null) fault(call, `"${name}" takes no named arguments`)
    for (const [index, param] of call.params.entries())
      visitParam(param, scope, name, index === 0 ? (TAKES[name] ?? null) : null)
  }

  const visitParam = (
    param: hbs.AST.Expression,
    scope: Scope,
    helper: string,
    takes: readonly FactKind[] | null,
  ): void => {
    if (param.type === 'PathExpression') return checkPath(param as Path, scope, takes, helper)
    if (param.type === 'SubExpression') visitCall(param as hbs.AST.SubExpression, scope, false)
    if (takes !== null) fault(param, `"${helper}" takes a fact of the facts that templates may use`)
  }

  const visitFact = (mustache: hbs.AST.MustacheStatement, scope: Scope): void => {
    if (mustache.path.type !== 'PathExpression') {
      fault(mustache, 'a literal needs no braces')
      return
    }
    checkPath(mustache.path as Path, scope, ['text', 'number'], null)
  }

  /** @param takes  the kinds that may stand here; null: any */
  const checkPath = (path: Path, scope: Scope, takes: readonly FactKind[] | null, helper: string | null): void => {
    const found = factAt(path, scope)
    if ('problem' in found) return fault(path, found.problem)
    if (takes === null || takes.some((kind) => found.kinds.includes(kind))) return
    const where = helper === null ? '' : `"${helper}" does not take it: `
    fault(path, `${where}"${path.original}" ${USAGE_HINTS[found.kinds[0] as FactKind](path.original)}`)
  }

  visitProgram(program, 'root')
  return { faults, texts }
}

const nameOf = (path: hbs.AST.Expression): string => (path.type === 'PathExpression' ? (path as Path).original : '')

const isHelper = (path: hbs.AST.Expression): boolean =>
  Object.hasOwn(WORD_HELPERS, nameOf(path)) || WORD_BLOCKS.includes(nameOf(path))

const isRoot = (path: Path): boolean => path.data && path.parts[0] === 'root'

const scopeInside = (list: hbs.AST.Expression | undefined): Scope =>
  list !== undefined && /^(@root\.)?accounts$/.test(nameOf(list)) ? 'account' : 'item'

/** Which fact does a path name, and of what kind is it? Variables are text, which may hold a day. */
function factAt(path: Path, scope: Scope): { kinds: readonly FactKind[] } | { problem: string } {
  if (path.depth > 0) return { problem: `"${path.original}": write @root.name instead of ../name` }
  if (path.data && !isRoot(path)) {
    const kind = scope !== 'root' && path.parts.length === 1 ? own(LOOP_DATA, path.parts[0] as string) : null
    return kind === null ? { problem: `"${path.original}" is known only inside {{#each}}` } : { kinds: [kind] }
  }
  const parts = isRoot(path) ? path.parts.slice(1) : path.parts
  if (parts.length === 0)
    return scope === 'item' && !path.data ? { kinds: ['text'] } : { problem: `"${path.original}" is not a fact` }
  if (scope === 'account' && !path.data) return named(parts, ACCOUNT_FACTS, 'a fact of an account')
  if (scope === 'item' && !path.data)
    return { problem: `"${path.original}" is not known inside this list; write {{this}}` }
  const [head, ...rest] = parts as [string, ...string[]]
  if (head === 'account' && rest.length > 0) return named(rest, ACCOUNT_FACTS, 'a fact of an account')
  if (head === 'nextStep' && rest.length > 0) return named(rest, NEXT_STEP_FACTS, 'a part of nextStep')
  if (head === 'variables' && rest.length > 0) {
    return rest.length === 1 && /^[A-Za-z]\w*$/.test(rest[0] as string)
      ? { kinds: ['text', 'day'] }
      : { problem: `"${path.original}": variables are written variables.name` }
  }
  return named(parts, VIEW_FACTS, 'a fact')
}

function named(
  parts: readonly string[],
  known: Readonly<Record<string, FactKind>>,
  what: string,
): { kinds: readonly FactKind[] } | { problem: string } {
  const name = parts.join('.')
  const kind = parts.length === 1 ? own(known, name) : null
  return kind === null ? { problem: `"${name}" is not ${what}${suggest(name, Object.keys(known))}` } : { kinds: [kind] }
}

const own = <T>(record: Readonly<Record<string, T>>, key: string): T | null =>
  Object.hasOwn(record, key) ? (record[key] as T) : null

function suggest(name: string, known: readonly string[]): string {
  const meant = nearMiss(name, known)
  return meant === null ? '' : `; did you mean "${meant}"?`
}
