import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import type { AccountLine } from '../../intake/account-body.ts'
import { type AccountFileReader, idInRecord, openAccountFile, readAccountRecord } from '../../intake/account-file.ts'
import { eventLine, type EventLine } from '../../intake/bodies.ts'
import type { Line } from '../../intake/lines.ts'
import { parse, parseJson } from '../../intake/parse.ts'
import { DecorumError, type Fault, type Parsed } from '../../model/errors.ts'
import type { FileFormat, FileOptions } from '../../model/import-mapping.ts'
import { failureForLog } from '../../model/log-events.ts'
import { noteImport, openImportJob } from '../../record/imports.ts'
import type { ImportTotals, LineResult } from '../../report/views/operations.ts'
import { runBisecting } from '../bisect.ts'
import type { Actor, Runtime } from '../runtime.ts'
import { acceptAccounts } from './accept-accounts.ts'
import { acceptEvent } from './accept-event.ts'

/** A file of accounts, as the command line found it. */
export interface AccountFile {
  /** For the record; never a path. */
  name: string
  /** SHA-256 of the whole file and of how it is read: the same file is imported once. */
  checksum: Buffer
  /** From the beginning, however often it is asked for. */
  bytes: () => AsyncIterable<Uint8Array>
  options: FileOptions
  /** Put every line again, though all of them were taken before. */
  again: boolean
}

/** Totals of the whole file, earlier runs included. */
export interface FileImport extends ImportTotals {
  format: FileFormat
  /** Lines that an earlier run of the same file had done; all of them when it had been finished. */
  resumedAfter: number
  /** True: the file had been imported to its end before, and nothing was done. */
  already: boolean
}

/**
 * Imports a file of accounts, CSV, NDJSON or .xlsx, once.
 *
 * An import that was interrupted goes on after the last line that was noted; lines between that and
 * the interruption are put again, which changes nothing. A file of which lines were rejected is read anew
 * each time: what they lacked (a ladder, a recipient) may be there now, and the others change nothing.
 *
 * @param onStart  told first where it goes on from
 * @throws         DECORUM_BAD_INPUT when the file or its header cannot be understood
 */
export async function importFile(
  runtime: Runtime,
  actor: Actor,
  file: AccountFile,
  onStart: (resumedAfter: number) => void | Promise<void>,
  onResult: (result: LineResult) => void | Promise<void>,
): Promise<FileImport> {
  const { format, columns, records } = await openedFile(file)
  const { db } = runtime.ledger
  const job = await openImportJob(
    db,
    { creditor: actor.creditor ?? '*', checksum: file.checksum, source: file.name, format, again: file.again },
    new Date(runtime.clock.now()),
  )
  await onStart(job.linesDone)
  const totals = {
    lines: job.applied + job.unchanged + job.rejected,
    applied: job.applied,
    unchanged: job.unchanged,
    rejected: job.rejected,
  }
  if (job.status === 'done') return { ...totals, format, resumedAfter: job.linesDone, already: true }

  const note = (linesDone: number, finishedAt: Date | null): Promise<void> =>
    noteImport(
      db,
      { id: job.id, linesDone, applied: totals.applied, unchanged: totals.unchanged, rejected: totals.rejected },
      finishedAt,
    )
  const kind = accountLines(
    runtime,
    actor,
    (text) => readAccountRecord(text, columns),
    (text) => idInRecord(text, columns),
  )
  let last = job.linesDone
  let noted = last
  await importLines(runtime, after(records(), job.linesDone), kind, async (result) => {
    totals.lines++
    totals[result.status]++
    last = result.line
    await onResult(result)
    if (last - noted >= NOTE_EVERY) {
      noted = last
      await note(last, null)
    }
  })
  await note(last, new Date(runtime.clock.now()))
  return { ...totals, format, resumedAfter: job.linesDone, already: false }
}

/** Lines that an interrupted import may put again, so that noting costs little beside putting. */
const NOTE_EVERY = 1_000

async function* after(lines: AsyncIterable<Line>, done: number): AsyncGenerator<Line> {
  for await (const line of lines) if (line.no > done) yield line
}

async function openedFile({ name, bytes, options }: AccountFile): Promise<AccountFileReader> {
  const opened = await openAccountFile(bytes, options)
  if (opened.ok) return opened.value
  const [only] = opened.faults
  if (opened.faults.length === 1 && only?.path === '')
    throw new DecorumError(
      'DECORUM_BAD_INPUT',
      `${name}: ${only.problem}`,
      only.cure === undefined ? {} : { hint: only.cure },
    )
  throw new DecorumError('DECORUM_BAD_INPUT', 'the header of the file cannot be understood', { faults: opened.faults })
}

