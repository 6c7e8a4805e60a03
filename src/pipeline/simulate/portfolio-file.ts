import { createReadStream } from 'node:fs'
import { openAccountFile } from '../../intake/account-file.ts'
import type { AccountColumns } from '../../intake/csv.ts'
import { splitRow } from '../../intake/csv-row.ts'
import { DecorumError, type Fault } from '../../model/errors.ts'
import { type FileOptions, PLAIN_FILE } from '../../model/import-mapping.ts'

/** An unparsed line of a portfolio file. */
export interface RawLine {
  no: number
  text: string
}

/** A portfolio file with its lines grouped by recipient; parsed no further than that needs. */
export interface PortfolioFile {
  /** Null: NDJSON. */
  columns: AccountColumns | null
  /** One entry per recipient, with all its lines. */
  recipients: RawLine[][]
  refused: { line: number; faults: readonly Fault[] }[]
}

/**
 * Groups the lines of a portfolio file by recipient; the simulating threads parse the rest.
 *
 * @param options  as `accounts import` takes them
 * @throws         DECORUM_BAD_INPUT when the file cannot be read or its header is invalid
 */
export async function readPortfolioFile(path: string, options: FileOptions = PLAIN_FILE): Promise<PortfolioFile> {
  try {
    const opened = await openAccountFile(() => createReadStream(path) as AsyncIterable<Uint8Array>, options)
    if (!opened.ok) throw invalidFile(opened.faults)
    const { columns, records } = opened.value
    const file: PortfolioFile = { columns, recipients: [], refused: [] }
    const byRecipient = new Map<string, RawLine[]>()
    const recipientOf = columns === null ? recipientInJson : recipientInRow(columns)
    for await (const line of records()) {
      if (!line.ok) {
        file.refused.push({ line: line.no, faults: [line.fault] })
        continue
      }
      const recipient = recipientOf(line.text)
      const lines = byRecipient.get(recipient)
      if (lines === undefined) byRecipient.set(recipient, [{ no: line.no, text: line.text }])
      else lines.push({ no: line.no, text: line.text })
    }
    file.recipients = [...byRecipient.values()]
    return file
  } catch (cause) {
    if (cause instanceof DecorumError) throw cause
    throw new DecorumError('DECORUM_BAD_INPUT', `${path} cannot be read`, {
      cause,
      hint: 'Is the path right, and may this user read it?',
    })
  }
}

function invalidFile(faults: readonly Fault[]): DecorumError {
  const [only] = faults
  if (faults.length === 1 && only?.path === '')
    return new DecorumError(
      'DECORUM_BAD_INPUT',
      `the portfolio cannot be read: ${only.problem}`,
      only.cure === undefined ? {} : { hint: only.cure },
    )
  return new DecorumError('DECORUM_BAD_INPUT', 'the header of the portfolio cannot be understood', {
    faults,
    hint: 'Name the columns as `decorum accounts import` takes them.',
  })
}

/** The group of lines that cannot be parsed; they are refused when they are parsed in full. */
const UNREADABLE = ''

function recipientInRow(columns: AccountColumns): (text: string) => string {
  const at = (name: string) => columns.paths.findIndex((path) => path?.join('.') === name)
  const [creditor, recipient, recipientId] = [at('creditor'), at('recipient.id'), at('recipientId')]
  return (text) => {
    const cells = splitRow(text, columns.delimiter)
    return cells.ok
      ? `${cells.value[creditor] ?? ''} ${cells.value[recipient] || (cells.value[recipientId] ?? UNREADABLE)}`
      : UNREADABLE
  }
}

function recipientInJson(text: string): string {
  try {
    const { creditor, recipient, recipientId } = JSON.parse(text) as {
      creditor?: unknown
      recipient?: { id?: unknown }
      recipientId?: unknown
    }
    return `${String(creditor ?? '')} ${String(recipient?.id ?? recipientId ?? UNREADABLE)}`
  } catch {
    return UNREADABLE
  }
}
