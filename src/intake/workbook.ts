import { strFromU8, strToU8, Unzip, UnzipInflate, unzipSync, zipSync } from 'fflate'
import { InvalidInputError, readSheet } from 'read-excel-file/node'
import type { Parsed } from '../model/errors.ts'
import type { Line } from './lines.ts'

/** A workbook is held in memory while it is read: larger ones go as CSV. */
const MAX_WORKBOOK_BYTES = 64 << 20
const MAX_UNPACKED_BYTES = 512 << 20
const STEP = 64 << 10

/**
 * Which rows does a sheet of this .xlsx workbook have?
 *
 * Each as a line of CSV with its row number, so that the CSV reader reads it: text unchanged, numbers with the digits that
 * Excel shows (15), days as `2026-11-20`, times without an offset. A formula counts as its stored result, an error as its
 * text (#N/A), which the fields refuse.
 *
 * @param sheet         a name, or a place from 1
 * @param mostUnpacked  bytes that it may unpack to
 */
export async function workbookLines(
  bytes: AsyncIterable<Uint8Array>,
  sheet: string | number,
  mostUnpacked = MAX_UNPACKED_BYTES,
): Promise<Parsed<Line[]>> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of bytes) {
    size += piece.length
    if (size > MAX_WORKBOOK_BYTES)
      return refused(`is a workbook of more than ${MAX_WORKBOOK_BYTES >> 20} MiB`, 'Save it as CSV in UTF-8.')
    pieces.push(piece)
  }
  const file = Buffer.concat(pieces)
  const unpacked = inspectUnpacked(file, mostUnpacked)
  if (unpacked === null)
    return refused('is not a workbook that can be read', 'Open it in Excel and save it as .xlsx again, or as CSV.')
  if (unpacked.size > mostUnpacked)
    return refused(`unpacks to more than ${mostUnpacked >> 20} MiB`, 'Save it as CSV in UTF-8.')
  try {
    const rows = await readSheet(unpacked.hasErrors ? withErrorsAsText(file) : file, sheet, {
      trim: false,
      parseNumber: shownDigits,
    })
    return {
      ok: true,
      value: rows.flatMap((cells, i): Line[] =>
        cells.every((cell) => cell === null) ? [] : [{ no: i + 1, ok: true, text: cells.map(csvCell).join(',') }],
      ),
    }
  } catch (error) {
    if (error instanceof InvalidInputError || (error as Error).name === 'SheetNotFoundError')
      return refused(
        `has no sheet ${JSON.stringify(sheet)}`,
        'Name a sheet that it has, or give its place, counted from 1.',
      )
    // The library's own message may quote cells.
    return refused('is not a workbook that can be read', 'Open it in Excel and save it as .xlsx again, or as CSV.')
  }
}

const refused = (problem: string, cure: string): Parsed<never> => ({
  ok: false,
  faults: [{ path: '', problem: `the file ${problem}`, cure }],
})

const SHEETS = /^xl\/worksheets\/[^/]+\.xml$/

/**
 * How much does it unpack to, and do cells of it hold errors? Null: not a ZIP archive.
 *
 * Unpacks in steps and discards, so that a zip bomb is detected early.
 */
function inspectUnpacked(file: Uint8Array, most: number): { size: number; hasErrors: boolean } | null {
  let total = 0
  let broken = false
  let hasErrors = false
  const unzip = new Unzip((entry) => {
    const isSheet = SHEETS.test(entry.name)
    let before = ''
    entry.ondata = (error, data) => {
      if (error !== null) broken = true
      else total += data.length
      if (error !== null || !isSheet || hasErrors) return
      const text = before + strFromU8(data, true)
      hasErrors = /\st=["']e["']/.test(text)
      before = text.slice(-8)
    }
    entry.start()
  })
  unzip.register(UnzipInflate)
  try {
    for (let at = 0; at < file.length && total <= most && !broken; at += STEP)
      unzip.push(file.subarray(at, at + STEP), at + STEP >= file.length)
  } catch {
    return null
  }
  return broken ? null : { size: total, hasErrors }
}

/** The reading library takes a cell with an error for an empty one, and an amount that is not known for one that is not stated. */
function withErrorsAsText(file: Uint8Array): Buffer {
  const parts = unzipSync(file)
  for (const [name, data] of Object.entries(parts))
    if (SHEETS.test(name)) parts[name] = strToU8(strFromU8(data).replace(/(<c\b[^>]*\st=)(["'])e\2/g, '$1$2str$2'))
  return Buffer.from(zipSync(parts, { level: 0 }))
}

/**
 * Excel calculates with 15 digits and stores up to 17: 1250.1 may stand in the file as 1250.0999999999999.
 *
 * Of a whole number with more digits the last are lost. It is given as Excel shows it, 1.23456789012346E+17, which no field
 * takes: two accounts whose ids begin alike must not become one.
 */
function shownDigits(stored: string): string {
  const value = Number(stored)
  if (!Number.isFinite(value)) return stored
  if (Math.abs(value) >= 1e15) return value.toExponential(14).toUpperCase()
  const shown = String(Number(value.toPrecision(15)))
  return /e/i.test(shown) ? stored : shown
}

function csvCell(cell: unknown): string {
  if (cell === null || cell === undefined) return ''
  const text = cell instanceof Date ? timeOf(cell) : String(cell)
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Spreadsheets have no zones: the library returns their local time as UTC. */
function timeOf(date: Date): string {
  const [day, time] = new Date(Math.round(date.getTime() / 1000) * 1000).toISOString().slice(0, 19).split('T') as [
    string,
    string,
  ]
  return time === '00:00:00' ? day : `${day}T${time}`
}
