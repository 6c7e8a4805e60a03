import { LRUCache } from 'lru-cache'
import { formatMoney, type Money, speakMoney } from '../model/money.ts'
import { isLocalDate, type LocalDate } from '../model/time.ts'
import type { View } from './view.ts'

// Hot path: every message is written by these functions; measured by `npm run bench -- render`. Handlebars' own compiler
// looks up each helper by name and makes an options object for each call, which took three times as long.

/** Creating a format takes longer than the rest of a message. */
const formats = new LRUCache<string, Intl.DateTimeFormat>({ max: 500 })
/** Formatted days: the messages of one morning name the same few. */
const days = new LRUCache<string, string>({ max: 5_000 })

/**
 * How is this day written in a message: `11月20日`, `November 20`, `Nov 20`?
 *
 * The year is left out only when it is `currentYear`, so that an old due date is never read as a recent one.
 */
function formatLocalDate(date: LocalDate, locale: string, month: 'long' | 'short', currentYear: string | null): string {
  const withYear = date.slice(0, 4) !== currentYear
  const key = `${locale}|${month}|${withYear}`
  const dayKey = `${key}|${date}`
  let text = days.get(dayKey)
  if (text === undefined) {
    text = formatOf(key, locale, month, withYear)
      .format(Date.parse(`${date}T00:00:00Z`))
      .replace(/[\u00a0\u202f]/g, ' ')
    days.set(dayKey, text)
  }
  return text
}

function formatOf(key: string, locale: string, month: 'long' | 'short', withYear: boolean): Intl.DateTimeFormat {
  let format = formats.get(key)
  if (format === undefined) {
    format = new Intl.DateTimeFormat(locale, {
      timeZone: 'UTC',
      calendar: 'gregory',
      numberingSystem: 'latn',
      day: 'numeric',
      month,
      ...(withYear ? { year: 'numeric' } : {}),
    })
    formats.set(key, format)
  }
  return format
}

/** Thrown while rendering a template that needs an unknown fact; caught by `render`. */
export class MissingFact extends Error {
  readonly fact: string
  constructor(fact: string) {
    super(`missing fact: ${fact}`)
    this.fact = fact
  }
}

/** Thrown while rendering when a fact is not of the required kind; caught by `render`. Names the fact, never its value. */
export class WrongFactKind extends Error {
  readonly fact: string
  constructor(fact: string, wanted: string) {
    super(`${fact} is not ${wanted}`)
    this.fact = fact
  }
}

/** What helpers read besides their arguments. */
export interface WordsData {
  locale: string
  /** Year of the balance; dates of other years show theirs. */
  currentYear: string | null
}

/** A helper of the template language: its arguments and the data of the rendering to a value. */
type WordHelper = (args: readonly unknown[], data: WordsData) => unknown

/**
 * The helpers of the template language; there are no others.
 *
 *   {{date d}} {{shortDate d}} {{money m}} {{spoken m}} {{plural n "day" "days"}} (is a "b")
 */
export const WORD_HELPERS: Readonly<Record<string, WordHelper>> = {
  date: ([day], { locale, currentYear }) => formatLocalDate(dayOf(day), locale, 'long', currentYear),
  shortDate: ([day], { locale, currentYear }) => formatLocalDate(dayOf(day), locale, 'short', currentYear),
  money: ([money], { locale }) => formatMoney(moneyOf(money), locale),
  spoken: ([money], { locale }) => speakMoney(moneyOf(money), locale),
  plural: ([count, one, other], { locale }) => (pluralRules(locale).select(countOf(count)) === 'one' ? one : other),
  is: ([value, wanted]) => value === wanted,
}

/** Its blocks: {{#known x}}…{{else}}…{{/known}} {{#if x}} {{#unless x}} {{#each xs}} */
export const WORD_BLOCKS: readonly string[] = ['known', 'if', 'unless', 'each']

function dayOf(value: unknown): LocalDate {
  if (typeof value === 'string' && isLocalDate(value)) return value
  throw new WrongFactKind('what a date is made of', 'a calendar day (YYYY-MM-DD)')
}

function moneyOf(value: unknown): Money {
  if (typeof value === 'object' && value !== null && 'amount' in value && 'currency' in value) return value as Money
  throw new WrongFactKind('what an amount is made of', 'an amount')
}

function countOf(value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw new WrongFactKind('what is counted', 'a number')
}

const rulesOf = new LRUCache<string, Intl.PluralRules>({ max: 500 })

/** Cached for the same reason as `formats`. */
function pluralRules(locale: string): Intl.PluralRules {
  let rules = rulesOf.get(locale)
  if (rules === undefined) {
    rules = new Intl.PluralRules(locale)
    rulesOf.set(locale, rules)
  }
  return rules
}

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