/** Lines to a transaction: few enough to hold no lock for long, enough that the statements do not count. */
const CHUNK = 200

/** Lines that are read at a stretch, about a millisecond's worth. */
const TURN = 16

/** What became of one item: changed something, changed nothing, or was refused; `warnings` for what was left out of it. */
export type ItemResult = { ok: true; changed: boolean; warnings?: Fault[] } | { ok: false; error: DecorumError }

/** How lines of one sort are read and put. */
export interface LineKind<T> {
  read(text: string): Parsed<T>
  /** The item's own id in a line that cannot be read; null when that cannot be told either. */
  idIn(text: string): string | null
  /** The item's own id, for the answer. */
  idOf(item: T): string
  /** Items of the same thing are not put in one transaction, so that the later word follows the earlier. */
  keyOf(item: T): string
  /** Whatever the order of words about it matters for: transactions at the same time have none of it in common. */
  touchedBy(item: T): readonly string[]
  /** Transactions under way at the same time. */
  readonly atOnce: number
  /** One transaction; throws only for what concerns all of them. */
  put(items: readonly T[]): Promise<ItemResult[]>
}

type Entry<T> = { line: number; item: T } | { line: number; id: string | null; faults: Fault[] }

/** Lines that one transaction puts. */
class Chunk<T> {
  readonly entries: Entry<T>[] = []
  readonly items: T[] = []
  readonly things = new Set<string>()
  readonly touched = new Set<string>()

  add(entry: Entry<T>, kind: LineKind<T>): void {
    this.entries.push(entry)
    if (!('item' in entry)) return
    this.items.push(entry.item)
    this.things.add(kind.keyOf(entry.item))
    for (const touched of kind.touchedBy(entry.item)) this.touched.add(touched)
  }
}

/**
 * Imports a stream of lines, however long, in constant memory.
 *
 * Every line gets a result, in the order of the lines, after what it says has been committed. A line
 * that cannot be read, or that the ledger refuses, loses none of the others. While one transaction
 * waits for the ledger the next lines are read, and put beside it unless they speak of the same things.
 *
 * @throws when the ledger cannot be reached; what was answered before has been committed
 */
export async function importLines<T>(
  runtime: Runtime,
  lines: AsyncIterable<Line>,
  kind: LineKind<T>,
  onResult: (result: LineResult) => void | Promise<void>,
): Promise<ImportTotals> {
  const totals: ImportTotals = { lines: 0, applied: 0, unchanged: 0, rejected: 0 }
  const answer = async (chunk: Chunk<T>, results: readonly ItemResult[]): Promise<void> => {
    let next = 0
    for (const entry of chunk.entries) {
      const result =
        'item' in entry
          ? resultOf(entry.line, kind.idOf(entry.item), results[next++] as ItemResult)
          : rejected(entry.line, entry.id, entry.faults)
      totals.lines++
      totals[result.status]++
      await onResult(result)
    }
  }
  /** In the order of the lines; each ends when its lines have been answered, which the one before has been then. */
  const underWay: { chunk: Chunk<T>; put: Promise<unknown>; answered: Promise<void> }[] = []
  const begin = async (chunk: Chunk<T>): Promise<void> => {
    while (underWay.length >= kind.atOnce || underWay.some((other) => haveInCommon(other.chunk.touched, chunk.touched)))
      await underWay.shift()?.answered
    const before = underWay.at(-1)?.answered
    const put = putChunk(runtime, kind, chunk.items)
    const answered = Promise.all([put, before]).then(([results]) => answer(chunk, results))
    // Heard of when its turn comes; until then nobody waits for it.
    answered.catch(() => undefined)
    underWay.push({ chunk, put, answered })
  }
  try {
    let chunk = new Chunk<T>()
    let read = 0
    for await (const line of lines) {
      if (++read % TURN === 0) await yieldToEventLoop()
      const entry = readEntry(line, kind)
      if (chunk.entries.length === CHUNK || ('item' in entry && chunk.things.has(kind.keyOf(entry.item)))) {
        await begin(chunk)
        chunk = new Chunk()
      }
      chunk.add(entry, kind)
    }
    await begin(chunk)
    for (const { answered } of underWay) await answered
    return totals
  } finally {
    // Whatever failed, nothing is left running behind the caller's back.
    await Promise.allSettled(underWay.flatMap(({ put, answered }) => [put, answered]))
  }
}

/** Sets are compared from the smaller side. */
function haveInCommon(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  const [few, many] = one.size < other.size ? [one, other] : [other, one]
  for (const thing of few) if (many.has(thing)) return true
  return false
}

