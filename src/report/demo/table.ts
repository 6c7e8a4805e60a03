import Table from 'cli-table3'

/** A plain table without a frame, its columns right where a width is a character and where it is two. */
export function plainTable(head: readonly string[], rows: readonly (string | number)[][], options: { right?: readonly number[]; widths?: (number | null)[] } = {}): string {
  const table = new Table({
    ...(head.every((title) => title === '') ? {} : { head: [...head] }),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2, compact: true },
    chars: Object.fromEntries(FRAME.map((part) => [part, ''])),
    colAligns: head.map((_, i) => (options.right?.includes(i) === true ? 'right' : 'left')),
    ...(options.widths === undefined ? {} : { colWidths: options.widths, wordWrap: true }),
  })
  table.push(...rows.map((row) => [...row]))
  return table.toString().split('\n').map((line) => `  ${line.trimEnd()}`).join('\n')
}

const FRAME = [
  'top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right', 'left', 'left-mid', 'mid', 'mid-mid',
  'right', 'right-mid', 'middle',
] as const
