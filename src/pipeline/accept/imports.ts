import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import type { AccountLine } from '../../intake/account-body.ts'
import { type AccountFileReader, idInRecord, openAccountFile, readAccountRecord } from '../../intake/account-file.ts'
import { eventLine, type EventLine } from '../../intake/bodies.ts'
import type { Line } from '../../intake/lines.ts'
import { parse, parseJson } from '../../intake/parse.ts'
import { DecorumError, type Fault, type Parsed } from '../../model/errors.ts'
import type { FileFormat, FileOptions } from '../../model/import-mapping.ts'
import { failureForLog } from '../../model/log-events.ts'
import { knownChecksum, noteImport, openImportJob } from '../../record/idempotency.ts'
import { newId } from '../../record/id.ts'
import { importSource } from '../../record/vault/vault.ts'
import type { ImportTotals, LineResult } from '../../report/views/operations.ts'
import { runBisecting } from '../bisect.ts'
import type { Actor, Runtime } from '../runtime.ts'
import { acceptAccounts } from './accept-accounts.ts'
import { acceptEvent } from './accept-event.ts'

/** Lines of one transaction: few enough not to hold locks for long, enough that statements cost little per line. */
const CHUNK_LINES = 200
/** Concurrent transactions of accounts: while the database works on one, this process prepares the next. */
const CONCURRENT_ACCOUNT_CHUNKS = 3
/** For so long lines are read between two yields to the event loop; how long one takes, its sender decides. */
const YIELD_EVERY_MS = 2
/** Lines between two saves of the progress, and so the most that an interrupted import repeats. */
const SAVE_PROGRESS_EVERY = 1_000

/** A file of accounts to import. */
export interface AccountFile {
  /** For the record; never a path. */
  name: string
  /** SHA-256 of the whole file and of how it is read: the same file is imported once. */
  checksum: Buffer
  /** Reads the file; each call starts at its beginning. */
  bytes: () => AsyncIterable<Uint8Array>
  options: FileOptions
  /** True: import every line again, even of a file that was imported completely. */
  again: boolean
}

/** Totals of the whole file, earlier runs included. */
export interface FileImport extends ImportTotals {
  format: FileFormat
  /** Lines that an earlier run of the same file had completed. */
  resumedAfter: number
  /** True: the file had been imported completely before, and nothing was done. */
  already: boolean
}

/**
 * Imports a file of accounts, CSV, NDJSON or .xlsx, once.
 *
 * An interrupted import resumes after its last saved progress; the lines between that and the
 * interruption are repeated, which changes nothing. A file with rejected lines is read again completely
 * each time: what they lacked (a ladder, a recipient) may exist now, and the other lines change nothing.
 *
 * @param onStart  called first, with the line after which the import starts
 * @throws         DECORUM_BAD_INPUT when the file or its header cannot be parsed
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
  const id = newId()
  const creditor = `${actor.live ? '' : 'test:'}${actor.creditor ?? '*'}`
  const [digest = file.checksum, ...others] = runtime.vault.digests('file', file.checksum)
  // Under an older key, or by an earlier build without one.
  const checksum = (await knownChecksum(db, creditor, [digest, ...others, file.checksum])) ?? digest
  const job = await openImportJob(
    db,
    {
      id,
      creditor,
      checksum,
      source: runtime.vault.sealText(null, importSource(id), file.name),
      format,
      again: file.again,
    },
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

  const saveProgress = (linesDone: number, finishedAt: Date | null): Promise<void> =>
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
  let saved = last
  await importLines(runtime, linesAfter(records(), job.linesDone), kind, async (result) => {
    totals.lines++
    totals[result.status]++
    last = result.line
    await onResult(result)
    if (last - saved >= SAVE_PROGRESS_EVERY) {
      saved = last
      await saveProgress(last, null)
    }
  })
  await saveProgress(last, new Date(runtime.clock.now()))
  return { ...totals, format, resumedAfter: job.linesDone, already: false }
}

async function* linesAfter(lines: AsyncIterable<Line>, done: number): AsyncGenerator<Line> {
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

/** The result for one item; `warnings` lists fields that were left out. */
export type ItemResult = { ok: true; changed: boolean; warnings?: Fault[] } | { ok: false; error: DecorumError }

/** How lines of one kind are parsed and stored. */
export interface LineKind<T> {
  read(text: string): Parsed<T>
  /** The item's own id in a line that cannot be parsed; null: not found there. */
  idIn(text: string): string | null
  /** The item's own id, for the answer. */
  idOf(item: T): string
  /** Identity of what the item is about: two items with one key are never in one transaction, so that they keep their order. */
  keyOf(item: T): string
  /** Keys whose updates must stay in order; concurrent transactions never share one. */
  orderingKeys(item: T): readonly string[]
  /** Transactions that run at the same time. */
  readonly concurrency: number
  /** Stores items in one transaction; throws only for failures that concern all of them. */
  put(items: readonly T[]): Promise<ItemResult[]>
}

