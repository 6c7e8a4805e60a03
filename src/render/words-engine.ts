import Handlebars from 'handlebars'
import { LRUCache } from 'lru-cache'
import { formatMoney, type Money, speakMoney } from '../model/money.ts'
import { isLocalDate, type LocalDate } from '../model/time.ts'

/** Creating a format takes longer than the rest of a message. */
const formats = new LRUCache<string, Intl.DateTimeFormat>({ max: 500 })

/**
 * How is this day written in a message: `11月20日`, `November 20`, `Nov 20`?
 *
 * The year is left out only when it is `currentYear`, so that an old due date is never read as a recent one.
 */
function formatLocalDate(date: LocalDate, locale: string, month: 'long' | 'short', currentYear: string | null): string {
  const withYear = date.slice(0, 4) !== currentYear
  const key = `${locale}|${month}|${withYear}`
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
  return format.format(Date.parse(`${date}T00:00:00Z`)).replace(/[\u00a0\u202f]/g, ' ')
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

/** The data of helpers besides their arguments: Handlebars' `data`, set by `render`. */
export interface WordsData {
  locale: string
  /** Year of the balance; dates of other years show theirs. */
  currentYear: string | null
}

const dataOf = (options: Handlebars.HelperOptions): WordsData & { root: unknown } =>
  options.data as WordsData & { root: unknown }

/**
 * The template language: Handlebars with these helpers and no others.
 *
 *   {{date d}} {{shortDate d}} {{money m}} {{spoken m}} {{plural n "day" "days"}} (is a "b")
 *   {{#known x}}…{{else}}…{{/known}} {{#if x}} {{#unless x}} {{#each xs}}
 *
 * `said`, `fact` and `maybe` are not for authors: the compiler wraps every fact in one of them, so that a missing
 * fact is detected everywhere (Handlebars' own strict mode ignores it as an argument), and only text and numbers
 * are written out: JavaScript would write an amount as "[object Object]".
 */
export const WORD_HELPERS: Readonly<Record<string, Handlebars.HelperDelegate>> = {
  said(this: unknown, path: string, options: Handlebars.HelperOptions) {
    const value = lookUp(path, this, options)
    if (isMissing(value)) throw new MissingFact(path.replace(/^@root\./, ''))
    if (typeof value !== 'string' && !Number.isFinite(value)) throw new WrongFactKind(path, 'text or a number')
    return value
  },
  fact(this: unknown, path: string, options: Handlebars.HelperOptions) {
    const value = lookUp(path, this, options)
    if (isMissing(value)) throw new MissingFact(path.replace(/^@root\./, ''))
    return value
  },
  maybe(this: unknown, path: string, options: Handlebars.HelperOptions) {
    return lookUp(path, this, options)
  },
  known(this: unknown, value: unknown, options: Handlebars.HelperOptions) {
    return isMissing(value) ? options.inverse(this) : options.fn(this)
  },
  date: (day: unknown, options: Handlebars.HelperOptions) =>
    formatLocalDate(dayOf(day), dataOf(options).locale, 'long', dataOf(options).currentYear),
  shortDate: (day: unknown, options: Handlebars.HelperOptions) =>
    formatLocalDate(dayOf(day), dataOf(options).locale, 'short', dataOf(options).currentYear),
  money: (money: unknown, options: Handlebars.HelperOptions) => formatMoney(moneyOf(money), dataOf(options).locale),
  spoken: (money: unknown, options: Handlebars.HelperOptions) => speakMoney(moneyOf(money), dataOf(options).locale),
  plural: (count: unknown, one: string, other: string, options: Handlebars.HelperOptions) =>
    pluralRules(dataOf(options).locale).select(countOf(count)) === 'one' ? one : other,
  is: (value: unknown, wanted: string) => value === wanted,
}

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

const isMissing = (value: unknown): boolean => value === undefined || value === null || value === ''

/** Looks up own properties only: an inherited one is not a fact. */
function lookUp(path: string, context: unknown, options: Handlebars.HelperOptions): unknown {
  if (path === 'this') return context
  const fromRoot = path.startsWith('@root.')
  let here: unknown = fromRoot ? dataOf(options).root : context
  for (const name of path.slice(fromRoot ? '@root.'.length : 0).split('.')) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return undefined
    here = (here as Record<string, unknown>)[name]
  }
  return here
}

/** Handlebars' own block helpers that stay. */
export const BLOCK_HELPERS = ['if', 'unless', 'each'] as const

/** An isolated Handlebars instance: helpers registered elsewhere do not reach it. */
export const wordsEngine: typeof Handlebars = Handlebars.create()
for (const name of Object.keys(wordsEngine.helpers)) {
  if (!(BLOCK_HELPERS as readonly string[]).includes(name)) wordsEngine.unregisterHelper(name)
}
for (const [name, helper] of Object.entries(WORD_HELPERS)) wordsEngine.registerHelper(name, helper)
