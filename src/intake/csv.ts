import { z } from 'zod'
import type { Fault, Parsed } from '../model/errors.ts'
import { fieldPath } from '../model/faults.ts'
import type { ImportMapping } from '../model/import-mapping.ts'
import { accountLine, type AccountLine } from './account-body.ts'
import { cellReader, type CellReader, type CellSetting, type FieldPath } from './csv-cells.ts'
import { delimiterOf, splitRow } from './csv-row.ts'
import { upstreamId } from './fields.ts'
import { parse } from './parse.ts'

/** The columns of a file, once its header has been understood: plain data, so that threads can be given it. */
export interface AccountColumns extends CellSetting {
  delimiter: string
  /** As the file names its columns. */
  titles: string[]
  /** Each column's field, `recipient.addresses.0.value` as `['recipient', 'addresses', 0, 'value']`; null: not read. */
  paths: (FieldPath | null)[]
  /** What is the same on every line and no column says. */
  constants: { path: FieldPath; value: string }[]
}

/** What is known of a file beside its header. */
interface HeaderOptions {
  mapping?: ImportMapping | null
  delimiter?: string | null
  dateFormat?: string | null
  timeZone?: string | null
  /** For lines that do not say when they were true. */
  asOf?: string | null
}

const CHANNEL_COLUMNS: ReadonlySet<string> = new Set(['phone', 'sms', 'email'])
const MAX_INDEX = 49

/**
 * Which fields do these columns name?
 *
 * Dotted names of the account's own fields, in any case: `overdue.amount`, `recipient.addresses.0.value` or
 * `recipient.addresses[0].value`; `recipient.phone`, `recipient.sms` and `recipient.email` are short for an address
 * of the recipient's own. Other names take a mapping. Columns at the end that have no name are left out.
 *
 * @returns  the columns, or every fault of the header; none of the file can be read then
 */
export function readHeader(header: string, options: HeaderOptions = {}): Parsed<AccountColumns> {
  const { mapping = null } = options
  const delimiter = options.delimiter ?? mapping?.delimiter ?? delimiterOf(header)
  const split = splitRow(header, delimiter)
  if (!split.ok) return split
  const titles = split.value.map((title) => title.normalize('NFC'))
  while (titles.at(-1) === '') titles.pop()
  const faults: Fault[] = []
  const seen = new Set<string>()
  const paths = titles.map((title, i) => {
    if (mapping !== null && mapping.ignore.some((ignored) => sameTitle(ignored, title))) return null
    const path = pathOf(mappedName(mapping, title) ?? title)
    const label = path.join('.')
    if (title === '') faults.push({ path: `column ${i + 1}`, problem: 'has no name' })
    else if (seen.has(label)) faults.push({ path: title, problem: 'stands twice' })
    else if (path.some((part) => typeof part === 'number' && part > MAX_INDEX))
      faults.push({ path: title, problem: `counts beyond ${MAX_INDEX}` })
    seen.add(label)
    return path
  })
  if (!seen.has('id'))
    faults.push({
      path: 'id',
      problem: 'is missing',
      cure: `Name one column id: the account's own id${mapping === null ? ', or read the file by a mapping (config/imports/README.md)' : ''}.`,
    })
  const constants = Object.entries(mapping?.constants ?? {})
    .map(([name, value]) => ({ path: pathOf(name), value }))
    .filter(({ path }) => !seen.has(path.join('.')))
  if (options.asOf != null && !seen.has('asOf')) constants.push({ path: ['asOf'], value: options.asOf })
  const columns: AccountColumns = {
    delimiter,
    titles,
    paths,
    constants,
    decimal: mapping?.decimal ?? 'point',
    values: mapping?.values ?? {},
    dateFormat: options.dateFormat ?? mapping?.dateFormat ?? null,
    timeZone: options.timeZone ?? mapping?.timeZone ?? null,
  }
  if (faults.length === 0) faults.push(...unknownColumns(columns, mapping !== null))
  return faults.length === 0 ? { ok: true, value: columns } : { ok: false, faults }
}