type Entry<T> = { line: number; item: T } | { line: number; id: string | null; faults: Fault[] }

/** The lines of one transaction. */
class Chunk<T> {
  readonly entries: Entry<T>[] = []
  readonly items: T[] = []
  readonly keys = new Set<string>()
  readonly orderingKeys = new Set<string>()

  add(entry: Entry<T>, kind: LineKind<T>): void {
    this.entries.push(entry)
    if (!('item' in entry)) return
    this.items.push(entry.item)
    this.keys.add(kind.keyOf(entry.item))
    for (const key of kind.orderingKeys(entry.item)) this.orderingKeys.add(key)
  }
}

/**
 * Imports a stream of lines of any length in constant memory.
 *
 * Every line gets a result, in the order of the lines, after it has been committed. A line that cannot
 * be parsed or stored is rejected alone. While one transaction waits for the database the next lines are
 * read, and stored concurrently unless they share an ordering key.
 *
 * @throws when the ledger cannot be reached; lines that have their result have been committed
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
  /** In the order of the lines; `answered` resolves after that of the chunk before. */
  const underWay: { chunk: Chunk<T>; put: Promise<unknown>; answered: Promise<void> }[] = []
  const begin = async (chunk: Chunk<T>): Promise<void> => {
    while (
      underWay.length >= kind.concurrency ||
      underWay.some((other) => intersect(other.chunk.orderingKeys, chunk.orderingKeys))
    )
      await underWay.shift()?.answered
    const before = underWay.at(-1)?.answered
    const put = putChunk(runtime, kind, chunk.items)
    const answered = Promise.all([put, before]).then(([results]) => answer(chunk, results))
    // A rejection is handled when the chunk is awaited; until then it must not count as unhandled.
    answered.catch(() => undefined)
    underWay.push({ chunk, put, answered })
  }
  try {
    let chunk = new Chunk<T>()
    let since = performance.now()
    for await (const line of lines) {
      if (performance.now() - since >= YIELD_EVERY_MS) {
        await yieldToEventLoop()
        since = performance.now()
      }
      const entry = readEntry(line, kind)
      if (chunk.entries.length === CHUNK_LINES || ('item' in entry && chunk.keys.has(kind.keyOf(entry.item)))) {
        await begin(chunk)
        chunk = new Chunk()
      }
      chunk.add(entry, kind)
    }
    await begin(chunk)
    for (const { answered } of underWay) await answered
    return totals
  } finally {
    // After a failure too, no transaction may still be running when this returns.
    await Promise.allSettled(underWay.flatMap(({ put, answered }) => [put, answered]))
  }
}

/** Do two sets share an item? Iterates over the smaller one. */
function intersect(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  const [few, many] = one.size < other.size ? [one, other] : [other, one]
  for (const item of few) if (many.has(item)) return true
  return false
}

function readEntry<T>(line: Line, kind: LineKind<T>): Entry<T> {
  if (!line.ok)
    return { line: line.no, id: line.lossy === undefined ? null : kind.idIn(line.lossy), faults: [line.fault] }
  const read = kind.read(line.text)
  return read.ok
    ? { line: line.no, item: read.value }
    : { line: line.no, id: kind.idIn(line.text), faults: read.faults }
}

/** Stores a chunk; a line that cannot be stored is rejected alone. */
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
              : new DecorumError('DECORUM_INTERNAL', 'the line could not be stored'),
        },
      ]
    },
    isForAllLines,
  )

/** Failures that retrying later or an operator may cure, so no single line is to blame; `put` has retried already. */
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

/** Lines that are accounts, by default as JSON. */
export const accountLines = (
  runtime: Runtime,
  actor: Actor,
  read: (text: string) => Parsed<AccountLine> = (text) => readAccountRecord(text, null),
  idIn: (text: string) => string | null = (text) => idInRecord(text, null),
): LineKind<AccountLine> => ({
  read,
  idIn,
  idOf: (account) => account.id,
  keyOf: (account) => `${impliedCreditor(runtime, actor, account.creditor)} ${account.id}`,
  orderingKeys: (account) => {
    const creditor = impliedCreditor(runtime, actor, account.creditor)
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
  concurrency: CONCURRENT_ACCOUNT_CHUNKS,
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
  keyOf: (event) => `${impliedCreditor(runtime, actor, event.creditor)} ${event.id}`,
  // An event may end what an earlier one began, also on the recipient's other accounts, so they are stored one by one.
  orderingKeys: () => [],
  concurrency: 1,
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

/** The creditor id of a line, stated or implied, so that both forms give one key; authorization is checked later. */
const impliedCreditor = ({ config }: Runtime, actor: Actor, stated: string | undefined): string =>
  stated ?? actor.creditor ?? (config.creditors.size === 1 ? ([...config.creditors.keys()][0] as string) : '')
