import { type Command, Option } from 'commander'
import {
  doubtResolution,
  type DoubtResolution,
  suppressionBody,
  type SuppressionBody,
  switchBody,
  type SwitchBody,
  switchLift,
  type SwitchLift,
} from '../intake/bodies.ts'
import { parse } from '../intake/parse.ts'
import { timeZone } from '../intake/recipient-body.ts'
import { DecorumError, type Fault } from '../model/errors.ts'
import { nearMiss } from '../model/faults.ts'
import {
  DELIMITERS,
  FILE_ENCODINGS,
  FILE_FORMATS,
  type FileEncoding,
  type FileFormat,
  type FileOptions,
  type ImportMapping,
} from '../model/import-mapping.ts'
import { dateReader } from '../model/locale.ts'
import { DAY, dayNumber, type Instant, parseInstant } from '../model/time.ts'
import { firstInstantAt } from '../model/zones/zone-data.ts'
import { statedZone } from '../model/zones/zone-names.ts'

/**
 * A time zone given by a user.
 *
 * @throws DECORUM_BAD_INPUT
 */
export function readZone(text: string): string {
  const parsed = parse(timeZone, text)
  if (parsed.ok) return parsed.value
  throw new DecorumError('DECORUM_BAD_INPUT', 'this is not a time zone', {
    faults: parsed.faults.map((fault) => ({ ...fault, path: 'zone' })),
  })
}

/**
 * Which period is meant? From `from` until before `to`.
 *
 * @param from  an instant, or a day: its first moment in the zone
 * @throws DECORUM_BAD_INPUT with every fault
 */
export function readPeriod(from: string, to: string, zone: string): { from: Instant; to: Instant } {
  const stated = statedZone(zone)
  const faults: Fault[] = stated.ok ? [] : [{ path: 'zone', problem: stated.problem, cure: stated.cure }]
  const read = (path: string, text: string): Instant => {
    const day = dayNumber(text)
    const instant = day === null ? parseInstant(text) : stated.ok ? firstInstantAt(day * DAY, stated.zone) : 0
    if (instant === null)
      faults.push({
        path,
        problem: 'is neither a day nor an instant',
        cure: 'Write it like "2026-11-23", or "2026-11-23T15:00:00Z".',
      })
    return instant ?? 0
  }
  const period = { from: read('from', from), to: read('to', to) }
  if (faults.length === 0 && period.to <= period.from)
    faults.push({ path: 'to', problem: 'is not after from', cure: 'The period ends before --to.' })
  if (faults.length > 0) throw new DecorumError('DECORUM_BAD_INPUT', 'this is not a period', { faults })
  return period
}

/**
 * An operator's resolution of an attempt in doubt, checked against its schema.
 *
 * @throws DECORUM_BAD_INPUT with every fault
 */
export function readDoubtResolution(value: unknown): DoubtResolution {
  const parsed = parse(doubtResolution, value)
  if (parsed.ok) return parsed.value
  throw new DecorumError('DECORUM_BAD_INPUT', 'this cannot be said of an attempt in doubt', { faults: parsed.faults })
}

/**
 * A suppression, checked against its schema.
 *
 * @throws DECORUM_BAD_INPUT with every fault
 */
export function readSuppression(value: unknown): SuppressionBody {
  const parsed = parse(suppressionBody, value)
  if (parsed.ok) return parsed.value
  throw new DecorumError('DECORUM_BAD_INPUT', 'this stop cannot be recorded', { faults: parsed.faults })
}

/**
 * A switch to be set, checked against its schema.
 *
 * @throws DECORUM_BAD_INPUT with every fault
 */
export function readSwitch(value: unknown): SwitchBody {
  const parsed = parse(switchBody, value)
  if (parsed.ok) return parsed.value
  throw new DecorumError('DECORUM_BAD_INPUT', 'this switch cannot be thrown', { faults: parsed.faults })
}

/** As `readSwitch`, for lifting one. */
export function readSwitchLift(value: unknown): SwitchLift {
  const parsed = parse(switchLift, value)
  if (parsed.ok) return parsed.value
  throw new DecorumError('DECORUM_BAD_INPUT', 'this switch cannot be lifted so', { faults: parsed.faults })
}

/** Options about a file of accounts. */
export interface FileFlags {
  format?: FileFormat
  mapping?: string
  encoding?: FileEncoding | 'detect'
  delimiter?: string
  sheet?: string
  dateFormat?: string
  timeZone?: string
  asOf?: string
}

