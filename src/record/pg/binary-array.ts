// Hot path: all arrays are written into one buffer of the process, one after the other, and copied out; measured by
// `npm run bench -- intake`. To callers `binaryArray` is a pure function from values to bytes.

/** Types of columns that can be written in bulk. `texts` and `uuids` are lists, which cannot themselves stand in an array of rows. */
export type ColumnType =
  | 'uuid'
  | 'uuids'
  | 'text'
  | 'texts'
  | 'bytea'
  | 'jsonb'
  | 'timestamptz'
  | 'date'
  | 'bigint'
  | 'integer'
  | 'smallint'
  | 'boolean'

/**
 * Encodes values as one array parameter in PostgreSQL's binary format.
 *
 * Compared with text it saves quoting and hex here and parsing there (measured for an import: 6 µs an
 * account here, 5 to 10 in PostgreSQL). A value equal to the one before, as most creditors, days and
 * nulls are, is copied.
 *
 * @param values  as kysely's row types have them: Date for `timestamptz`, Buffer for `bytea`, plain objects for `jsonb`
 * @returns       bytes of its own, for pg to send as a binary parameter
 * @throws        RangeError for what no such column can hold
 */
export function binaryArray(type: ColumnType, values: readonly unknown[]): Buffer {
  const { oid, write } = ELEMENTS[type]
  const bytes = new Bytes()
  const head = bytes.reserve(HEAD_BYTES)
  let nulls = 0
  let [before, start, end]: [unknown, number, number] = [undefined, 0, 0]
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? null
    if (i > 0 && value === before) bytes.repeat(start, end)
    else {
      start = bytes.reserve(LENGTH_BYTES)
      if (value === null) bytes.int32At(start, NULL)
      else {
        write(bytes, value as never)
        bytes.int32At(start, bytes.length - start - LENGTH_BYTES)
      }
      end = bytes.length
      before = value
    }
    if (value === null) nulls = 1
  }
  // Number of dimensions, has nulls, element type, length, lower bound.
  for (const [i, number] of [1, nulls, oid, values.length, 1].entries()) bytes.int32At(head + 4 * i, number)
  return bytes.take()
}

/**
 * The elements of an array as `array_send` gives it: bytes, and nothing for null.
 *
 * Taken apart here, since pg reads an array of bytes as text, a character at a time (measured: 10 µs an element).
 */
export function sentElements(sent: Buffer): Buffer[] {
  const elements: Buffer[] = []
  for (let at = sent.length > HEAD_BYTES ? HEAD_BYTES : sent.length; at < sent.length;) {
    const length = Math.max(0, sent.readInt32BE(at))
    elements.push(sent.subarray(at + LENGTH_BYTES, (at += LENGTH_BYTES + length)))
  }
  return elements
}

const HEAD_BYTES = 20
const LENGTH_BYTES = 4
const NULL = -1

const UUID_BYTES = 16
const UUID_CHARACTERS = 36
const NO_DIGIT = -1
/** The value of a hexadecimal digit, by character code. */
const HEX_DIGITS = Int8Array.from({ length: 128 }, (_, code) => {
  const digit = Number.parseInt(String.fromCharCode(code), 16)
  return Number.isNaN(digit) ? NO_DIGIT : digit
})

/** A growing buffer, shared by all arrays: they are made one after the other and copied out when done. */
class Bytes {
  static #kept = Buffer.alloc(64 * 1024)
  length = 0

