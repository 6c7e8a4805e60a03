import { bareInsertsPerSecond, CHUNK, countsOf, rowsLeft } from './bare-insert.ts'
import { median, type Figure, type Section, type Setting } from './bench.ts'
import { MODE_NAMES, modesOf, openPlace, type Mode, type Place } from './decorum-place.ts'
import { overCommandLine, overHttp, type ImportPath } from './import-paths.ts'

const PATHS: readonly { name: string; take: ImportPath }[] = [
  { name: 'over HTTP, NDJSON', take: overHttp },
  { name: 'command line, CSV', take: overCommandLine },
]

/** How many new accounts a second are taken in, beside a bare INSERT … unnest of the very rows that the import left? */
export async function intakeBench(setting: Setting): Promise<Section> {
  const figures: Figure[] = []
  const rows = new Set<string>()
  for (const mode of modesOf(setting).filter((m) => m !== 'redis+postgres')) figures.push(...(await figuresOf(setting, mode, rows)))
  return {
    bench: 'intake',
    configuration: `new accounts with a new person and number each; bare: the same rows (${[...rows].join('; ')}), ${CHUNK} accounts a transaction, one connection, in the same run`,
    figures, leftOut: setting.postgresUrl === null ? ['PostgreSQL'] : [],
  }
}

async function figuresOf(setting: Setting, mode: Mode, rows: Set<string>): Promise<Figure[]> {
  const runs = setting.quick ? 1 : 3
  const count = (mode === 'embedded' ? 2_000 : 20_000) * (setting.quick ? 0.5 : 1)
  const imported = PATHS.map(({ name }): Figure => ({ name: `${MODE_NAMES[mode]}, ${name}`, unit: 'accounts/s', values: [] }))
  const bare: Figure = { name: `${MODE_NAMES[mode]}, bare INSERT … unnest`, unit: 'accounts/s', values: [] }
  for (let run = 0; run < runs; run++) {
    const left = new Set<string>()
    for (const [i, { name, take }] of PATHS.entries()) {
      setting.progress(`intake, ${MODE_NAMES[mode]}, ${name}, run ${run + 1} of ${runs}`)
      await atPlace(mode, setting, async (place) => {
        imported[i]?.values.push(await take(place, count))
        const tables = await rowsLeft(place)
        left.add(countsOf(tables))
        if (i === 0) bare.values.push(await bareInsertsPerSecond(tables, mode, setting))
      })
    }
    if (left.size > 1) throw new Error(`the ways to import left different rows: ${[...left].join('; ')}`)
    for (const counts of left) rows.add(counts)
  }
  for (const figure of imported) figure.note = `${(median(figure.values) / median(bare.values)).toFixed(2)} of the bare insert`
  return [...imported, bare]
}

async function atPlace(mode: Mode, setting: Setting, work: (place: Place) => Promise<void>): Promise<void> {
  const place = await openPlace(mode, setting)
  try {
    await work(place)
  } finally {
    await place.clear()
  }
}
