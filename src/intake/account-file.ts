import type { Fault, Parsed } from '../model/errors.ts'
import type { FileFormat, FileOptions } from '../model/import-mapping.ts'
import { accountLine, type AccountLine } from './account-body.ts'
import { type AccountColumns, hasAllCells, idInRow, readAccountRow, readHeader } from './csv.ts'
import { delimiterOf, isEmptyRow, separatorLine } from './csv-row.ts'
import { upstreamId } from './fields.ts'
import { type FileKind, inspectFile, toUtf8 } from './file-encoding.ts'
import { type Line, readLines } from './lines.ts'
import { parse, parseJson } from './parse.ts'
import { workbookLines } from './workbook.ts'

/** A file of accounts whose layout has been understood. */
export interface AccountFileReader {
  format: FileFormat
  /** Null: NDJSON. */
  columns: AccountColumns | null
  /** From the first account on, at each call; a record of several lines has the number of its first. */
  records(): AsyncIterable<Line>
}

/** Which account does one record state? */
export function readAccountRecord(text: string, columns: AccountColumns | null): Parsed<AccountLine> {
  if (columns !== null) return readAccountRow(text, columns)
  const json = parseJson(text)
  return json.ok ? parse(accountLine, json.value) : json
}

/** The account's id in a record that is otherwise invalid; null when that is unreadable too. */
export function idInRecord(text: string, columns: AccountColumns | null): string | null {
  if (columns !== null) return idInRow(text, columns)
  // Parsed a second time for its id, which is not worth it for what no account is.
  if (text.length > MOST_CHARACTERS) return null
  try {
    const { id } = JSON.parse(text) as { id?: unknown }
    return upstreamId.safeParse(id).success ? (id as string) : null
  } catch {
    return null
  }
}

/**
 * How is this file of accounts read?
 *
 * Detected from its bytes where not stated: UTF-8, UTF-16 or clearly Chinese GB18030; CSV with its delimiter, NDJSON, or an
 * .xlsx workbook. An ambiguous file is refused with what to state.
 *
 * @param bytes  the file from its beginning, at each call
 */
