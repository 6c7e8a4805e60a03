import { z } from 'zod'
import { dateReader } from './locale.ts'
import { slug } from './ladder.ts'
import { timeZoneSchema } from './zones/zone-names.ts'

/** Encodings in which files of accounts are read. */
export const FILE_ENCODINGS = ['utf-8', 'gb18030', 'utf-16le', 'utf-16be', 'windows-1252'] as const
export type FileEncoding = (typeof FILE_ENCODINGS)[number]

/** What may stand between the cells of a CSV file. */
export const DELIMITERS = [',', ';', '\t', '|', '^'] as const
export type Delimiter = (typeof DELIMITERS)[number]

const header = z.string().trim().min(1).max(200)
/** The path of an account field, as columns are named by default. */
const path = z.string().regex(/^[A-Za-z][\w.[\]-]{0,199}$/, 'is not a field of an account such as overdue.amount')

/** A date format that `dateReader` supports. */
const dateFormat = z
  .string()
  .min(1)
  .max(40)
  .superRefine((format, context) => {
    const reader = dateReader(format)
    if (!reader.ok)
      context.addIssue({
        code: 'custom',
        message: reader.problem,
        params: { cure: 'Write it like "yyyy/MM/dd", "dd.MM.yyyy", "yyyyMMdd", "yyyy-MM-dd HH:mm:ss" or "excel".' },
      })
  })

/** `config/imports/<id>.yaml`: how a creditor's own file is read. */
export const importMappingSchema = z.strictObject({
  id: slug,
  title: z.string().max(200).default(''),
  /** Absent: detected, and refused where ambiguous. */
  encoding: z.enum(FILE_ENCODINGS).optional(),
  /** Absent: the one that the header uses. */
  delimiter: z.enum(DELIMITERS).optional(),
  /** The sheet of an .xlsx file, by name or position from 1; absent: the first. */
  sheet: z.union([z.string().min(1).max(31), z.int().min(1).max(255)]).optional(),
  /** The row with the column names; rows above it are skipped. */
  headerRow: z.int().min(1).max(50).default(1),
  /** How days are written. Absent: `2026-11-20`. */
  dateFormat: dateFormat.optional(),
  /** The zone of times without an offset; absent: they are refused. */
  timeZone: timeZoneSchema.optional(),
  /** `comma`: 1.250,00. Absent: 1250.00. */
  decimal: z.enum(['point', 'comma']).default('point'),
  /** The file's column → the account's field. */
  columns: z
    .record(header, path)
    .refine((columns) => Object.keys(columns).length <= 200, 'has more than 200 columns')
    .default({}),
  /** By field: the cell's text → the value. */
  values: z.record(path, z.record(z.string().max(200), z.string().max(200))).default({}),
  /** By field: values that no column holds because every line has the same. */
  constants: z.record(path, z.string().max(200)).default({}),
  /** Columns that are not read. */
  ignore: z.array(header).max(200).default([]),
})
export type ImportMapping = z.infer<typeof importMappingSchema>

/** Formats of account files; `xlsx` is read as the CSV it would be saved as. */
export const FILE_FORMATS = ['csv', 'ndjson', 'xlsx'] as const
export type FileFormat = (typeof FILE_FORMATS)[number]

/** What the caller states about a file; null: detected, or the default. */
export interface FileOptions {
  format: FileFormat | null
  mapping: ImportMapping | null
  encoding: FileEncoding | null
  delimiter: string | null
  sheet: string | null
  dateFormat: string | null
  timeZone: string | null
  /** For lines without their own `asOf`. */
  asOf: string | null
}

export const PLAIN_FILE: FileOptions = {
  format: null,
  mapping: null,
  encoding: null,
  delimiter: null,
  sheet: null,
  dateFormat: null,
  timeZone: null,
  asOf: null,
}
