import { Option, type Command } from 'commander'
import { readerOfDays } from '../model/date-format.ts'
import { DecorumError } from '../model/errors.ts'
import { DELIMITERS, FILE_ENCODINGS, FILE_FORMATS, type FileEncoding, type FileFormat, type FileOptions, type ImportMapping } from '../model/import-mapping.ts'
import { parseInstant } from '../model/instant.ts'
import { nearMiss } from '../model/near-miss.ts'
import { statedZone } from '../model/zones/zone-names.ts'

/** What a caller says of a file of accounts, as the command line has it. */
export interface FileFlags {
  format?: FileFormat
  mapping?: string
  encoding?: FileEncoding
  delimiter?: string
  sheet?: string
  dateFormat?: string
  timeZone?: string
  asOf?: string
}

/** Adds the options that say how a file of accounts is read. */
export const withFileOptions = (command: Command): Command =>
  command
    .addOption(new Option('--format <format>', 'instead of telling it from the file').choices(FILE_FORMATS))
    .option('--mapping <id>', 'read the columns as config/imports/<id>.yaml says')
    .addOption(new Option('--encoding <name>', 'instead of telling it from the file').choices(FILE_ENCODINGS))
    .option('--delimiter <character>', 'between cells: , ; | ^ or tab; otherwise the one that the header uses')
    .option('--sheet <name|number>', 'of an .xlsx file; otherwise the first')
    .option('--date-format <format>', 'how days are written, e.g. yyyy/MM/dd, dd.MM.yyyy, yyyyMMdd, yyyy年M月d日 or excel; otherwise 2026-11-20')
    .option('--time-zone <zone>', 'of times without an offset, e.g. Asia/Shanghai')
    .option('--as-of <instant>', 'when the facts were true, for lines that do not say')

/**
 * How is the file read that these options speak of?
 *
 * @throws DECORUM_BAD_INPUT naming the option, what is wrong and what would be right
 */
export function fileOptions(flags: FileFlags, config: { imports: ReadonlyMap<string, ImportMapping> }): FileOptions {
  const mapping = flags.mapping === undefined ? null : (config.imports.get(flags.mapping) ?? unknownMapping(flags.mapping, [...config.imports.keys()]))
  const delimiter = flags.delimiter === undefined ? null : /^(tab|\\t)$/i.test(flags.delimiter) ? '\t' : flags.delimiter
  if (delimiter !== null && !(DELIMITERS as readonly string[]).includes(delimiter)) throw bad('--delimiter is none of , ; | ^ and tab', 'Give one of them, quoted: --delimiter ";".')
  if (flags.dateFormat !== undefined) {
    const format = readerOfDays(flags.dateFormat)
    if (!format.ok) throw bad(`--date-format ${format.problem}`, 'Write it like "yyyy/MM/dd", "dd.MM.yyyy", "yyyyMMdd", "yyyy-MM-dd HH:mm:ss" or "excel".')
  }
  const zone = flags.timeZone === undefined ? null : statedZone(flags.timeZone)
  if (zone?.ok === false) throw bad(`--time-zone ${zone.problem}`, zone.cure)
  if (flags.asOf !== undefined && parseInstant(flags.asOf) === null) throw bad('--as-of is not an instant with an offset', 'Write it like "2026-11-23T15:00:00Z".')
  return {
    format: flags.format ?? null, mapping, encoding: flags.encoding ?? null, delimiter, sheet: flags.sheet ?? null,
    dateFormat: flags.dateFormat ?? null, timeZone: zone?.ok === true ? zone.zone : null, asOf: flags.asOf ?? null,
  }
}

function unknownMapping(name: string, known: readonly string[]): never {
  const meant = nearMiss(name, known)
  const listed = known.length === 0 ? 'There is none under config/imports/.' : `There are: ${known.join(', ')}.`
  throw bad(`--mapping names no file under config/imports/`, meant === null ? listed : `Did you mean "${meant}"? ${listed}`)
}

const bad = (message: string, hint: string): DecorumError => new DecorumError('DECORUM_BAD_INPUT', message, { hint })