/** What does one record say, read by these columns? An empty cell states nothing. Faults name the file's columns. */
export function readAccountRow(record: string, columns: AccountColumns): Parsed<AccountLine> {
  const split = splitRow(record, columns.delimiter)
  if (!split.ok) return split
  const cells = namedCells(split.value, columns)
  if (cells.length !== columns.titles.length) {
    return {
      ok: false,
      faults: [
        {
          path: '',
          problem: `has ${cells.length} cells, the header has ${columns.titles.length}`,
          cure: 'Quote cells that hold the delimiter.',
        },
      ],
    }
  }
  const row = assemble(columns, cells, readersOf(columns))
  const parsed = parse(accountLine, row.value)
  if (parsed.ok && row.faults.length === 0) return { ok: true, value: withTitles(parsed.value, row.titleAt) }
  // What a column's own format found says more than what the schema makes of the text.
  const told = new Set(row.faults.map((fault) => fault.path))
  const faults = [...row.faults, ...(parsed.ok ? [] : parsed.faults.filter((fault) => !told.has(fault.path)))]
  return { ok: false, faults: faults.map((fault) => ({ ...fault, path: row.titleAt.get(fault.path) ?? fault.path })) }
}

/** What was left out of the recipient, by the file's own columns. */
function withTitles(account: AccountLine, titleAt: ReadonlyMap<string, string>): AccountLine {
  const { recipient } = account
  if (recipient?.warnings === undefined) return account
  return {
    ...account,
    recipient: {
      ...recipient,
      warnings: recipient.warnings.map((warning) => ({ ...warning, path: titleAt.get(warning.path) ?? warning.path })),
    },
  }
}

/** Without the empty cells beyond the columns that have a name. */
function namedCells(cells: string[], { titles }: AccountColumns): string[] {
  while (cells.length > titles.length && cells.at(-1) === '') cells.pop()
  return cells
}

/** The id on a line that cannot be read as a whole; null when not even that can. */
export function idInRow(record: string, columns: AccountColumns): string | null {
  const column = columns.paths.findIndex((path) => path?.length === 1 && path[0] === 'id')
  const split = splitRow(record, columns.delimiter)
  // Where a stray quote spoils the row, the cells before it are as they stand.
  const cells = split.ok ? split.value : (record.split('"')[0] as string).split(columns.delimiter).slice(0, -1)
  const cell = cells[column]?.trim()
  return upstreamId.safeParse(cell).success && cell?.includes('\ufffd') === false ? cell : null
}

/** How many cells a whole record of this file has. */
export const hasAllCells = (record: string, columns: AccountColumns): boolean => {
  const split = splitRow(record, columns.delimiter)
  return split.ok && namedCells(split.value, columns).length === columns.titles.length
}

/** Which of a mapping's fields does an account not have? Paths are those of the mapping's file. */
export function mappingFaults(mapping: ImportMapping): Fault[] {
  const titles = Object.keys(mapping.columns)
  const paths = Object.values(mapping.columns).map(pathOf)
  const constants = Object.entries(mapping.constants).map(([name, value]) => ({ path: pathOf(name), value }))
  const filled = new Set([...paths, ...constants.map(({ path }) => path)].map((path) => fieldPath(path)))
  const unfilled = Object.keys(mapping.values).filter((name) => !filled.has(fieldPath(pathOf(name))))
  const columns: AccountColumns = {
    delimiter: ',',
    titles,
    paths,
    constants,
    decimal: 'point',
    values: {},
    dateFormat: null,
    timeZone: null,
  }
  return [
    ...unknownColumns(columns, true).map((fault) => ({
      ...fault,
      path: `${titles.includes(fault.path) ? 'columns' : 'constants'}.${fault.path}`,
    })),
    ...unfilled.map((name) => ({
      path: `values.${name}`,
      problem: 'is a field that no column fills',
      cure: 'Name one of the fields under columns.',
    })),
  ]
}

/** A row of placeholders fails in every way; only what says that a key is not known is about the header. */
function unknownColumns(columns: AccountColumns, mapped: boolean): Fault[] {
  const row = assemble(
    columns,
    columns.titles.map(() => 'x'),
    null,
  )
  const parsed = parse(accountLine, row.value)
  if (parsed.ok) return []
  return parsed.faults
    .filter((found) => found.problem === 'is not a known key')
    .map((found) => ({
      ...found,
      path: row.titleAt.get(found.path) ?? found.path,
      // A near miss says most; the list of everything that an account has would say least.
      ...(found.cure?.startsWith('Did you mean') === true
        ? {}
        : {
            cure: mapped
              ? 'Name its field under columns in the mapping, or list it under ignore.'
              : 'Name the field that it holds, or read the file by a mapping (config/imports/README.md).',
          }),
    }))
}

const sameTitle = (one: string, other: string): boolean =>
  one.normalize('NFC').trim().toLowerCase() === other.trim().toLowerCase()

