import type { Fault } from '../model/errors.ts'
import { accountLine, type AccountLine } from './account-body.ts'
import { delimiterOf, splitRow } from './csv-row.ts'
import { parse, type Parsed } from './parse.ts'

/** The columns of a file, once its header has been understood. */
export interface AccountColumns {
  delimiter: string
  /** Each column's path; `recipient.addresses.0.value` is `['recipient', 'addresses', 0, 'value']`. */
  paths: (string | number)[][]
}

const WHOLE_NUMBERS: ReadonlySet<string> = new Set(['daysPastDue', 'graceDays'])
const YES_NO: ReadonlySet<string> = new Set(['autoDebit', 'locationConfirmed', 'lateInterest', 'reportsToBureau'])
const CHANNEL_COLUMNS: ReadonlySet<string> = new Set(['phone', 'sms', 'email'])
const MAX_INDEX = 49

/**
 * Which fields do these columns name?
 *
 * Dotted names of the account's own fields: `overdue.amount`, `recipient.addresses.0.value` or
 * `recipient.addresses[0].value`; `recipient.phone`, `recipient.sms` and `recipient.email` are
 * short for an address of the person's own.
 *
 * @returns  the columns, or every fault of the header; none of the file can be read then
 */
export function readHeader(header: string): Parsed<AccountColumns> {
  const delimiter = delimiterOf(header)
  const split = splitRow(header, delimiter)
  if (!split.ok) return split
  const faults: Fault[] = []
  const seen = new Set<string>()
  const paths = split.value.map((name, i) => {
    const path = pathOf(name)
    const label = path.join('.')
    if (name === '') faults.push({ path: `column ${i + 1}`, problem: 'has no name' })
    else if (seen.has(label)) faults.push({ path: name, problem: 'stands twice' })
    else if (path.some((part) => typeof part === 'number' && part > MAX_INDEX)) faults.push({ path: name, problem: `counts beyond ${MAX_INDEX}` })
    seen.add(label)
    return path
  })
  if (!seen.has('id')) faults.push({ path: 'id', problem: 'is missing', cure: 'Name one column id: the account\'s own id.' })
  if (faults.length === 0) faults.push(...unknownColumns({ delimiter, paths }))
  return faults.length === 0 ? { ok: true, value: { delimiter, paths } } : { ok: false, faults }
}

/** What does one line say, read by these columns? An empty cell states nothing. */
export function readAccountRow(line: string, columns: AccountColumns): Parsed<AccountLine> {
  const split = splitRow(line, columns.delimiter)
  if (!split.ok) return split
  if (split.value.length !== columns.paths.length) {
    return { ok: false, faults: [{ path: '', problem: `has ${split.value.length} cells, the header has ${columns.paths.length}`, cure: 'Quote cells that hold the delimiter.' }] }
  }
  return parse(accountLine, assemble(columns, split.value))
}

/** A row of placeholders fails in every way; only what says that a key is not known is about the header. */
function unknownColumns(columns: AccountColumns): Fault[] {
  const parsed = parse(accountLine, assemble(columns, columns.paths.map(() => 'x')))
  return parsed.ok ? [] : parsed.faults.filter((found) => found.problem === 'is not a known key')
}

const pathOf = (name: string): (string | number)[] =>
  name.trim().replace(/\[(\d{1,3})\]/g, '.$1').split('.').map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : part))

function assemble(columns: AccountColumns, cells: readonly string[]): unknown {
  const root: Record<string, unknown> = {}
  const short: Record<string, string>[] = []
  columns.paths.forEach((path, i) => {
    const cell = cells[i] as string
    if (cell === '') return
    if (path.length === 2 && path[0] === 'recipient' && CHANNEL_COLUMNS.has(String(path[1]))) short.push({ channel: String(path[1]), value: cell })
    else put(root, path, typed(String(path.at(-1)), cell))
  })
  const recipient = root['recipient'] as { addresses?: Record<string, unknown>[] } | undefined
  // A row with fewer addresses than the file has columns for leaves holes and bare channels behind.
  const listed = (recipient?.addresses ?? []).filter((address) => address?.['value'] !== undefined)
  if (recipient !== undefined && (recipient.addresses !== undefined || short.length > 0)) recipient.addresses = [...listed, ...short]
  return root
}

function put(root: Record<string, unknown>, path: readonly (string | number)[], value: unknown): void {
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
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  else target[key] = value
}

/** A cell is text; numbers and truth values are read by the column's name, and left as text when they are none. */
function typed(name: string, cell: string): unknown {
  if (WHOLE_NUMBERS.has(name) && /^-?\d{1,6}$/.test(cell)) return Number(cell)
  if (YES_NO.has(name) && /^(true|false)$/i.test(cell)) return cell.toLowerCase() === 'true'
  return cell
}
