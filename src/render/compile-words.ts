import type { View } from './view.ts'
import { MissingFact, WORD_HELPERS, type WordsData, WrongFactKind } from './words-engine.ts'

// Hot path: every message is written by these functions; measured by `npm run bench -- render`. Handlebars' own compiler
// looks up each helper by name and makes an options object for each call, which took three times as long.

/** What one rendering reads besides the place in the facts where it stands. */
interface Rendering {
  root: View
  /** What {{body}} stands for; undefined where there is no frame. */
  body: string | undefined
  data: WordsData
}

/** Where the innermost {{#each}} stands. */
interface Loop {
  index: number
  first: boolean
  last: boolean
}

/** @param here  the facts, or the item of a list */
type Read = (here: unknown, rendering: Rendering, loop: Loop | null) => unknown
type Write = (here: unknown, rendering: Rendering, loop: Loop | null) => string

type Path = hbs.AST.PathExpression

/**
 * The function that writes this program's words.
 *
 * For programs in which `checkSyntax` found no fault. Every fact is checked when it is read: a missing one throws
 * MissingFact, and only text and numbers are written out, since JavaScript would write an amount as "[object Object]".
 */
export const compileWords = (program: hbs.AST.Program): Write => writeProgram(program, false)

/** @param inList  does it stand inside {{#each}}, where names are those of an item? */
function writeProgram(program: hbs.AST.Program | undefined | null, inList: boolean): Write {
  const parts = (program?.body ?? []).flatMap((statement) => writeStatement(statement, inList) ?? [])
  const [only] = parts
  if (parts.length <= 1) return only ?? (() => '')
  return (here, rendering, loop) => {
    let text = ''
    for (const part of parts) text += part(here, rendering, loop)
    return text
  }
}

/** Null: it writes nothing. */
function writeStatement(statement: hbs.AST.Statement, inList: boolean): Write | null {
  switch (statement.type) {
    case 'ContentStatement': {
      const text = (statement as hbs.AST.ContentStatement).value
      return text === '' ? null : () => text
    }
    case 'MustacheStatement': {
      const { path, params } = statement as hbs.AST.MustacheStatement
      const name = (path as Path).original
      if (Object.hasOwn(WORD_HELPERS, name)) return asText(readCall(name, params, inList))
      return writeFact(path as Path, inList)
    }
    case 'BlockStatement':
      return writeBlock(statement as hbs.AST.BlockStatement, inList)
    default:
      return null
  }
}

const asText =
  (read: Read): Write =>
  (here, rendering, loop) => {
    const value = read(here, rendering, loop)
    return value === undefined || value === null ? '' : String(value)
  }

function writeFact(path: Path, inList: boolean): Write {
  const read = readPath(path, inList)
  return (here, rendering, loop) => {
    const value = read(here, rendering, loop)
    if (typeof value === 'string' && value !== '') return value
    if (isMissing(value)) throw new MissingFact(factName(path))
    if (!Number.isFinite(value)) throw new WrongFactKind(path.original, 'text or a number')
    return String(value)
  }
}

function writeBlock({ path, params, program, inverse }: hbs.AST.BlockStatement, inList: boolean): Write {
  const name = (path as Path).original
  const subject = params[0] as hbs.AST.Expression
  const otherwise = writeProgram(inverse, inList)
  if (name === 'each') return writeEach(readParam(subject, inList), writeProgram(program, true), otherwise)
  const then = writeProgram(program, inList)
  if (name === 'known') {
    const read = subject.type === 'PathExpression' ? readPath(subject as Path, inList) : readParam(subject, inList)
    return (here, rendering, loop) => (isMissing(read(here, rendering, loop)) ? otherwise : then)(here, rendering, loop)
  }
  const read = readParam(subject, inList)
  const [ifSo, ifNot] = name === 'unless' ? [otherwise, then] : [then, otherwise]
  return (here, rendering, loop) => (isSo(read(here, rendering, loop)) ? ifSo : ifNot)(here, rendering, loop)
}

function writeEach(read: Read, item: Write, otherwise: Write): Write {
  return (here, rendering, loop) => {
    const list = read(here, rendering, loop)
    if (!Array.isArray(list)) throw new WrongFactKind('what {{#each}} goes through', 'a list')
    if (list.length === 0) return otherwise(here, rendering, loop)
    let text = ''
    for (let index = 0; index < list.length; index++)
      text += item(list[index], rendering, { index, first: index === 0, last: index === list.length - 1 })
    return text
  }
}

function readParam(param: hbs.AST.Expression, inList: boolean): Read {
  switch (param.type) {
    case 'PathExpression':
      return readKnown(param as Path, inList)
    case 'SubExpression': {
      const { path, params } = param as hbs.AST.SubExpression
      return readCall((path as Path).original, params, inList)
    }
    default: {
      const { value } = param as { value?: unknown } & hbs.AST.Expression
      const literal = param.type === 'NullLiteral' ? null : value
      return () => literal
    }
  }
}

function readCall(name: string, params: readonly hbs.AST.Expression[], inList: boolean): Read {
  const helper = WORD_HELPERS[name] as (typeof WORD_HELPERS)[string]
  const reads = params.map((param) => readParam(param, inList))
  return (here, rendering, loop) =>
    helper(
      reads.map((read) => read(here, rendering, loop)),
      rendering.data,
    )
}

/** @throws MissingFact */
function readKnown(path: Path, inList: boolean): Read {
  const read = readPath(path, inList)
  return (here, rendering, loop) => {
    const value = read(here, rendering, loop)
    if (isMissing(value)) throw new MissingFact(factName(path))
    return value
  }
}

/** Reads a fact; undefined where it is missing. */
function readPath(path: Path, inList: boolean): Read {
  const fromRoot = path.data && path.parts[0] === 'root'
  if (path.data && !fromRoot) {
    const name = path.parts[0] as keyof Loop
    return (_here, _rendering, loop) => loop?.[name]
  }
  const names = fromRoot ? path.parts.slice(1) : path.parts
  if (!fromRoot && inList) return (here) => ownFact(here, names)
  if (names.length === 1 && names[0] === 'body') return (_here, { body }) => body
  return (_here, { root }) => ownFact(root, names)
}

/** Own properties only: an inherited one is not a fact. */
function ownFact(of: unknown, names: readonly string[]): unknown {
  let here = of
  for (const name of names) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return undefined
    here = (here as Record<string, unknown>)[name]
  }
  return here
}

const factName = (path: Path): string => path.original.replace(/^@root\./, '')

const isMissing = (value: unknown): boolean => value === undefined || value === null || value === ''

const isSo = (value: unknown): boolean => Boolean(value) && !(Array.isArray(value) && value.length === 0)