function mappedName(mapping: ImportMapping | null, title: string): string | null {
  for (const [name, field] of Object.entries(mapping?.columns ?? {})) if (sameTitle(name, title)) return field
  return null
}

/** Dotted names into parts, with the account's own spelling of each. */
function pathOf(name: string): FieldPath {
  const parts = name
    .trim()
    .replace(/\[(\d{1,3})\]/g, '.$1')
    .split('.')
  let own = true
  return parts.map((part) => {
    if (/^\d{1,3}$/.test(part)) return Number(part)
    const spelled = own ? ownSpelling(part) : part
    // Keys below these are the creditor's own names.
    if (spelled === 'variables' || spelled === 'parts' || spelled === 'factsForWords') own = false
    return spelled
  })
}

let spellings: ReadonlyMap<string, string> | null = null

/** `DueDate`, `due_date` and `DUEDATE` are `dueDate`. */
function ownSpelling(part: string): string {
  spellings ??= new Map(
    [...CHANNEL_COLUMNS, ...fieldNames(z.toJSONSchema(accountLine, { io: 'input', unrepresentable: 'any' }))].map(
      (name) => [bare(name), name],
    ),
  )
  return spellings.get(bare(part)) ?? part
}

const bare = (name: string): string => name.toLowerCase().replace(/[\s_-]/g, '')

function fieldNames(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  return Object.entries(schema).flatMap(([key, value]) =>
    key === 'properties'
      ? [...Object.keys(value as object), ...fieldNames(Object.values(value as object))]
      : fieldNames(value),
  )
}

const readers = new WeakMap<AccountColumns, CellReader>()

function readersOf(columns: AccountColumns): CellReader {
  let known = readers.get(columns)
  if (known === undefined) readers.set(columns, (known = cellReader(columns)))
  return known
}

/** One row as the account's JSON would be, the faults that the columns' own formats found, and which column each field came from. */
function assemble(
  columns: AccountColumns,
  cells: readonly string[],
  read: CellReader | null,
): { value: unknown; faults: Fault[]; titleAt: Map<string, string> } {
  const root: Record<string, unknown> = {}
  const faults: Fault[] = []
  const titleAt = new Map<string, string>()
  const short: { channel: string; value: string; title: string }[] = []
  const take = (path: FieldPath, text: string, title: string): void => {
    if (path.length === 2 && path[0] === 'recipient' && CHANNEL_COLUMNS.has(String(path[1]))) {
      short.push({ channel: String(path[1]), value: text, title })
      return
    }
    const label = fieldPath(path)
    titleAt.set(label, title)
    const cell = read === null ? { ok: true as const, value: text } : read(path, text)
    if (cell.ok) return put(root, path, cell.value)
    faults.push({ ...cell.fault, path: label })
    put(root, path, text)
  }
  for (const { path, value } of columns.constants) take(path, value, path.join('.'))
  columns.paths.forEach((path, i) => {
    const cell = cells[i] as string
    if (path !== null && cell !== '') take(path, cell, columns.titles[i] as string)
  })
  const recipient = root['recipient'] as { addresses?: Record<string, unknown>[] } | undefined
  if (recipient !== undefined && (recipient.addresses !== undefined || short.length > 0)) {
    // A row with fewer addresses than the file has columns for leaves holes and bare channels behind.
    const listed = (recipient.addresses ?? []).filter((address) => address?.['value'] !== undefined)
    short.forEach(({ title }, i) => titleAt.set(`recipient.addresses[${listed.length + i}].value`, title))
    recipient.addresses = [...listed, ...short.map(({ channel, value }) => ({ channel, value }))]
  }
  return { value: root, faults, titleAt }
}

function put(root: Record<string, unknown>, path: FieldPath, value: unknown): void {
  let here = root as Record<string | number, unknown>
  path.forEach((part, i) => {
    if (i === path.length - 1) define(here, part, value)
    else {
      if (!Object.hasOwn(here, part)) define(here, part, typeof path[i + 1] === 'number' ? [] : {})
      const next = here[part]
      // Columns `a` and `a.b` cannot both be filled; the schema then finds the wrong type at `a`.
      here = (typeof next === 'object' && next !== null ? next : {}) as Record<string | number, unknown>
    }
  })
}

/** As an own property, whatever the name: `__proto__` then fails as an unknown key. */
function define(target: Record<string | number, unknown>, key: string | number, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  else target[key] = value
}
