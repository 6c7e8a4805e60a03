import { DecorumError } from '../../model/errors.ts'
import { DICTIONARY_V1 } from './dictionary-v1.ts'
import { type BlockDictionary, compressBlock, decompressBlock, indexDictionary, maxBlockLength } from './lz4-block.ts'

/** How the bytes after the version are to be read; stored with each dictionary. */
export const CODEC = 'lz4-block'

/** A dictionary that is ready to pack and unpack with. */
export interface Dictionary extends BlockDictionary {
  /** The first byte of whatever is packed with it: 1 to 255. */
  readonly version: number
  /** The dictionary with room behind it, so that what is usual is packed without allocating. */
  readonly window: Buffer
}

/** Dictionaries by version. */
export type Dictionaries = ReadonlyMap<number, Dictionary>

/** The longest JSON in bytes that is packed or unpacked: the facts of 15,000 contacts. */
export const MAX_JSON_BYTES = 4 * 1024 * 1024
const WINDOW_BYTES = 32 * 1024
const HEAD_BYTES = 5
/** What one byte of a block can stand for at most. */
const MAX_RATIO = 255

export function openDictionary(version: number, bytes: Uint8Array): Dictionary {
  const window = Buffer.alloc(bytes.length + WINDOW_BYTES)
  window.set(bytes)
  return { ...indexDictionary(bytes), version, window }
}

/** Every dictionary of this build, by version. What a newer build packs with, the ledger has. */
export const DICTIONARIES: Dictionaries = new Map(
  [DICTIONARY_V1].map((text, index) => [index + 1, openDictionary(index + 1, Buffer.from(text))]),
)

/** New rows are packed with the newest. */
const NEWEST = DICTIONARIES.get(DICTIONARIES.size) as Dictionary

const scratch = Buffer.alloc(HEAD_BYTES + maxBlockLength(WINDOW_BYTES))

/**
 * The value's JSON as few bytes, which `unpackJson` reads without any other row.
 *
 * The dictionary's version, the JSON's length in bytes (base 128, low digits first), an LZ4 block. Keys stay in their order.
 *
 * @throws RangeError when the value has no JSON, or too long a one
 */
export function packJson(value: unknown): Buffer {
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined) throw new RangeError(`a ${typeof value} has no JSON`)
  const base = NEWEST.bytes.length
  // Each of its units becomes three bytes at most.
  if (text.length * 3 <= WINDOW_BYTES) {
    const end = pack(NEWEST.window, base + NEWEST.window.write(text, base), scratch)
    return Buffer.from(scratch.subarray(0, end))
  }
  const length = Buffer.byteLength(text)
  if (length > MAX_JSON_BYTES)
    throw new RangeError(`a JSON of ${length} bytes; at most ${MAX_JSON_BYTES} are kept in one row`)
  const window = windowFor(NEWEST, length)
  window.write(text, base)
  const out = Buffer.allocUnsafe(HEAD_BYTES + maxBlockLength(length))
  return out.subarray(0, pack(window, base + length, out))
}

function pack(window: Buffer, end: number, out: Buffer): number {
  let at = 0
  out[at++] = NEWEST.version
  let length = end - NEWEST.bytes.length
  for (; length >= 128; length >>>= 7) out[at++] = (length & 127) | 128
  out[at++] = length
  return compressBlock(NEWEST, window, end, out, at)
}

function windowFor(dictionary: Dictionary, length: number): Buffer {
  const { bytes, window } = dictionary
  if (bytes.length + length <= window.length) return window
  const larger = Buffer.allocUnsafe(bytes.length + length)
  larger.set(bytes)
  return larger
}

/** Which dictionary do these bytes need? */
export const versionOf = (packed: Uint8Array): number => packed[0] ?? 0

/**
 * The value that was packed.
 *
 * @param others  dictionaries that this build lacks, as `dictionariesFor` finds them
 * @throws        DECORUM_SCHEMA_NEWER when the dictionary is in neither, DECORUM_INTERNAL when the bytes are damaged
 */
export function unpackJson(packed: Uint8Array, others?: Dictionaries): unknown {
  const version = versionOf(packed)
  const dictionary = DICTIONARIES.get(version) ?? others?.get(version)
  if (dictionary === undefined) {
    if (version === 0) throw damaged('no version stands at their beginning')
    throw new DecorumError('DECORUM_SCHEMA_NEWER', `this build and its ledger have no dictionary ${version}`)
  }
  let at = 1
  let length = 0
  for (let shift = 0; ; shift += 7) {
    const digit = packed[at++]
    if (digit === undefined || shift > 21) throw damaged('their length is cut off')
    length |= (digit & 127) << shift
    if (digit < 128) break
  }
  if (length > MAX_JSON_BYTES || length > (packed.length - at) * MAX_RATIO)
    throw damaged('their length is not that of the rest')
  const base = dictionary.bytes.length
  const window = windowFor(dictionary, length)
  if (!decompressBlock(dictionary, packed, at, window, base + length)) throw damaged('they are cut off or altered')
  try {
    return JSON.parse(window.toString('utf8', base, base + length))
  } catch {
    // The parser's own message would repeat what stands there.
    throw damaged('what they hold is not JSON')
  }
}

const damaged = (how: string): DecorumError =>
  new DecorumError('DECORUM_INTERNAL', `packed bytes cannot be read: ${how}; restore the row from a backup`)
