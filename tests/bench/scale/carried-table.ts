import { cpus } from 'node:os'
import type { Accounting } from '../accounting.ts'
import { median, type Figure, type Table } from '../bench.ts'

/** One row: how fast so many processes or connections were, and what each kind took. */
export interface Row {
  figure: Figure
  accounting: Accounting
  /** Attempts that were written and ended before any call, for each reminder: a value a round. */
  givenUp?: readonly number[]
}

const CORES = cpus().length

const microsOf = ({ accounting }: Row, kind: string): number | null =>
  accounting.medians().find(({ name }) => name === kind)?.micros ?? null

const allOf = ({ accounting }: Row): number => accounting.medians().reduce((sum, { micros }) => sum + micros, 0)

const perSecondOf = ({ figure }: Row): number => median(figure.values)

/** Share of all cores, in percent, that so much processor time for each comes to at this rate. */
const shareOf = (micros: number | null, perSecond: number): number | null =>
  micros === null ? null : (micros * perSecond) / CORES / 10_000

/** Processor time of each kind per reminder, and how much of the machine that is. */
export function timeTable(title: string, rows: readonly Row[]): Table {
  const kinds = [...new Set(rows.flatMap(({ accounting }) => accounting.medians().map(({ name }) => name)))]
  const first = rows[0]
  const given = rows.some(({ givenUp }) => givenUp !== undefined)
  return {
    title,
    columns: [
      'reminders/s',
      'times the first',
      ...kinds.map((kind) => `${kind} µs`),
      'all µs',
      `PostgreSQL, % of ${CORES} cores`,
      `all, % of ${CORES} cores`,
      ...(given ? ['given up, each'] : []),
    ],
    rows: rows.map((row) => ({
      name: row.figure.name,
      cells: [
        perSecondOf(row),
        first === undefined ? null : perSecondOf(row) / perSecondOf(first),
        ...kinds.map((kind) => microsOf(row, kind)),
        allOf(row),
        shareOf(microsOf(row, 'PostgreSQL'), perSecondOf(row)),
        shareOf(allOf(row), perSecondOf(row)),
        ...(given ? [row.givenUp === undefined ? null : median(row.givenUp)] : []),
      ],
    })),
  }
}

const SERVER_CORES = [1, 2, 4] as const

/** What would PostgreSQL carry if its processor time for each were all that limits it? A division, not a measurement. */
export const derivedTable = (rows: readonly Row[]): Table => ({
  title:
    'derived, not measured: reminders/s that PostgreSQL would carry with everything else on other machines = its cores / its own processor time each, all of it used, no wait for locks or disk',
  columns: ['PostgreSQL µs', ...SERVER_CORES.map((cores) => `${cores} core${cores === 1 ? '' : 's'}`)],
  rows: rows.map((row) => {
    const micros = microsOf(row, 'PostgreSQL')
    return {
      name: row.figure.name,
      cells: [micros, ...SERVER_CORES.map((cores) => (micros === null ? null : (cores * 1_000_000) / micros))],
    }
  }),
})
