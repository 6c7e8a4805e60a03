import { median, type Figure, type Table } from '../bench.ts'
import type { TableCounts } from './ledger-counts.ts'
import type { Taken } from './meter.ts'
import type { Step } from './steps.ts'

/** What each step of one round has taken. */
export type Round = Readonly<Record<Step, Taken>>

/** The ledger before the first and, without any dead row, after the last of so many reminders. */
export interface Packed {
  empty: ReadonlyMap<string, TableCounts>
  full: ReadonlyMap<string, TableCounts>
  reminders: number
}

/** What is counted, and per what where that is not the reminder. */
type Quantity = readonly [column: string, of: (taken: Taken) => number | null, per?: (taken: Taken) => number]

const ofTables =
  (of: (counts: TableCounts) => number) =>
  ({ tables }: Taken): number =>
    [...tables.values()].reduce((sum, counts) => sum + of(counts), 0)

const BY_TABLE = [
  ['inserted', (counts) => counts.inserted],
  ['updated', (counts) => counts.updated],
  ['of it HOT', (counts) => counts.hot],
  ['deleted', (counts) => counts.deleted],
  ['versions', (counts) => counts.inserted + counts.updated],
  ['long pieces', (counts) => counts.chunks],
  ['table B', (counts) => counts.tableBytes],
  ['index B', (counts) => counts.indexBytes],
] as const satisfies readonly (readonly [string, (counts: TableCounts) => number])[]

const LOCK = /^Heap2?\/LOCK/
const locked = ({ log }: Taken): number | null =>
  log.imageBytes === null
    ? null
    : [...log.kinds].reduce((sum, [kind, { count }]) => sum + (LOCK.test(kind) ? count : 0), 0)
const logWithoutImages = ({ log }: Taken): number => log.bytes - (log.imageBytes ?? 0)

const WRITTEN: readonly Quantity[] = [
  ...BY_TABLE.map(([column, of]): Quantity => [column, ofTables(of)]),
  ['locked', locked],
  ['log B', logWithoutImages],
  ['whole pages B', ({ log }) => log.imageBytes],
]
const WORK: readonly Quantity[] = [
  ['transactions', ({ traffic }) => traffic.turns],
  ['statements', ({ traffic }) => traffic.statements],
  ['of it parsed', ({ traffic }) => traffic.parsed],
  ['round trips', ({ traffic }) => traffic.trips],
  ['trips a transaction', ({ traffic }) => traffic.trips, ({ traffic }) => traffic.turns],
  ['sent B', ({ traffic }) => traffic.sentBytes],
  ['received B', ({ traffic }) => traffic.receivedBytes],
  ['PostgreSQL µs', ({ postgresMicros }) => postgresMicros],
  ['process µs', ({ processMicros }) => processMicros],
]

/** From planned to sent: what the targets for a reminder are about. */
const SENDING = ['claim', 'reserve', 'call', 'settle'] as const satisfies readonly Step[]
const ALL = ['plan', ...SENDING, 'receipts'] as const satisfies readonly Step[]

/** The figures that a target can be set for, one value a round. */
export function costFigures(rounds: readonly Round[], reminders: number, packed: Packed): Figure[] {
  const each = (name: string, unit: string, steps: readonly Step[], of: Quantity[1]): Figure => ({
    name,
    unit,
    values: rounds.map((round) => (sumOf(round, steps, of) ?? 0) / reminders),
  })
  const kept = keptTables(rounds, packed).reduce((sum, [, counts]) => sum + counts.tableBytes + counts.indexBytes, 0)
  return [
    each('planned to sent, PostgreSQL', 'µs', SENDING, ({ postgresMicros }) => postgresMicros),
    each('planned to sent, sending process', 'µs', SENDING, ({ processMicros }) => processMicros),
    each('planned to sent, log without whole pages', 'bytes', SENDING, logWithoutImages),
    each('plan to receipts, PostgreSQL', 'µs', ALL, ({ postgresMicros }) => postgresMicros),
    each('plan to receipts, processes', 'µs', ALL, ({ processMicros }) => processMicros),
    each('plan to receipts, log without whole pages', 'bytes', ALL, logWithoutImages),
    { name: 'plan to receipts, ledger that stays, packed', unit: 'bytes', values: [kept / packed.reminders] },
  ]
}

/** Everything by step: all cells per reminder. */
export function costTables(
  steps: readonly Step[],
  rounds: readonly Round[],
  reminders: number,
  listed: Round | null,
  packed: Packed,
): Table[] {
  return [
    byStep('rows and bytes written', steps, rounds, reminders, WRITTEN),
    byStep('work', steps, rounds, reminders, WORK),
    byStepAndTable(steps, rounds, reminders),
    byKindOfRecord(steps, rounds, reminders),
    statementTable(steps, listed, reminders),
    keptTable(rounds, packed),
  ].filter((table) => table.rows.length > 0)
}

function sumOf(round: Round, steps: readonly Step[], of: Quantity[1]): number | null {
  const values = steps.map((step) => of(round[step]))
  return values.includes(null) ? null : (values as number[]).reduce((sum, value) => sum + value, 0)
}

/** The middle of the rounds, per reminder. */
function middle(rounds: readonly Round[], reminders: number, of: (round: Round) => number | null): number | null {
  const values = rounds.map(of)
  return values.includes(null) ? null : median(values as number[]) / reminders
}