function readEntry<T>(line: Line, kind: LineKind<T>): Entry<T> {
  if (!line.ok) return { line: line.no, id: null, faults: [line.fault] }
  const read = kind.read(line.text)
  return read.ok
    ? { line: line.no, item: read.value }
    : { line: line.no, id: kind.idIn(line.text), faults: read.faults }
}

/** A line that the ledger does not take is refused alone. */
const putChunk = <T>(runtime: Runtime, kind: LineKind<T>, items: readonly T[]): Promise<ItemResult[]> =>
  runBisecting(
    items,
    (some) => kind.put(some),
    (_item, error) => {
      runtime.log.error({ event: 'import.line_failed', ...failureForLog(error) }, 'import line not stored')
      return [
        {
          ok: false,
          error:
            error instanceof DecorumError
              ? error
              : new DecorumError('DECORUM_INTERNAL', 'the ledger did not take this line'),
        },
      ]
    },
    isForAllLines,
  )

/** What waiting or an operator may cure; `put` has tried again already. */
const isForAllLines = (error: unknown): boolean => error instanceof DecorumError && error.disposition !== 'give_up'

function resultOf(line: number, id: string, result: ItemResult): LineResult {
  if (result.ok)
    return {
      line,
      id,
      status: result.changed ? 'applied' : 'unchanged',
      ...(result.warnings === undefined ? {} : { warnings: result.warnings }),
    }
  const faults =
    result.error.faults.length > 0
      ? [...result.error.faults]
      : [{ path: '', problem: result.error.message, cure: result.error.hint }]
  return { ...rejected(line, id, faults), code: result.error.code }
}

const rejected = (line: number, id: string | null, faults: Fault[]): LineResult => ({
  line,
  id,
  status: 'rejected',
  code: 'DECORUM_BAD_INPUT',
  faults,
})

/** Transactions of accounts at the same time: while one is in the ledger's hands, this process makes up the next. */
const ACCOUNTS_AT_ONCE = 3

/** Lines that are accounts, read in the given way: as JSON unless it is said otherwise. */
export const accountLines = (
  runtime: Runtime,
  actor: Actor,
  read: (text: string) => Parsed<AccountLine> = (text) => readAccountRecord(text, null),
  idIn: (text: string) => string | null = (text) => idInRecord(text, null),
): LineKind<AccountLine> => ({
  read,
  idIn,
  idOf: (account) => account.id,
  keyOf: (account) => `${creditorSaid(runtime, actor, account.creditor)} ${account.id}`,
  touchedBy: (account) => {
    const creditor = creditorSaid(runtime, actor, account.creditor)
    const recipients = [
      account.recipient?.id,
      account.recipientId,
      ...(account.parties ?? []).map((party) => party.recipientId),
    ]
    return [
      `account ${creditor} ${account.id}`,
      ...recipients.flatMap((recipient) => (recipient === undefined ? [] : [`recipient ${creditor} ${recipient}`])),
    ]
  },
  atOnce: ACCOUNTS_AT_ONCE,
  put: async (accounts) => {
    const results = await acceptAccounts(
      runtime,
      actor,
      accounts.map((account) => ({ id: account.id, body: account })),
    )
    return results.map((result) => {
      if (!result.ok) return result
      const { answer } = result
      return answer.applied
        ? { ok: true, changed: answer.changed, ...(answer.warnings === undefined ? {} : { warnings: answer.warnings }) }
        : { ok: true, changed: false }
    })
  },
})

/** Lines that are events of accounts; each is a transaction of its own, in the order of the lines. */
export const eventLines = (runtime: Runtime, actor: Actor): LineKind<EventLine> => ({
  read: (text) => {
    const json = parseJson(text)
    return json.ok ? (parse(eventLine, json.value) as Parsed<EventLine>) : json
  },
  idIn: (text) => idInRecord(text, null),
  idOf: (event) => event.id,
  keyOf: (event) => `${creditorSaid(runtime, actor, event.creditor)} ${event.id}`,
  // One may end what another began, for the person's other accounts too: each waits for the one before.
  touchedBy: () => [],
  atOnce: 1,
  put: async (events) => {
    const results: ItemResult[] = []
    for (const { accountId, ...event } of events) {
      try {
        const answer = await acceptEvent(runtime, actor, accountId, event as EventLine)
        results.push({ ok: true, changed: !answer.repeated })
      } catch (error) {
        if (!(error instanceof DecorumError) || error.disposition !== 'give_up') throw error
        results.push({ ok: false, error })
      }
    }
    return results
  },
})

/** In whose name a line speaks, stated or not, so that both ways name the same thing; whether it may is asked later. */
const creditorSaid = ({ config }: Runtime, actor: Actor, stated: string | undefined): string =>
  stated ?? actor.creditor ?? (config.creditors.size === 1 ? ([...config.creditors.keys()][0] as string) : '')
