import { CsvError, parse as parseCsv } from 'csv-parse/sync'
import type { Parsed } from '../model/errors.ts'
import { type Delimiter, DELIMITERS } from '../model/import-mapping.ts'

/** Which delimiter does this header use? The one that occurs most outside quotes; a comma when none does. */
export function delimiterOf(header: string): Delimiter {
  const bare = header.replace(/"(?:[^"]|"")*"/g, '')
  const count = (delimiter: string) => bare.split(delimiter).length - 1
  return [...DELIMITERS].sort((a, b) => count(b) - count(a))[0] as Delimiter
}

/** `sep=;`, as Excel writes and reads it on a line of its own before the header; null for any other line. */
export const separatorLine = (line: string): Delimiter | null => {
  const named = /^\s*"?sep=(.)"?[\s,;|^]*$/i.exec(line)?.[1]
  return DELIMITERS.find((delimiter) => delimiter === named) ?? null
}

/** Does this row hold only empty cells, quoted or not? Spreadsheets write such rows below a table. */
export const isEmptyRow = (line: string, delimiter: string): boolean =>
  line.split(delimiter).every((cell) => /^(?:"")?$/.test(cell.trim()))

/**
 * What are the cells of this record?
 *
 * RFC 4180 quoting; spaces around a cell and around its quotes are no part of it. A line break inside quotes
 * becomes a space, so that a cell is one line whatever the editor did.
 */
export function splitRow(record: string, delimiter: string): Parsed<string[]> {
  // Most rows have no quotes, and splitting them is all that a parser would do.
  if (!record.includes('"')) return { ok: true, value: record.split(delimiter).map((cell) => cell.trim()) }
  try {
    const [cells] = parseCsv(record.includes('="') ? withoutTextFormulas(record, delimiter) : record, {
      delimiter,
      trim: true,
      relax_column_count: true,
      record_delimiter: '\n',
    })
    return {
      ok: true,
      value: (cells ?? []).map((cell) => withoutTextFormula(cell.replace(/[\t ]*[\r\n]+[\t ]*/g, ' '))),
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    return {
      ok: false,
      faults: [
        {
          path: '',
          ...(WRONG_QUOTES[error.code] ?? (WRONG_QUOTES['CSV_QUOTE_NOT_CLOSED'] as { problem: string; cure: string })),
        },
      ],
    }
  }
}

/** `="0049"`, as exports write text that Excel shall not turn into a number, is the quoted cell `"0049"`. */
function withoutTextFormulas(record: string, delimiter: string): string {
  let text = ''
  let quoted = false
  let atStart = true
  for (let i = 0; i < record.length; i++) {
    const character = record[i] as string
    if (character === '"') quoted = !quoted
    else if (!quoted && atStart && character === '=' && record[i + 1] === '"') continue
    if (!quoted && character === delimiter) atStart = true
    else if (character.trim() !== '') atStart = false
    text += character
  }
  return text
}

/** The same within quotes: `"=""0049"""`. */
const withoutTextFormula = (cell: string): string => /^="([^"]*)"$/.exec(cell)?.[1] ?? cell

const WRONG_QUOTES: Readonly<Record<string, { problem: string; cure: string }>> = {
  CSV_QUOTE_NOT_CLOSED: {
    problem: 'a quote is opened and not closed',
    cure: 'Close it, or write a quote inside as two quotes.',
  },
  CSV_INVALID_CLOSING_QUOTE: {
    problem: 'something follows a closing quote',
    cure: 'Write a quote inside a quoted cell as two quotes.',
  },
  CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE: {
    problem: 'something follows a closing quote',
    cure: 'Write a quote inside a quoted cell as two quotes.',
  },
  INVALID_OPENING_QUOTE: {
    problem: 'a quote stands inside a cell that is not quoted',
    cure: 'Quote the whole cell, and write a quote inside as two quotes.',
  },
}
