/** What a run of the benchmarks was asked for, and the servers it may use. */
export interface Setting {
  /** Fewer and shorter runs: a rough look, not figures to publish. */
  quick: boolean
  /** How long a benchmark that can last for any time is to last; null: as long as it likes. */
  seconds: number | null
  /** Maintenance database of the run's PostgreSQL, or null. */
  postgresUrl: string | null
  redisUrl: string | null
  /** Told what is being measured now. */
  progress(what: string): void
}

/** One measured quantity. */
export interface Figure {
  name: string
  /** As it stands behind the number: `reminders/s`, `ms`. */
  unit: string
  /** One value a run; the median is what counts. */
  values: number[]
  /** Whatever makes the number readable: processor time per item, memory. */
  note?: string
}

/** Numbers in rows and columns. */
export interface Table {
  title: string
  columns: string[]
  /** A number for each column; null: it could not be measured. */
  rows: { name: string; cells: (number | null)[] }[]
}

/** What one benchmark found out, with everything that was chosen for it. */
export interface Section {
  bench: string
  configuration: string
  figures: Figure[]
  /** Where one number a line would not show it. */
  tables?: Table[]
  /** What was left out, and why. */
  leftOut: string[]
}

export type Bench = (setting: Setting) => Promise<Section>

/** The middle value; of an even number of values the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

/** The value that this share of the values does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] as number
}

/** Several runs of one measurement, one after the other. */
export async function repeated(runs: number, measure: () => Promise<number> | number): Promise<number[]> {
  const values: number[] = []
  for (let run = 0; run < runs; run++) values.push(await measure())
  return values
}
