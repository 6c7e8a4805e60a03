import type { Usage } from './ask.ts'
import { median } from './bench.ts'

/** What one process, or one server's family of processes, has taken so far. */
export interface NamedUsage {
  name: string
  usage: Usage
}

interface Taken {
  micros: number
  residentMiB: number
}

/** What did each process take of processor and memory, per item, over several runs? */
export class Accounting {
  readonly #taken = new Map<string, Taken[]>()

  /** One run: as everything stood before and after `count` items. */
  add(before: readonly NamedUsage[], after: readonly NamedUsage[], count: number): void {
    for (const { name, usage } of after) {
      const micros = (usage.cpuMicros - (before.find((earlier) => earlier.name === name)?.usage.cpuMicros ?? 0)) / count
      this.#taken.set(name, [...(this.#taken.get(name) ?? []), { micros, residentMiB: usage.residentMiB }])
    }
  }

  /** The middle of the runs, in the order in which the processes were named. */
  medians(): { name: string; micros: number; mib: number }[] {
    return [...this.#taken].map(([name, runs]) => ({
      name,
      micros: median(runs.map((run) => run.micros)),
      mib: median(runs.map((run) => run.residentMiB)),
    }))
  }

  /** Medians, as a figure's note: processor time of each and of all, then memory. */
  note(): string {
    const each = this.medians()
    const all = each.reduce((sum, { micros }) => sum + micros, 0)
    const time = each.map(({ name, micros }) => `${name} ${micros.toFixed(0)} µs`).join(', ')
    return `processor time each ${time}${each.length > 1 ? `, all ${all.toFixed(0)} µs` : ''}; memory ${each.map(({ name, mib }) => `${name} ${mib.toFixed(0)} MiB`).join(', ')}`
  }
}
