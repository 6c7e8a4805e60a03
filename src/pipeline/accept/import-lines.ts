import type { Line } from '../../intake/lines.ts'
import type { Parsed } from '../../intake/parse.ts'
import { DecorumError, type Fault } from '../../model/errors.ts'
import type { Shell } from '../shell.ts'
import type { ImportTotals, LineResult } from './answers.ts'

/** Lines to a transaction: few enough to hold no lock for long, enough that the statements do not count. */
const CHUNK = 200

/** What became of one item: changed something, changed nothing, or was refused. */
export type ItemResult = { ok: true; changed: boolean } | { ok: false; error: DecorumError }

/** How lines of one sort are read and put. */
export interface LineKind<T> {
  read(text: string): Parsed<T>
  /** The item's own id, for the answer. */
  idOf(item: T): string
  /** Items of the same thing are not put in one transaction, so that the later word follows the earlier. */
  thingOf(item: T): string
  /** One transaction; throws only for what concerns all of them. */
  put(items: readonly T[]): Promise<ItemResult[]>
}

type Entry<T> = { line: number; item: T } | { line: number; faults: Fault[] }

/**
 * Imports a stream of lines, however long, in constant memory.
 *
 * Every line gets a result, in the order of the lines, after what it says has been committed. A line
 * that cannot be read, or that the ledger refuses, loses none of the others.
 *
 * @throws when the ledger cannot be reached; what was answered before has been committed
 */
export async function importLines<T>(
  shell: Shell, lines: AsyncIterable<Line>, kind: LineKind<T>, onResult: (result: LineResult) => void | Promise<void>,
): Promise<ImportTotals> {
  const totals: ImportTotals = { lines: 0, applied: 0, unchanged: 0, rejected: 0 }
  let chunk: Entry<T>[] = []
  let things = new Set<string>()
  const flush = async (): Promise<void> => {
    const entries = chunk
    ;[chunk, things] = [[], new Set()]
    const results = await putByHalves(shell, kind, entries.flatMap((entry) => ('item' in entry ? [entry.item] : [])))
    let next = 0
    for (const entry of entries) {
      const result = 'item' in entry ? resultOf(entry.line, kind.idOf(entry.item), results[next++] as ItemResult) : rejected(entry.line, null, entry.faults)
      totals.lines++
      totals[result.status]++
      await onResult(result)
    }
  }
  for await (const line of lines) {
    const entry = readEntry(line, kind)
    const thing = 'item' in entry ? kind.thingOf(entry.item) : null
    if (chunk.length === CHUNK || (thing !== null && things.has(thing))) await flush()
    chunk.push(entry)
    if (thing !== null) things.add(thing)
  }
  await flush()
  return totals
}

function readEntry<T>(line: Line, kind: LineKind<T>): Entry<T> {
  if (!line.ok) return { line: line.no, faults: [line.fault] }
  const read = kind.read(line.text)
  return read.ok ? { line: line.no, item: read.value } : { line: line.no, faults: read.faults }
}

/** A transaction that fails on its data is split down to the culprit, which is refused alone. */
async function putByHalves<T>(shell: Shell, kind: LineKind<T>, items: readonly T[]): Promise<ItemResult[]> {
  if (items.length === 0) return []
  try {
    return await kind.put(items)
  } catch (error) {
    if (error instanceof DecorumError && error.disposition !== 'give_up') throw error
    if (items.length === 1) {
      shell.log.error({ err: (error as Error).name, code: (error as { code?: unknown }).code }, 'a line could not be stored')
      return [{ ok: false, error: error instanceof DecorumError ? error : new DecorumError('DECORUM_INTERNAL', 'the ledger did not take this line') }]
    }
    const middle = items.length >> 1
    return [...(await putByHalves(shell, kind, items.slice(0, middle))), ...(await putByHalves(shell, kind, items.slice(middle)))]
  }
}

function resultOf(line: number, id: string, result: ItemResult): LineResult {
  if (result.ok) return { line, id, status: result.changed ? 'applied' : 'unchanged' }
  const faults = result.error.faults.length > 0 ? [...result.error.faults] : [{ path: '', problem: result.error.message, cure: result.error.hint }]
  return { ...rejected(line, id, faults), code: result.error.code }
}

const rejected = (line: number, id: string | null, faults: Fault[]): LineResult => ({ line, id, status: 'rejected', code: 'DECORUM_BAD_INPUT', faults })
