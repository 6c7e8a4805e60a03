import type { Fault } from '../model/errors.ts'
import { fieldPath } from '../model/faults.ts'
import { dateReader, type ReadDate } from '../model/locale.ts'
import { formatInstant, isLocalDate, parseInstant } from '../model/time.ts'
import { localInstant } from '../model/zones/zone-data.ts'

/** A field of an account: names, and numbers for the places of a list. */
export type FieldPath = readonly (string | number)[]

/** How the cells of a file are written. */
export interface CellSetting {
  /** As `dateReader` takes it; null: `2026-11-20` alone. */
  dateFormat: string | null
  /** Of times without an offset; null: they are refused. */
  timeZone: string | null
  decimal: 'point' | 'comma'
  /** By field: what a cell says → what is meant. */
  values: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** Reads one cell for a field: the value as in JSON, or why it is invalid. */
export type CellReader = (
  path: FieldPath,
  cell: string,
) => { ok: true; value: unknown } | { ok: false; fault: Omit<Fault, 'path'> }

const WHOLE_NUMBERS: ReadonlySet<string> = new Set(['daysPastDue', 'graceDays'])
const YES_NO: ReadonlySet<string> = new Set(['autoDebit', 'locationConfirmed', 'lateInterest', 'reportsToBureau'])
const DAYS: ReadonlySet<string> = new Set(['dueDate', 'nextDueDate', 'date'])
const INSTANTS: ReadonlySet<string> = new Set(['asOf', 'at', 'from', 'until', 'verifiedAt'])
const AMOUNTS: ReadonlySet<string> = new Set(['amount', 'outstanding', 'minimumDue'])

/**
 * How are the cells of this file read?
 *
 * By the field's name: days and instants in the stated format or ISO 8601, amounts by the stated decimal mark, numbers and
 * booleans as such. Nothing is guessed: 03/04/2026 without a stated format is refused.
 */
export function cellReader(setting: CellSetting): CellReader {
  const format = setting.dateFormat === null ? null : dateReader(setting.dateFormat)
  const readDay: ReadDate | null = format?.ok === true ? format.read : null
  return (path, text) => {
    const name = String(path.at(-1))
    const cell = valueOf(setting.values, fieldPath(path), text)
    // A name that is none is left out, as in any other source.
    if (SHEET_ERROR.test(cell) && name !== 'name') return { ok: false, fault: NO_VALUE }
    if (DAYS.has(name)) return day(cell, readDay, setting.dateFormat)
    if (INSTANTS.has(name)) return instant(cell, readDay, setting)
    if (setting.decimal === 'comma' && (AMOUNTS.has(name) || path.at(-2) === 'parts'))
      return { ok: true, value: withPoint(cell) }
    if (WHOLE_NUMBERS.has(name) && /^-?\d{1,6}$/.test(cell)) return { ok: true, value: Number(cell) }
    if (YES_NO.has(name) && /^(true|false)$/i.test(cell)) return { ok: true, value: cell.toLowerCase() === 'true' }
    if (!AMOUNTS.has(name) && SHORTENED.test(cell)) return { ok: false, fault: DIGITS_LOST }
    return { ok: true, value: cell }
  }
}

const SHEET_ERROR = /^#(?:N\/A|REF!|VALUE!|DIV\/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)$/i
const NO_VALUE = {
  problem: 'is an error of the spreadsheet, and no value',
  cure: 'Mend the formula, and export the file again.',
}

/** `1.23457E+17`: a long number as a spreadsheet shows and saves it. */
const SHORTENED = /^\d(?:\.\d+)?E\+\d{2,3}$/i
const DIGITS_LOST = {
  problem: 'is a long number that a spreadsheet has shortened; its last digits are lost',
  cure: 'Format the column as text before the numbers are put in, and export the file again.',
}

const valueOf = (values: CellSetting['values'], label: string, cell: string): string => {
  const meant = Object.hasOwn(values, label) ? values[label] : undefined
  return meant !== undefined && Object.hasOwn(meant, cell) ? (meant[cell] as string) : cell
}

function day(cell: string, read: ReadDate | null, format: string | null): ReturnType<CellReader> {
  if (isLocalDate(cell)) return { ok: true, value: cell }
  const written = read?.(cell) ?? null
  if (written !== null) return { ok: true, value: written.date }
  return {
    ok: false,
    fault: {
      problem: 'is not a calendar day',
      cure:
        format === null
          ? 'Write it like "2026-11-23", or state how the file writes days, as --date-format "yyyy/MM/dd".'
          : `Write it in the format that was stated, ${format}.`,
    },
  }
}

function instant(cell: string, read: ReadDate | null, { dateFormat, timeZone }: CellSetting): ReturnType<CellReader> {
  if (parseInstant(cell) !== null) return { ok: true, value: cell }
  const written = read?.(cell) ?? isoWithoutOffset(cell)
  if (written === null) {
    return {
      ok: false,
      fault: {
        problem: 'is not an instant with an offset',
        cure:
          dateFormat === null
            ? 'Write it like "2026-11-23T15:00:00Z", or state how the file writes it, as --date-format "yyyy/MM/dd HH:mm:ss" with --time-zone.'
            : `Write it in the format that was stated, ${dateFormat}.`,
      },
    }
  }
  if (timeZone === null)
    return {
      ok: false,
      fault: {
        problem: 'has no offset, and no time zone was stated',
        cure: 'State where the clock stands, as --time-zone "Asia/Shanghai" or timeZone in the mapping.',
      },
    }
  const [hours, minutes, seconds] = (written.time ?? '00:00:00').split(':') as [string, string, string]
  return {
    ok: true,
    value: formatInstant(localInstant(written.date, `${hours}:${minutes}`, timeZone) + Number(seconds) * 1000),
  }
}

/** `2026-11-26 14:05:09` or with a T, and a day alone: as spreadsheets' own times are handed over. */
function isoWithoutOffset(cell: string): { date: string; time: string | null } | null {
  const parts = /^(\d{4}-\d{2}-\d{2})(?:[T ](([01]\d|2[0-3]):[0-5]\d)(:[0-5]\d)?)?$/.exec(cell)
  if (parts === null || !isLocalDate(parts[1] as string)) return null
  return { date: parts[1] as string, time: parts[2] === undefined ? null : `${parts[2]}${parts[4] ?? ':00'}` }
}

/** 1.250,00 and 1 250,00 → 1250.00; other text is unchanged, and refused later with the reason. */
function withPoint(cell: string): string {
  return /^[-(]?\d{1,3}(?:([. \u00a0\u202f'’])\d{3}(?:\1\d{3})*)?(?:,\d+)?[-)]?$|^[-(]?\d+(?:,\d+)?[-)]?$/.test(cell)
    ? cell.replace(/[. \u00a0\u202f'’]/g, '').replace(',', '.')
    : cell
}
