import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  createReadStream,
  createWriteStream,
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  type WriteStream,
} from 'node:fs'
import { basename } from 'node:path'
import { Presets, SingleBar } from 'cli-progress'
import { Command } from 'commander'
import { EXIT } from '../../app/errors.ts'
import { DecorumError } from '../../model/errors.ts'
import { type FileOptions, PLAIN_FILE } from '../../model/import-mapping.ts'
import type { FileImport, LineResult } from '../../services/commands.ts'
import { type FileFlags, fileOptions, withFileOptions } from '../arguments.ts'
import { CLI_ACTOR, withApp } from '../with-app.ts'
import { printAnswer } from '../output.ts'

interface Options extends FileFlags {
  creditor?: string
  rejects?: string
  again?: true
  json?: true
}

const REJECTS_HEADER = 'line,id,field,problem,cure\n'

/** `decorum accounts import`: exit 1 when a line was rejected; all other lines are accepted. */
export function command(): Command {
  return withFileOptions(
    new Command('import')
      .description(
        'Registers accounts from a file: CSV or .xlsx with dotted column names (overdue.amount, recipient.addresses.0.value, or recipient.sms for short) or read by a mapping, or NDJSON, one account a line.',
      )
      .argument(
        '<file>',
        'the file; run again with the same file, an interrupted import goes on where it stood, and one with rejected lines is read anew',
      )
      .option('--creditor <id>', 'whose accounts they are, when the file does not say')
      .option('--again', 'read it anew though all of it was taken before')
      .option(
        '--rejects <file>',
        'where rejected lines, and addresses that were left out of others, are explained; next to the input by default',
      )
      .option('--json', 'answer as one JSON document, without a progress bar'),
  ).action(async (path: string, options: Options) => {
    const size = sizeOf(path)
    const rejectsPath = options.rejects ?? `${path}.rejects.csv`
    const rejects = new Rejects(rejectsPath)
    const answer = await withApp(async (app) => {
      const read = fileOptions(options, app.config)
      const checksum = await checksumOf(path, read)
      const bar = options.json !== true && process.stderr.isTTY ? progressBar(size) : null
      try {
        const bytes = () => counted(createReadStream(path), (read) => bar?.update(read))
        const file = { name: basename(path), checksum, bytes, options: read, again: options.again === true }
        const actor = { ...CLI_ACTOR, creditor: options.creditor ?? null }
        return await app.services.importAccountFile(
          actor,
          file,
          (done) => rejects.open(done),
          (result) => rejects.take(result),
        )
      } finally {
        bar?.stop()
        await rejects.close()
      }
    })
    const { warned } = rejects
    printAnswer(options.json, { ...answer, warned, rejects: answer.rejected + warned > 0 ? rejectsPath : null }, () =>
      inWords(answer, warned, rejectsPath),
    )
    if (answer.rejected > 0) process.exitCode = EXIT.failed
  })
}

function sizeOf(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined || !stats.isFile())
    throw new DecorumError('DECORUM_BAD_INPUT', `there is no file ${path}`, {
      hint: 'Name a CSV, NDJSON or .xlsx file.',
    })
  return stats.size
}

/** Covers the file and its options: another mapping gives the same bytes another meaning. */
async function checksumOf(path: string, read: FileOptions): Promise<Buffer> {
  const hash = createHash('sha256')
  if (JSON.stringify(read) !== JSON.stringify(PLAIN_FILE)) hash.update(JSON.stringify(read))
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest()
}

async function* counted(stream: AsyncIterable<unknown>, onRead: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  let read = 0
  for await (const chunk of stream) {
    read += (chunk as Buffer).length
    onRead(read)
    yield chunk as Buffer
  }
}

function progressBar(size: number): SingleBar {
  const bar = new SingleBar(
    { stream: process.stderr, format: 'importing [{bar}] {percentage}% | {eta_formatted} left', hideCursor: true },
    Presets.legacy,
  )
  bar.start(size, 0)
  return bar
}

/** Explains rejected lines, and what was left out of accepted ones; a resumed import keeps the explanations of earlier lines. */
class Rejects {
  /** Lines of this run that were accepted without an address or a name. */
  warned = 0
  readonly #path: string
  #stream: WriteStream | null = null

  constructor(path: string) {
    this.#path = path
  }

  open(linesDone: number): void {
    if (linesDone === 0 || !existsSync(this.#path)) return rmSync(this.#path, { force: true })
    const kept = readFileSync(this.#path, 'utf8')
      .split('\n')
      .filter((row, i) => row !== '' && (i === 0 || Number.parseInt(row, 10) <= linesDone))
    writeFileSync(this.#path, `${kept.join('\n')}\n`)
  }

  async take(result: LineResult): Promise<void> {
    const faults = result.status === 'rejected' ? (result.faults ?? []) : (result.warnings ?? [])
    if (faults.length === 0) return
    if (result.status !== 'rejected') this.warned++
    if (this.#stream === null) {
      const isNew = !existsSync(this.#path)
      this.#stream = createWriteStream(this.#path, { flags: 'a', mode: 0o600 })
      if (isNew) this.#stream.write(REJECTS_HEADER)
    }
    const rows = faults.map((fault) =>
      [result.line, result.id ?? '', fault.path, fault.problem, fault.cure ?? ''].map(cell).join(','),
    )
    if (!this.#stream.write(`${rows.join('\n')}\n`)) await once(this.#stream, 'drain')
  }

  async close(): Promise<void> {
    if (this.#stream === null) return
    this.#stream.end()
    await once(this.#stream, 'finish')
  }
}

/** Quoted where needed; a cell that a spreadsheet would take for a formula is made text. */
function cell(value: string | number): string {
  const text = String(value).replace(/[\r\n]+/g, ' ')
  const safe = /^[=+\-@]/.test(text) ? `'${text}` : text
  return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

function inWords(answer: FileImport, warned: number, rejectsPath: string): string {
  const { applied, unchanged, rejected, lines, resumedAfter } = answer
  if (answer.already)
    return `This file was imported before: ${applied} applied, ${unchanged} unchanged, none rejected. Nothing was done; --again reads it anew.`
  return [
    ...(resumedAfter > 0 ? [`Went on after line ${resumedAfter}, where an earlier run had stopped.`] : []),
    `${lines} accounts: ${applied} applied, ${unchanged} unchanged, ${rejected} rejected.`,
    ...(warned > 0 ? [`${warned} of those taken lack an address or a name that could not be used.`] : []),
    ...(rejected + warned > 0
      ? [
          `Why, line by line: ${rejectsPath}.${rejected > 0 ? ' Once the cause is mended, import the same file again: what was taken changes nothing.' : ''}`,
        ]
      : []),
  ].join('\n')
}
