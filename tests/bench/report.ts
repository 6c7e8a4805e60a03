import { median, type Figure, type Section, type Table } from './bench.ts'
import type { Machine } from './machine.ts'

const rounded = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: value < 1 ? 3 : value < 10 ? 2 : value < 100 ? 1 : 0 })

function figureLine({ name, unit, values, note }: Figure, width: number): string {
  const spread =
    values.length < 2 ? '' : ` (${rounded(Math.min(...values))}–${rounded(Math.max(...values))}, ${values.length} runs)`
  return `  ${name.padEnd(width)}  ${rounded(median(values)).padStart(9)} ${unit}${spread}${note === undefined ? '' : ` · ${note}`}`
}

export function machineText(machine: Machine): string {
  return [
    `${machine.cores} cores of ${machine.processor} · ${machine.memoryGiB} GiB · Node ${machine.node} · PostgreSQL ${machine.postgres} (${machine.postgresSettings}) · Redis ${machine.redis}`,
    Object.entries(machine.versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(' · '),
    `load at start ${machine.loadAtStart.toFixed(2)}${machine.loadAtStart > machine.cores / 2 ? ': others have a share of this machine' : ''}`,
  ].join('\n')
}

function tableText({ title, columns, rows }: Table): string {
  const texts = rows.map(({ name, cells }) => [name, ...cells.map((cell) => (cell === null ? '–' : rounded(cell)))])
  const all = [[title, ...columns], ...texts]
  const widths = columns.map((_, i) => Math.max(...all.map((row) => (row[i + 1] as string).length)))
  const first = Math.max(...texts.map(([name]) => (name as string).length))
  const lineOf = ([name, ...cells]: string[]): string =>
    `  ${(name as string).padEnd(first)}${cells.map((cell, i) => `  ${cell.padStart(widths[i] as number)}`).join('')}`
  return [`\n  ${title}`, lineOf(['', ...columns]), ...texts.map(lineOf)].join('\n')
}

export function sectionText({ bench, configuration, figures, tables, leftOut }: Section): string {
  const width = Math.max(...figures.map((figure) => figure.name.length), 0)
  return [
    `\n${bench} · ${configuration}`,
    ...figures.map((figure) => figureLine(figure, width)),
    ...(tables ?? []).map(tableText),
    ...leftOut.map((what) => `  left out: ${what}`),
  ].join('\n')
}

/** The same for programs: each figure with its median. */
export function asJson(machine: Machine, sections: readonly Section[], setting: { quick: boolean }): string {
  return JSON.stringify(
    {
      machine,
      quick: setting.quick,
      sections: sections.map((section) => ({
        ...section,
        figures: section.figures.map((figure) => ({ ...figure, median: median(figure.values) })),
      })),
    },
    null,
    2,
  )
}