export async function openAccountFile(
  bytes: () => AsyncIterable<Uint8Array>,
  options: FileOptions,
): Promise<Parsed<AccountFileReader>> {
  const { mapping } = options
  const kind = await inspectFile(bytes(), options.encoding ?? mapping?.encoding ?? null)
  if (kind.kind === 'refused') return refused(kind.problem, kind.cure)
  if (kind.kind === 'workbook') {
    if (options.format !== null && options.format !== 'xlsx')
      return refused('is an .xlsx workbook', 'Leave --format out, or save it as CSV.')
    const sheet =
      options.sheet === null
        ? (mapping?.sheet ?? 1)
        : /^\d{1,3}$/.test(options.sheet)
          ? Number(options.sheet)
          : options.sheet
    const lines = await workbookLines(bytes(), sheet)
    return lines.ok ? openTable('xlsx', () => only(lines.value), { ...options, delimiter: ',' }) : lines
  }
  if (options.format === 'xlsx') return refused('is no .xlsx workbook', 'Leave --format out.')
  const lines = () => decoded(bytes(), kind)
  const [first] = await firstOf(lines(), 1)
  if (first === undefined) return refused('is empty', 'Save it as CSV with a header, or as NDJSON.')
  if (options.format !== 'csv' && mapping === null && first.ok && /^\s*\[/.test(first.text))
    return refused(
      'is one JSON list',
      'Write one account on each line (NDJSON), without brackets and commas around them.',
    )
  const format =
    options.format ?? (mapping === null && first.ok && first.text.trimStart().startsWith('{') ? 'ndjson' : 'csv')
  if (format === 'ndjson') return { ok: true, value: { format, columns: null, records: lines } }
  return openTable('csv', lines, options)
}

async function openTable(
  format: 'csv' | 'xlsx',
  lines: () => AsyncIterable<Line>,
  options: FileOptions,
): Promise<Parsed<AccountFileReader>> {
  const row = options.mapping?.headerRow ?? 1
  const [first] = await firstOf(lines(), 1)
  const separator = first?.ok === true ? separatorLine(first.text) : null
  // Rows are counted as a spreadsheet counts them: empty ones too, the line that names the separator not.
  const header = await firstFrom(lines(), separator === null ? row : row + (first as Line).no)
  if (header === undefined)
    return refused('has no header', 'The first line names the columns; a mapping may say headerRow.')
  if (!header.ok) return { ok: false, faults: [header.fault] }
  const delimiter = options.delimiter ?? options.mapping?.delimiter ?? separator ?? delimiterOf(header.text)
  const columns = readHeader(header.text, { ...options, delimiter })
  if (!columns.ok) return columns
  return {
    ok: true,
    value: { format, columns: columns.value, records: () => wholeRecords(below(lines(), header.no), columns.value) },
  }
}

const refused = (problem: string, cure: string): Parsed<never> => ({
  ok: false,
  faults: [{ path: '', problem: `the file ${problem}`, cure }],
})

async function* decoded(
  bytes: AsyncIterable<Uint8Array>,
  kind: Extract<FileKind, { kind: 'text' }>,
): AsyncGenerator<Line> {
  const fault: Fault = {
    path: '',
    problem: `holds bytes that are no ${kind.encoding.toUpperCase()}`,
    cure: 'State how the file is encoded (--encoding), or save it as UTF-8.',
  }
  for await (const line of readLines(toUtf8(bytes, kind)))
    yield line.ok && kind.encoding !== 'utf-8' && line.text.includes('\ufffd')
      ? { no: line.no, ok: false, fault, lossy: line.text }
      : line
}

async function* only(lines: readonly Line[]): AsyncGenerator<Line> {
  yield* lines
}

async function firstOf(lines: AsyncIterable<Line>, count: number): Promise<Line[]> {
  const found: Line[] = []
  for await (const line of lines) {
    found.push(line)
    if (found.length === count) break
  }
  return found
}

async function firstFrom(lines: AsyncIterable<Line>, no: number): Promise<Line | undefined> {
  for await (const line of lines) if (line.no >= no) return line
  return undefined
}

async function* below(lines: AsyncIterable<Line>, no: number): AsyncGenerator<Line> {
  for await (const line of lines) if (line.no > no) yield line
}

/** Limits of one record with line breaks inside quotes. */
const MOST_LINES = 50
const MOST_CHARACTERS = 64 * 1024

/**
 * Lines joined to records where a line break stands inside quotes; rows without any cell are left out.
 *
 * A quote that is never closed must invalidate its own line only: lines are joined only if the result has the header's
 * number of cells and no line inside is a whole record by itself.
 */
async function* wholeRecords(lines: AsyncIterable<Line>, columns: AccountColumns): AsyncGenerator<Line> {
  const source = lines[Symbol.asyncIterator]()
  const ahead: Line[] = []
  const peek = async (i: number): Promise<Line | null> => {
    while (ahead.length <= i) {
      const next = await source.next()
      if (next.done === true) return null
      ahead.push(next.value)
    }
    return ahead[i] as Line
  }
  try {
    for (;;) {
      const line = await peek(0)
      if (line === null) return
      ahead.shift()
      if (line.ok && isEmptyRow(line.text, columns.delimiter)) continue
      yield line.ok && opensQuote(line.text) ? ((await joined(line, peek, columns, ahead)) ?? line) : line
    }
  } finally {
    await source.return?.()
  }
}

async function joined(
  first: Extract<Line, { ok: true }>,
  peek: (i: number) => Promise<Line | null>,
  columns: AccountColumns,
  ahead: Line[],
): Promise<Line | null> {
  let text = first.text
  for (let i = 0; i < MOST_LINES; i++) {
    const next = await peek(i)
    if (next === null || !next.ok || (!opensQuote(next.text) && hasAllCells(next.text, columns))) return null
    text += `\n${next.text}`
    if (text.length > MOST_CHARACTERS) return null
    if (opensQuote(text)) continue
    if (!hasAllCells(text, columns)) return null
    ahead.splice(0, i + 1)
    return { no: first.no, ok: true, text }
  }
  return null
}

/** An odd number of quotes: one is open at the end. */
function opensQuote(text: string): boolean {
  let open = false
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) open = !open
  return open
}
