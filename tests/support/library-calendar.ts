import Holidays from 'date-holidays'
import type { LocalDate } from '../../src/model/time.ts'

/** Days by which a table differs on purpose from the library that it was taken from; `added` ones the library lacks. */
export const DIFFERENCES: Readonly<Record<string, { why: string; added: readonly LocalDate[] }>> = {
  'CA-QC': {
    why: 'Easter Monday, which the law leaves to the employer as an alternative to Good Friday',
    added: ['2025-04-21', '2026-04-06', '2027-03-29', '2028-04-17'],
  },
  'CA-BC': {
    why: 'National Day for Truth and Reconciliation (Employment Standards Act, SBC 2023 c. 2)',
    added: ['2025-09-30', '2026-09-30', '2027-09-30', '2028-09-30'],
  },
  KR: {
    why: 'the day before Seollal, which the library misses, and election days (President 2025-06-03, local 2026-06-03, National Assembly 2028-04-12)',
    added: ['2025-01-28', '2025-06-03', '2026-02-16', '2026-06-03', '2027-02-06', '2028-01-26', '2028-04-12'],
  },
  CL: {
    why: 'Sábado Santo (Ley 2.977), which the library leaves to observance',
    added: ['2025-04-19', '2026-04-04', '2027-03-27', '2028-04-15'],
  },
  'BR-SP': {
    why: 'Consciência Negra on 20 November, national since 2024 (Lei 14.759/2023)',
    added: ['2025-11-20', '2026-11-20', '2027-11-20', '2028-11-20'],
  },
  'BR-RJ': {
    why: 'Consciência Negra on 20 November, national since 2024 (Lei 14.759/2023)',
    added: ['2025-11-20', '2026-11-20', '2027-11-20', '2028-11-20'],
  },
}

const DAY = 86_400_000

/** The public holidays of a year as the library computes them, every day of those that last several. */
export function computed(id: string, year: number): Set<LocalDate> {
  const [country = '', state] = id.split('-')
  const library = state === undefined ? new Holidays(country) : new Holidays(country, state)
  return new Set(
    library
      .getHolidays(year, 'en')
      .filter(({ type }) => type === 'public')
      .flatMap(({ date, start, end }) => {
        const first = Date.parse(`${date.slice(0, 10)}T00:00:00Z`)
        const length = Math.max(1, Math.round((end.getTime() - start.getTime()) / DAY))
        return Array.from({ length }, (_, i) => new Date(first + i * DAY).toISOString().slice(0, 10))
      }),
  )
}

/** One year of a calendar as its table holds it: the library's days and those added on purpose. Empty: the library has no such calendar. */
export const generated = (id: string, year: number): LocalDate[] =>
  [...computed(id, year), ...(DIFFERENCES[id]?.added ?? []).filter((day) => day.startsWith(String(year)))].sort()
