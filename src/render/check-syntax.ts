import { ACCOUNT_NAMES, NEXT_STEP_NAMES, VIEW_NAMES } from './view.ts'
import { nearMiss } from '../model/near-miss.ts'
import { BLOCK_HELPERS, WORD_HELPERS } from './words-engine.ts'

/** A defect of a template file: where and what. */
export interface TemplateFault {
  line: number
  problem: string
}

/** A stretch of words that stands in the template itself, not in the facts. */
export interface StaticText {
  line: number
  text: string
}

type Scope = 'root' | 'account' | 'item'
type Path = hbs.AST.PathExpression
type Call = { path: hbs.AST.Expression; params: hbs.AST.Expression[]; hash?: hbs.AST.Hash; loc: hbs.AST.SourceLocation }

const ARITY: Readonly<Record<string, number>> = { known: 1, date: 1, shortDate: 1, money: 1, spoken: 1, plural: 3, is: 2, if: 1, unless: 1, each: 1 }
const BLOCKS: readonly string[] = ['known', ...BLOCK_HELPERS]
const LOOP_DATA = ['first', 'last', 'index']

/**
 * Does a template use only the small language, and only facts that exist?
 *
 * Puts `fact` (or `maybe`, in a question whether it is known) in the place of every fact, so that a
 * missing one is noticed when rendering.
 *
 * @returns  faults with line numbers relative to this program, and its static words
 */
export function checkAndGuard(program: hbs.AST.Program): { faults: TemplateFault[]; texts: StaticText[] } {
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
        return
      case 'CommentStatement':
        return
      case 'MustacheStatement': {
        const mustache = statement as hbs.AST.MustacheStatement
        if (mustache.params.length > 0 || isHelper(mustache.path)) visitCall(mustache, scope, false)
        else guardMustache(mustache, scope)
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
    if (arity === undefined || block !== BLOCKS.includes(name)) {
      fault(call, `${block ? 'block' : 'helper'} "${name}" is not part of the template language${suggest(name, Object.keys(ARITY))}`)
      return
    }
    if (call.params.length !== arity) fault(call, `"${name}" takes ${arity} argument${arity === 1 ? '' : 's'}`)
    if (call.hash !== undefined && call.hash !== null) fault(call, `"${name}" takes no named arguments`)
    call.params = call.params.map((param) => visitParam(param, scope, name === 'known'))
  }

  const visitParam = (param: hbs.AST.Expression, scope: Scope, mayBeMissing: boolean): hbs.AST.Expression => {
    if (param.type === 'SubExpression') {
      visitCall(param as hbs.AST.SubExpression, scope, false)
      return param
    }
    if (param.type !== 'PathExpression') return param
    checkPath(param as Path, scope)
    return (param as Path).data && !isRoot(param as Path) ? param : guarded(param as Path, mayBeMissing ? 'maybe' : 'fact')
  }

  const guardMustache = (mustache: hbs.AST.MustacheStatement, scope: Scope): void => {
    if (mustache.path.type !== 'PathExpression') {
      fault(mustache, 'a literal needs no braces')
      return
    }
    const path = mustache.path as Path
    checkPath(path, scope)
    const call = guarded(path, 'fact')
    mustache.path = call.path
    mustache.params = call.params
  }

  const checkPath = (path: Path, scope: Scope): void => {
    const problem = pathProblem(path, scope)
    if (problem !== null) fault(path, problem)
  }

  visitProgram(program, 'root')
  return { faults, texts }
}

const nameOf = (path: hbs.AST.Expression): string => (path.type === 'PathExpression' ? (path as Path).original : '')

const isHelper = (path: hbs.AST.Expression): boolean => Object.hasOwn(WORD_HELPERS, nameOf(path)) || (BLOCK_HELPERS as readonly string[]).includes(nameOf(path))

const isRoot = (path: Path): boolean => path.data && path.parts[0] === 'root'

const scopeInside = (list: hbs.AST.Expression | undefined): Scope => (list !== undefined && /^(@root\.)?accounts$/.test(nameOf(list)) ? 'account' : 'item')

function pathProblem(path: Path, scope: Scope): string | null {
  if (path.depth > 0) return `"${path.original}": write @root.name instead of ../name`
  if (path.data && !isRoot(path)) {
    return scope !== 'root' && path.parts.length === 1 && LOOP_DATA.includes(path.parts[0] as string) ? null : `"${path.original}" is known only inside {{#each}}`
  }
  const parts = isRoot(path) ? path.parts.slice(1) : path.parts
  if (parts.length === 0) return scope === 'item' && !path.data ? null : `"${path.original}" is not a fact`
  if (scope === 'account' && !path.data) return unknownName(parts, ACCOUNT_NAMES, 1, 'a fact of an account')
  if (scope === 'item' && !path.data) return `"${path.original}" is not known inside this list; write {{this}}`
  const [head, ...rest] = parts as [string, ...string[]]
  if (head === 'account') return unknownName(rest, ACCOUNT_NAMES, 1, 'a fact of an account')
  if (head === 'nextStep' && rest.length > 0) return unknownName(rest, NEXT_STEP_NAMES, 1, 'a part of nextStep')
  if (head === 'variables') return rest.length === 1 && /^[A-Za-z]\w*$/.test(rest[0] as string) ? null : `"${path.original}": variables are written variables.name`
  return unknownName(parts, VIEW_NAMES, 1, 'a fact')
}

function unknownName(parts: readonly string[], known: readonly string[], length: number, what: string): string | null {
  const name = parts.join('.')
  return parts.length === length && known.includes(name) ? null : `"${name}" is not ${what}${suggest(name, known)}`
}

function suggest(name: string, known: readonly string[]): string {
  const meant = nearMiss(name, known)
  return meant === null ? '' : `; did you mean "${meant}"?`
}

/** `(fact "path")`, as a syntax tree. */
function guarded(path: Path, helper: 'fact' | 'maybe'): hbs.AST.SubExpression {
  const { loc } = path
  const callee = { type: 'PathExpression', data: false, depth: 0, parts: [helper], original: helper, loc } as Path
  const name = { type: 'StringLiteral', value: path.original, original: path.original, loc } as hbs.AST.StringLiteral
  return { type: 'SubExpression', path: callee, params: [name], hash: undefined, loc } as unknown as hbs.AST.SubExpression
}
