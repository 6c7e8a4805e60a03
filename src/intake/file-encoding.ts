import type { FileEncoding } from '../model/import-mapping.ts'

/** What kind of file the bytes are. */
export type FileKind =
  | { kind: 'text'; encoding: FileEncoding; lineEnd: '\n' | '\r' }
  /** A ZIP archive, as .xlsx is. */
  | { kind: 'workbook' }
  | { kind: 'refused'; problem: string; cure: string }

const PLAIN_TEXT = 'Save it as CSV or NDJSON in UTF-8, or as .xlsx.'
/** Bytes inspected for what the first lines show. */
const BEGINNING = 64 * 1024

type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/**
 * Which encoding and line ends does this file have?
 *
 * A byte order mark decides; then valid UTF-8; then GB18030, if its double bytes are clearly Chinese. Anything ambiguous is
 * read as UTF-8, which refuses each invalid line: a wrong guess would turn names into other names.
 *
 * @param stated  the encoding stated by the caller, which is not questioned
 */
export async function inspectFile(bytes: Bytes, stated: FileEncoding | null): Promise<FileKind> {
  const utf8 = new TextDecoder('utf-8', { fatal: true })
  const chinese = new ChineseCount()
  let valid = true
  let beginning = Buffer.alloc(0)
  for await (const chunk of bytes) {
    if (beginning.length < BEGINNING) beginning = Buffer.concat([beginning, chunk]).subarray(0, BEGINNING)
    if (stated !== null && beginning.length >= BEGINNING) break
    if (stated !== null) continue
    chinese.add(chunk)
    if (valid) valid = fits(utf8, chunk)
  }
  if (beginning.subarray(0, 4).equals(ZIP)) return { kind: 'workbook' }
  if (beginning.subarray(0, 4).equals(OLD_OFFICE))
    return { kind: 'refused', problem: 'is an old Excel workbook (.xls)', cure: 'Save it as .xlsx or CSV.' }
  const text = (encoding: FileEncoding): FileKind => ({ kind: 'text', encoding, lineEnd: lineEndOf(beginning) })
  const marked = markOf(beginning) ?? unmarkedUtf16(beginning)
  if (stated !== null) return text(stated)
  if (marked !== null) return text(marked)
  if (beginning.includes(0)) return { kind: 'refused', problem: 'is not a text file', cure: PLAIN_TEXT }
  return text(valid && fits(utf8, null) ? 'utf-8' : chinese.plainly() ? 'gb18030' : 'utf-8')
}

/**
 * The text in UTF-8 with line feeds, from chunks of any size.
 *
 * Invalid bytes become U+FFFD, which the line's reader refuses. UTF-8 passes through unchanged.
 */
export async function* toUtf8(
  bytes: Bytes,
  { encoding, lineEnd }: Pick<Extract<FileKind, { kind: 'text' }>, 'encoding' | 'lineEnd'>,
): AsyncGenerator<Uint8Array> {
  if (encoding === 'utf-8' && lineEnd === '\n') return yield* bytes
  const decoder = encoding === 'utf-8' ? null : new TextDecoder(encoding)
  for await (const chunk of bytes) {
    const text = decoder === null ? chunk : decoder.decode(chunk, { stream: true })
    yield withLineFeeds(text, lineEnd)
  }
  const rest = decoder?.decode() ?? ''
  if (rest !== '') yield withLineFeeds(rest, lineEnd)
}

function withLineFeeds(text: string | Uint8Array, lineEnd: '\n' | '\r'): Uint8Array {
  if (typeof text === 'string') return Buffer.from(lineEnd === '\r' ? text.replaceAll('\r', '\n') : text, 'utf8')
  return text.map((byte) => (byte === 0x0d ? 0x0a : byte))
}

const ZIP = Buffer.from([0x50, 0x4b, 0x03, 0x04])
const OLD_OFFICE = Buffer.from([0xd0, 0xcf, 0x11, 0xe0])

function markOf(beginning: Buffer): FileEncoding | null {
  if (beginning[0] === 0xef && beginning[1] === 0xbb && beginning[2] === 0xbf) return 'utf-8'
  if (beginning[0] === 0xff && beginning[1] === 0xfe) return 'utf-16le'
  return beginning[0] === 0xfe && beginning[1] === 0xff ? 'utf-16be' : null
}

/** Files in UTF-16 have a zero beside every Latin letter and digit; no other text has zeros. */
function unmarkedUtf16(beginning: Buffer): FileEncoding | null {
  const looked = beginning.subarray(0, 2_000)
  let [even, odd] = [0, 0]
  looked.forEach((byte, i) => {
    if (byte === 0) i % 2 === 0 ? even++ : odd++
  })
  if (even + odd < looked.length / 8) return null
  if (even === 0) return 'utf-16le'
  return odd === 0 ? 'utf-16be' : null
}

/** Lone carriage returns end lines only where there is no line feed at all. */
const lineEndOf = (beginning: Buffer): '\n' | '\r' =>
  beginning.includes(0x0d) && !beginning.includes(0x0a) ? '\r' : '\n'

function fits(decoder: InstanceType<typeof TextDecoder>, chunk: Uint8Array | null): boolean {
  try {
    decoder.decode(chunk ?? undefined, { stream: chunk !== null })
    return true
  } catch {
    return false
  }
}

/**
 * Counts what the bytes would be as GB18030.
 *
 * Chinese text is nearly all double bytes of GB 2312, most of them among its 3,755 common characters (first byte
 * B0–D7). Western text in a single-byte encoding makes few pairs, and those lie elsewhere.
 */
class ChineseCount {
  #lead: number | null = null
  #common = 0
  #other = 0
  #invalid = 0

  add(chunk: Uint8Array): void {
    for (const byte of chunk) {
      const lead = this.#lead
      if (lead === null) {
        if (byte > 0x80) this.#lead = byte
        else if (byte === 0x80) this.#invalid++
        continue
      }
      this.#lead = null
      if (byte < 0x40 && !(byte >= 0x30 && byte <= 0x39)) this.#invalid++
      else if (byte === 0x7f || byte === 0xff) this.#invalid++
      else if (lead >= 0xb0 && lead <= 0xd7 && byte >= 0xa1) this.#common++
      else this.#other++
    }
  }

  plainly(): boolean {
    return this.#lead === null && this.#invalid === 0 && this.#common > 0 && this.#common >= this.#other * 2
  }
}