function byStep(
  title: string,
  steps: readonly Step[],
  rounds: readonly Round[],
  reminders: number,
  quantities: readonly Quantity[],
): Table {
  const row = (name: string, among: readonly Step[]): Table['rows'][number] => ({
    name,
    cells: quantities.map(([, of, per]) =>
      per === undefined
        ? middle(rounds, reminders, (round) => sumOf(round, among, of))
        : middle(rounds, 1, (round) => (sumOf(round, among, of) ?? 0) / (sumOf(round, among, per) || 1)),
    ),
  })
  return {
    title,
    columns: quantities.map(([column]) => column),
    rows: [...steps.map((step) => row(step, [step])), row('claim to settle', SENDING), row('plan to receipts', ALL)],
  }
}

function byStepAndTable(steps: readonly Step[], rounds: readonly Round[], reminders: number): Table {
  const rows = steps.flatMap((step) =>
    namesIn(rounds, (round) => round[step].tables).map((table) => ({
      name: `${step}: ${table}`,
      cells: BY_TABLE.map(([, of]) =>
        middle(rounds, reminders, (round) => {
          const counts = round[step].tables.get(table)
          return counts === undefined ? 0 : of(counts)
        }),
      ),
    })),
  )
  return { title: 'by table', columns: BY_TABLE.map(([column]) => column), rows }
}

/** Kinds that are less than this of the whole log are left out. */
const SMALLEST_SHARE = 0.01

function byKindOfRecord(steps: readonly Step[], rounds: readonly Round[], reminders: number): Table {
  const bytesOf = (kind: string, among: readonly Step[]): number =>
    middle(rounds, reminders, (round) => sumOf(round, among, ({ log }) => log.kinds.get(kind)?.bytes ?? 0)) as number
  const kinds = [...new Set(steps.flatMap((step) => namesIn(rounds, (round) => round[step].log.kinds)))].map(
    (kind) => ({ kind, all: bytesOf(kind, steps) }),
  )
  const log = kinds.reduce((sum, { all }) => sum + all, 0)
  return {
    title: 'log by kind of record, bytes without whole pages',
    columns: [...steps, 'all'],
    rows: kinds
      .filter(({ all }) => all >= log * SMALLEST_SHARE)
      .sort((a, b) => b.all - a.all)
      .map(({ kind, all }) => ({ name: kind, cells: [...steps.map((step) => bytesOf(kind, [step])), all] })),
  }
}

/** Statements that took less than this of their step's time are left out. */
const SMALLEST_STATEMENT = 0.02

function statementTable(steps: readonly Step[], listed: Round | null, reminders: number): Table {
  const rows = steps.flatMap((step) => {
    const all = listed?.[step].statements ?? []
    const time = all.reduce((sum, { planMicros, runMicros }) => sum + planMicros + runMicros, 0)
    return all
      .filter(({ planMicros, runMicros }) => planMicros + runMicros >= time * SMALLEST_STATEMENT)
      .map(({ name, ...counts }) => ({
        name: `${step}: ${name}`,
        cells: [counts.calls, counts.rows, counts.planMicros, counts.runMicros, counts.logBytes].map(
          (value) => value / reminders,
        ),
      }))
  })
  return {
    title: 'statements, in one more round (elapsed time within PostgreSQL, not processor time; log with whole pages)',
    columns: ['calls', 'rows', 'planning µs', 'running µs', 'log B'],
    rows,
  }
}

/** Tables that the steps insert into, with what they have gained; what is only updated does not grow. */
function keptTables(rounds: readonly Round[], { empty, full }: Packed): [string, TableCounts][] {
  const inserted = new Set(
    rounds.flatMap((round) =>
      Object.values(round).flatMap(({ tables }) =>
        [...tables].filter(([, counts]) => counts.inserted > 0).map(([name]) => name),
      ),
    ),
  )
  return [...full]
    .filter(([name]) => inserted.has(name))
    .map(([name, counts]) => {
      const before = empty.get(name)
      return [
        name,
        {
          ...counts,
          tableBytes: counts.tableBytes - (before?.tableBytes ?? 0),
          indexBytes: counts.indexBytes - (before?.indexBytes ?? 0),
        },
      ]
    })
}

function keptTable(rounds: readonly Round[], packed: Packed): Table {
  const kept = keptTables(rounds, packed)
  const row = (name: string, of: readonly TableCounts[]): Table['rows'][number] => {
    const [table, index] = [
      of.reduce((sum, { tableBytes }) => sum + tableBytes, 0),
      of.reduce((sum, { indexBytes }) => sum + indexBytes, 0),
    ]
    return { name, cells: [table, index, table + index].map((bytes) => bytes / packed.reminders) }
  }
  return {
    title: 'ledger that stays after VACUUM FULL',
    columns: ['table B', 'index B', 'both B'],
    rows: [
      ...kept.map(([name, counts]) => row(name, [counts])),
      row(
        'all',
        kept.map(([, counts]) => counts),
      ),
    ],
  }
}

/** The names that occur in any round, in order. */
const namesIn = (rounds: readonly Round[], of: (round: Round) => ReadonlyMap<string, unknown>): string[] =>
  [...new Set(rounds.flatMap((round) => [...of(round).keys()]))].sort()
