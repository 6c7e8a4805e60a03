import { type AccountFileReader, idInRecord, openAccountFile, readAccountRecord } from '../../intake/account-file.ts'
import type { Line } from '../../intake/lines.ts'
import { DecorumError } from '../../model/errors.ts'
import type { FileFormat, FileOptions } from '../../model/import-mapping.ts'
import { noteImport, openImportJob } from '../../record/imports.ts'
import type { ImportTotals, LineResult } from '../../report/views/operations.ts'
import type { Actor, Runtime } from '../runtime.ts'
import { accountLines, importLines } from './imports.ts'

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