/** Other names of encodings; `utf-16` leaves it to the file which of its halves comes first. */
const ENCODINGS: Readonly<Record<string, FileEncoding | 'detect'>> = {
  utf8: 'utf-8',
  'utf-16': 'detect',
  utf16: 'detect',
  unicode: 'detect',
  gbk: 'gb18030',
  gb2312: 'gb18030',
  cp936: 'gb18030',
  cp1252: 'windows-1252',
  latin1: 'windows-1252',
  'iso-8859-1': 'windows-1252',
}

function readEncoding(name: string): FileEncoding | 'detect' {
  const wanted = name.trim().toLowerCase()
  const known = FILE_ENCODINGS.find((encoding) => encoding === wanted)
  if (known !== undefined) return known
  if (Object.hasOwn(ENCODINGS, wanted)) return ENCODINGS[wanted] as FileEncoding | 'detect'
  throw bad('--encoding names no encoding that is read', `Give one of ${FILE_ENCODINGS.join(', ')}.`)
}

/** Adds these options to a command. */
export const withFileOptions = (command: Command): Command =>
  command
    .addOption(new Option('--format <format>', 'instead of telling it from the file').choices(FILE_FORMATS))
    .option('--mapping <id>', 'read the columns as config/imports/<id>.yaml says')
    .addOption(
      new Option('--encoding <name>', `instead of telling it from the file: ${FILE_ENCODINGS.join(', ')}`).argParser(
        readEncoding,
      ),
    )
    .option('--delimiter <character>', 'between cells: , ; | ^ or tab; otherwise the one that the header uses')
    .option('--sheet <name|number>', 'of an .xlsx file; otherwise the first')
    .option(
      '--date-format <format>',
      'how days are written, e.g. yyyy/MM/dd, dd.MM.yyyy, yyyyMMdd, yyyy年M月d日 or excel; otherwise 2026-11-20',
    )
    .option('--time-zone <zone>', 'of times without an offset, e.g. Asia/Shanghai')
    .option('--as-of <instant>', 'when the facts were true, for lines that do not say')

/**
 * How is the file read, according to these options?
 *
 * @throws DECORUM_BAD_INPUT naming the option, the mistake and the cure
 */
export function fileOptions(flags: FileFlags, config: { imports: ReadonlyMap<string, ImportMapping> }): FileOptions {
  const mapping =
    flags.mapping === undefined
      ? null
      : (config.imports.get(flags.mapping) ?? unknownMapping(flags.mapping, [...config.imports.keys()]))
  const delimiter = flags.delimiter === undefined ? null : /^(tab|\\t)$/i.test(flags.delimiter) ? '\t' : flags.delimiter
  if (delimiter !== null && !(DELIMITERS as readonly string[]).includes(delimiter))
    throw bad('--delimiter is none of , ; | ^ and tab', 'Give one of them, quoted: --delimiter ";".')
  if (flags.dateFormat !== undefined) {
    const format = dateReader(flags.dateFormat)
    if (!format.ok)
      throw bad(
        `--date-format ${format.problem}`,
        'Write it like "yyyy/MM/dd", "dd.MM.yyyy", "yyyyMMdd", "yyyy-MM-dd HH:mm:ss" or "excel".',
      )
  }
  const zone = flags.timeZone === undefined ? null : statedZone(flags.timeZone)
  if (zone?.ok === false) throw bad(`--time-zone ${zone.problem}`, zone.cure)
  if (flags.asOf !== undefined && parseInstant(flags.asOf) === null)
    throw bad('--as-of is not an instant with an offset', 'Write it like "2026-11-23T15:00:00Z".')
  return {
    format: flags.format ?? null,
    mapping,
    encoding: flags.encoding === 'detect' ? null : (flags.encoding ?? null),
    delimiter,
    sheet: flags.sheet ?? null,
    dateFormat: flags.dateFormat ?? null,
    timeZone: zone?.ok === true ? zone.zone : null,
    asOf: flags.asOf ?? null,
  }
}

function unknownMapping(name: string, known: readonly string[]): never {
  const meant = nearMiss(name, known)
  const listed = known.length === 0 ? 'There is none under config/imports/.' : `There are: ${known.join(', ')}.`
  throw bad(
    `--mapping names no file under config/imports/`,
    meant === null ? listed : `Did you mean "${meant}"? ${listed}`,
  )
}

const bad = (message: string, hint: string): DecorumError => new DecorumError('DECORUM_BAD_INPUT', message, { hint })
