import { bareInsert, CHUNK, countsAt, rowsLeft } from './bare-insert.ts'
import { median, type Figure, type Section, type Setting } from './bench.ts'
import { MODE_NAMES, modesOf, openPlace, type Mode, type Place } from './decorum-place.ts'
import { overCommandLine, overHttp, warmUpFor, type ImportPath, type TakenIn } from './import-paths.ts'

const PATHS: readonly { name: string; take: ImportPath }[] = [
  { name: 'over HTTP, NDJSON', take: overHttp },
  { name: 'command line, CSV', take: overCommandLine },
]

/** A file of a day's new accounts, not the first second of one: what is compiled once counts little in either. */
const ACCOUNTS: Readonly<Record<Mode, number>> = { embedded: 4_000, postgres: 60_000, 'redis+postgres': 60_000 }

/** How many new accounts a second are taken in, beside a bare INSERT … unnest of the very rows that the import left? */
export async function intakeBench(setting: Setting): Promise<Section> {
  const figures: Figure[] = []
  const rows = new Set<string>()
  for (const mode of modesOf(setting).filter((m) => m !== 'redis+postgres'))
    figures.push(...(await figuresOf(setting, mode, rows)))
  return {
    bench: 'intake',
    configuration: `new accounts with a new person and number each, the last two thirds timed; bare: the same rows (${[...rows].join('; ')}), ${CHUNK} accounts a transaction, one connection, in the same run`,
    figures,
    leftOut: setting.postgresUrl === null ? ['PostgreSQL'] : [],
  }
}

async function figuresOf(setting: Setting, mode: Mode, rows: Set<string>): Promise<Figure[]> {
  const runs = setting.quick ? 1 : 3
  const count = ACCOUNTS[mode] / (setting.quick ? 4 : 1)
  const imported = PATHS.map((): TakenIn[] => [])
  const bare: TakenIn[] = []
  for (let run = 0; run < runs; run++) {
    const left = new Set<string>()
    for (const [i, { name, take }] of PATHS.entries()) {
      setting.progress(`intake, ${MODE_NAMES[mode]}, ${name}, run ${run + 1} of ${runs}`)
      await atPlace(mode, setting, async (place) => {
        imported[i]?.push(await take(place, count))
        left.add(await countsAt(place))
        if (i === 0) bare.push(await bareInsert(await rowsLeft(place), warmUpFor(count), mode, setting))
      })
    }
    if (left.size > 1) throw new Error(`the ways to import left different rows: ${[...left].join('; ')}`)
    for (const counts of left) rows.add(counts)
  }
  const ofBare = median(bare.map((taken) => taken.perSecond))
  const ratio = (taken: readonly TakenIn[]): string =>
    `${(median(taken.map(({ perSecond }) => perSecond)) / ofBare).toFixed(2)} of the bare insert, `
  return [
    ...PATHS.map(({ name }, i) =>
      figureOf(`${MODE_NAMES[mode]}, ${name}`, imported[i] ?? [], ratio(imported[i] ?? [])),
    ),
    figureOf(`${MODE_NAMES[mode]}, bare INSERT … unnest`, bare, ''),
  ]
}

function figureOf(name: string, taken: readonly TakenIn[], ratio: string): Figure {
  const times = Object.keys(taken[0]?.micros ?? {}).map(
    (who) => `${who} ${median(taken.map(({ micros }) => micros[who] ?? 0)).toFixed(0)} µs`,
  )
  return {
    name,
    unit: 'accounts/s',
    values: taken.map(({ perSecond }) => perSecond),
    note: `${ratio}processor time each ${times.join(', ')}`,
  }
}

async function atPlace(mode: Mode, setting: Setting, work: (place: Place) => Promise<void>): Promise<void> {
  const place = await openPlace(mode, setting)
  try {
    await work(place)
  } finally {
    await place.clear()
  }
}
