import { LRUCache } from 'lru-cache'
import { formatMoney, type Money, speakMoney } from '../model/money.ts'
import { isLocalDate, type LocalDate } from '../model/time.ts'

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
