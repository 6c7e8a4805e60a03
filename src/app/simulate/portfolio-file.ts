import { createReadStream } from 'node:fs'
import { readHeader, type AccountColumns } from '../../intake/csv-account.ts'
import { splitRow } from '../../intake/csv-row.ts'
import { readLines } from '../../intake/lines.ts'
import { DecorumError, type Fault } from '../../model/errors.ts'

/** A line of a portfolio file as it stands there. */
export interface RawLine {
  no: number
  text: string
}

/** A portfolio file, its lines gathered by person; not read further than that takes. */
export interface PortfolioFile {
  /** Null: NDJSON. */
  columns: AccountColumns | null
  /** Lines of several people; all lines of one person stand together. */
  people: RawLine[][]
  refused: { line: number; faults: readonly Fault[] }[]
}

/**
 * Whose lines are these? The rest of each line is read by the threads that simulate.
 *
 * @throws DECORUM_BAD_INPUT when the file cannot be read or its header not be understood
 */
export async function readPortfolioFile(path: string): Promise<PortfolioFile> {
  const file: PortfolioFile = { columns: null, people: [], refused: [] }
  const byPerson = new Map<string, RawLine[]>()
  let personOf: ((text: string) => string) | null = null
  try {
    for await (const line of readLines(createReadStream(path) as AsyncIterable<Uint8Array>)) {
      if (!line.ok) {
        file.refused.push({ line: line.no, faults: [line.fault] })
        continue
      }
      if (personOf === null) {
        if (line.text.trimStart().startsWith('{')) personOf = personInJson
        else {
          file.columns = columnsOf(line.text)
          personOf = personInRow(file.columns)
          continue
        }
      }
      const person = personOf(line.text)
      const lines = byPerson.get(person)
      if (lines === undefined) byPerson.set(person, [{ no: line.no, text: line.text }])
      else lines.push({ no: line.no, text: line.text })
    }
  } catch (cause) {
    if (cause instanceof DecorumError) throw cause
    throw new DecorumError('DECORUM_BAD_INPUT', `${path} cannot be read`, { cause, hint: 'Is the path right, and may this user read it?' })
  }
  if (personOf === null) throw new DecorumError('DECORUM_BAD_INPUT', `${path} is empty`, { hint: 'Name a CSV or NDJSON file of accounts.' })
  file.people = [...byPerson.values()]
  return file
}

function columnsOf(header: string): AccountColumns {
  const columns = readHeader(header)
  if (columns.ok) return columns.value
  throw new DecorumError('DECORUM_BAD_INPUT', 'the header of the portfolio cannot be understood', { faults: columns.faults, hint: 'Name the columns as `decorum accounts import` takes them.' })
}

/** A line that cannot be read has nobody; it is refused where it is read in full. */
const NOBODY = ''

function personInRow(columns: AccountColumns): (text: string) => string {
  const at = (name: string) => columns.paths.findIndex((path) => path.join('.') === name)
  const [creditor, recipient, recipientId] = [at('creditor'), at('recipient.id'), at('recipientId')]
  return (text) => {
    const cells = splitRow(text, columns.delimiter)
    return cells.ok ? `${cells.value[creditor] ?? ''} ${cells.value[recipient] || (cells.value[recipientId] ?? NOBODY)}` : NOBODY
  }
}

function personInJson(text: string): string {
  try {
    const { creditor, recipient, recipientId } = JSON.parse(text) as { creditor?: unknown; recipient?: { id?: unknown }; recipientId?: unknown }
    return `${String(creditor ?? '')} ${String(recipient?.id ?? recipientId ?? NOBODY)}`
  } catch {
    return NOBODY
  }
}
