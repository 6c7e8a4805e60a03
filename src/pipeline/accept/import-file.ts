import { readHeader, readAccountRow, type AccountColumns } from '../../intake/csv-account.ts'
import { readLines, type Line } from '../../intake/lines.ts'
import { DecorumError } from '../../model/errors.ts'
import { noteImport, openImportJob } from '../../record/accepting/import-jobs.ts'
import type { Actor, Shell } from '../shell.ts'
import type { ImportTotals, LineResult } from './answers.ts'
import { importLines } from './import-lines.ts'
import { accountLines, readAccountJson } from './line-kinds.ts'

export type FileFormat = 'csv' | 'ndjson'

/** A file of accounts, as the command line found it. */
export interface AccountFile {
  /** For the record; never a path. */
  name: string
  /** SHA-256 of the whole file: the same file is imported once. */
  checksum: Buffer
  /** From the beginning, however often it is asked for. */
  bytes: () => AsyncIterable<Uint8Array>
  /** Null: told from the first line. */
  format: FileFormat | null
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
 * Imports a file of accounts, CSV or NDJSON, once.
 *
 * An import that was interrupted goes on after the last line that was noted; lines between that and
 * the interruption are put again, which changes nothing.
 *
 * @param onStart  told first where it goes on from
 * @throws         DECORUM_BAD_INPUT when the header of a CSV file cannot be understood
 */
export async function importFile(
  shell: Shell, actor: Actor, file: AccountFile, onStart: (resumedAfter: number) => void | Promise<void>, onResult: (result: LineResult) => void | Promise<void>,
): Promise<FileImport> {
  const first = await firstLine(file)
  const format = file.format ?? (first.text.trimStart().startsWith('{') ? 'ndjson' : 'csv')
  const columns = format === 'csv' ? columnsOf(first.text) : null
  const { db } = shell.ledger
  const job = await openImportJob(db, { creditor: actor.creditor ?? '*', checksum: file.checksum, source: file.name, format }, new Date(shell.clock.now()))
  await onStart(job.linesDone)
  const totals = { lines: job.applied + job.unchanged + job.rejected, applied: job.applied, unchanged: job.unchanged, rejected: job.rejected }
  if (job.status === 'done') return { ...totals, format, resumedAfter: job.linesDone, already: true }

  const note = (linesDone: number, finishedAt: Date | null): Promise<void> =>
    noteImport(db, { id: job.id, linesDone, applied: totals.applied, unchanged: totals.unchanged, rejected: totals.rejected }, finishedAt)
  const read = columns === null ? readAccountJson : (text: string) => readAccountRow(text, columns)
  let last = job.linesDone
  let noted = last
  await importLines(shell, after(readLines(file.bytes()), Math.max(job.linesDone, columns === null ? 0 : first.no)), accountLines(shell, actor, read), async (result) => {
    totals.lines++
    totals[result.status]++
    last = result.line
    await onResult(result)
    if (last - noted >= NOTE_EVERY) {
      noted = last
      await note(last, null)
    }
  })
  await note(last, new Date(shell.clock.now()))
  return { ...totals, format, resumedAfter: job.linesDone, already: false }
}

/** Lines that an interrupted import may put again, so that noting costs little beside putting. */
const NOTE_EVERY = 1_000

async function* after(lines: AsyncIterable<Line>, done: number): AsyncGenerator<Line> {
  for await (const line of lines) if (line.no > done) yield line
}

async function firstLine(file: AccountFile): Promise<Extract<Line, { ok: true }>> {
  for await (const line of readLines(file.bytes())) {
    if (line.ok) return line
    break
  }
  throw new DecorumError('DECORUM_BAD_INPUT', `${file.name} has no first line that can be read`, { hint: 'Save it as CSV with a header, or as NDJSON, in UTF-8.' })
}

function columnsOf(header: string): AccountColumns {
  const read = readHeader(header)
  if (read.ok) return read.value
  throw new DecorumError('DECORUM_BAD_INPUT', 'the header of the file cannot be understood', { faults: read.faults })
}
