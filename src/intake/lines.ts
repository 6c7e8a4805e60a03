import type { Fault } from '../model/errors.ts'

/** A longer line is refused, so that memory stays constant; no account needs a mebibyte. */
export const MAX_LINE_BYTES = 1 << 20

/** One line of a file or stream; `no` counts from 1. Empty lines are counted and left out. */
export type Line =
  | { no: number; ok: true; text: string }
  /** `lossy`: what can be read of it, U+FFFD for the rest; absent: nothing was kept. */
  | { no: number; ok: false; fault: Fault; lossy?: string }

const LF = 0x0a
const BOM = /^\ufeff/

/**
 * The lines of a stream, from chunks of any size.
 *
 * Accepts LF and CRLF, drops a byte order mark. A line that is too long or not UTF-8 is a fault of that line alone.
 */
export async function* readLines(bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Line> {
  let no = 1
  let pieces: Uint8Array[] = []
  let held = 0
  const finish = (): Line | null => {
    const line = held === 0 ? null : held > MAX_LINE_BYTES ? tooLong(no) : decode(no, pieces)
    ;[pieces, held, no] = [[], 0, no + 1]
    return line
  }
  const hold = (piece: Uint8Array): void => {
    held += piece.length
    // What is too long already is only counted, not kept.
    if (held <= MAX_LINE_BYTES) pieces.push(piece)
    else pieces = []
  }
  for await (const chunk of bytes) {
    let from = 0
    for (let to = chunk.indexOf(LF); to >= 0; to = chunk.indexOf(LF, from)) {
      if (to > from) hold(chunk.subarray(from, to))
      from = to + 1
      const line = finish()
      if (line !== null) yield line
    }
    // A copy: the source may reuse its buffer.
    if (from < chunk.length) hold(chunk.slice(from))
  }
  if (held > 0) {
    const line = finish()
    if (line !== null) yield line
  }
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const lenient = new TextDecoder('utf-8')

function decode(no: number, pieces: readonly Uint8Array[]): Line | null {
  const bytes = pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces)
  try {
    const whole = strict.decode(bytes)
    const text = (no === 1 ? whole.replace(BOM, '') : whole).replace(/\r$/, '')
    return text.trim() === '' ? null : { no, ok: true, text }
  } catch {
    return {
      no,
      ok: false,
      fault: { path: '', problem: 'is not UTF-8', cure: 'Save the file as UTF-8.' },
      lossy: lenient.decode(bytes).replace(/\r$/, ''),
    }
  }
}

const tooLong = (no: number): Line => ({
  no,
  ok: false,
  fault: { path: '', problem: `is longer than ${MAX_LINE_BYTES} bytes`, cure: 'One account stands on each line.' },
})