  /** Reserves `count` bytes; returns their offset. */
  reserve(count: number): number {
    const start = this.length
    this.length += count
    if (this.length > Bytes.#kept.length)
      Bytes.#kept = Buffer.concat([Bytes.#kept, Buffer.alloc(Math.max(this.length, Bytes.#kept.length))])
    return start
  }

  int32At(at: number, value: number): void {
    Bytes.#kept.writeInt32BE(value, at)
  }

  repeat(from: number, to: number): void {
    const start = this.reserve(to - from)
    Bytes.#kept.copyWithin(start, from, to)
  }

  byte(value: number): void {
    const at = this.reserve(1)
    Bytes.#kept[at] = value
  }

  int16(value: number): void {
    const at = this.reserve(2)
    Bytes.#kept.writeInt16BE(value, at)
  }

  int32(value: number): void {
    const at = this.reserve(4)
    Bytes.#kept.writeInt32BE(value, at)
  }

  int64(value: number | bigint): void {
    const at = this.reserve(8)
    if (typeof value === 'number' && Number.isSafeInteger(value)) {
      const high = Math.floor(value / 2 ** 32)
      Bytes.#kept.writeInt32BE(high, at)
      Bytes.#kept.writeUInt32BE(value - high * 2 ** 32, at + 4)
    } else Bytes.#kept.writeBigInt64BE(BigInt(value), at)
  }

  text(value: string): void {
    // No UTF-16 unit takes more than three bytes of UTF-8.
    const at = this.reserve(value.length * 3)
    this.length = at + Bytes.#kept.write(value, at, 'utf8')
  }

  /** Two digits at a time; removing the dashes and decoding with Buffer's own hex takes three times as long. */
  uuid(value: string): void {
    let at = this.reserve(UUID_BYTES)
    let wrong = value.length === UUID_CHARACTERS ? 0 : -1
    for (let i = 0; i < UUID_CHARACTERS; i += 2) {
      if (i === 8 || i === 13 || i === 18 || i === 23) i++
      const byte =
        ((HEX_DIGITS[value.charCodeAt(i)] ?? NO_DIGIT) << 4) | (HEX_DIGITS[value.charCodeAt(i + 1)] ?? NO_DIGIT)
      wrong |= byte
      Bytes.#kept[at++] = byte
    }
    if (wrong < 0) throw new RangeError('invalid UUID')
  }

  copy(value: Buffer): void {
    const at = this.reserve(value.length)
    value.copy(Bytes.#kept, at)
  }

  take(): Buffer {
    return Buffer.from(Bytes.#kept.subarray(0, this.length))
  }
}

/** PostgreSQL counts days and microseconds from the beginning of 2000. */
const EPOCH = Date.UTC(2000, 0, 1)
const DAY = 86_400_000
const JSONB_VERSION = 1

function writeInstant(bytes: Bytes, value: Date): void {
  const micros = (value.getTime() - EPOCH) * 1_000
  if (Number.isNaN(micros)) throw new RangeError('invalid timestamp')
  bytes.int64(Number.isSafeInteger(micros) ? micros : BigInt(value.getTime() - EPOCH) * 1_000n)
}

function writeDay(bytes: Bytes, value: string): void {
  const day = Date.parse(`${value}T00:00:00Z`)
  if (Number.isNaN(day)) throw new RangeError('invalid date')
  bytes.int32((day - EPOCH) / DAY)
}

/** Values out of the column's range are refused by Buffer. */
function whole(value: number): number {
  if (!Number.isInteger(value)) throw new RangeError('invalid integer')
  return value
}

function writeJson(bytes: Bytes, value: unknown): void {
  bytes.byte(JSONB_VERSION)
  bytes.text(JSON.stringify(value))
}

const SPECIAL = /["\\]/g

/** A list of texts as text: `{"a","b"}`. */
const listOf = (texts: readonly string[]): string =>
  `{${texts.map((text) => `"${text.replace(SPECIAL, '\\$&')}"`).join(',')}}`

/** The element types' object ids, which are fixed in PostgreSQL. */
const ELEMENTS: Readonly<Record<ColumnType, { oid: number; write: (bytes: Bytes, value: never) => void }>> = {
  uuid: { oid: 2950, write: (bytes, value: string) => bytes.uuid(value) },
  text: { oid: 25, write: (bytes, value: string) => bytes.text(value) },
  uuids: { oid: 25, write: (bytes, value: string[]) => bytes.text(listOf(value)) },
  texts: { oid: 25, write: (bytes, value: string[]) => bytes.text(listOf(value)) },
  bytea: { oid: 17, write: (bytes, value: Buffer) => bytes.copy(value) },
  jsonb: { oid: 3802, write: writeJson },
  timestamptz: { oid: 1184, write: writeInstant },
  date: { oid: 1082, write: writeDay },
  bigint: { oid: 20, write: (bytes, value: number | bigint) => bytes.int64(value) },
  integer: { oid: 23, write: (bytes, value: number) => bytes.int32(whole(value)) },
  smallint: { oid: 21, write: (bytes, value: number) => bytes.int16(whole(value)) },
  boolean: { oid: 16, write: (bytes, value: boolean) => bytes.byte(value ? 1 : 0) },
}
