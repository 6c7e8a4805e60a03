import { LRUCache } from 'lru-cache'
import type { LocalDate } from '../model/local-date.ts'

/** Making one takes longer than the rest of a message. */
const formats = new LRUCache<string, Intl.DateTimeFormat>({ max: 500 })

/**
 * How is this day written to a person: `11月20日`, `November 20`, `Nov 20`?
 *
 * The year is left out only when it is `currentYear`, so that an old due date is never read as a recent one.
 */
export function formatLocalDate(date: LocalDate, locale: string, month: 'long' | 'short', currentYear: string | null): string {
  const withYear = date.slice(0, 4) !== currentYear
  const key = `${locale}|${month}|${withYear}`
  let format = formats.get(key)
  if (format === undefined) {
    format = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', calendar: 'gregory', numberingSystem: 'latn', day: 'numeric', month, ...(withYear ? { year: 'numeric' } : {}) })
    formats.set(key, format)
  }
  return format.format(Date.parse(`${date}T00:00:00Z`)).replace(/[\u00a0\u202f]/g, ' ')
}
