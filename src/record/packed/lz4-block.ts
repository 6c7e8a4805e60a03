/**
 * LZ4 blocks with a dictionary, as its block format 1.6 describes them; any LZ4 that takes a dictionary reads them.
 *
 * Why not zlib: each of its calls makes a stream and hashes the dictionary again, 30 µs for a text of 1 kB, where this
 * takes 4 µs with the dictionary hashed once for all. zstd with a dictionary needs a newer Node than 20.
 */
export interface BlockDictionary {
  readonly bytes: Uint8Array
  /** By hash: one more than the last place with it; 0: none. */
  readonly last: Uint16Array
  /** By place: one more than the place before it with the same hash; 0: none. */
  readonly before: Uint16Array
}

const MIN_MATCH = 4
/** The last bytes of a block are literals, and no match begins shortly before its end: so the format says. */
const LAST_LITERALS = 5
const MATCH_MARGIN = 12
const MAX_DISTANCE = 65_535

const DICTIONARY_HASH_BITS = 13
const OWN_HASH_BITS = 10
/** So many places of the dictionary are compared at most; a match of this length is not improved on. */
const MAX_CANDIDATES = 24
const LONG_ENOUGH = 48

/** Places in the block being made, by hash; kept so that none is allocated for each block. */
const own = new Int32Array(1 << OWN_HASH_BITS)

const sequenceAt = (bytes: Uint8Array, at: number): number =>
  (bytes[at] as number) |
  ((bytes[at + 1] as number) << 8) |
  ((bytes[at + 2] as number) << 16) |
  ((bytes[at + 3] as number) << 24)

/** Multiplied with 2^32 / golden ratio; its upper bits are the hash. */
const spread = (sequence: number): number => Math.imul(sequence, -1_640_531_535)

/**
 * Finds every sequence of the dictionary once.
 *
 * @throws RangeError when it is too long for its end to be reached from a block
 */
export function indexDictionary(bytes: Uint8Array): BlockDictionary {
  if (bytes.length >= MAX_DISTANCE / 2) throw new RangeError(`a dictionary has at most ${MAX_DISTANCE / 2} bytes`)
  const last = new Uint16Array(1 << DICTIONARY_HASH_BITS)
  const before = new Uint16Array(bytes.length)
  for (let at = 0; at + MIN_MATCH <= bytes.length; at += 1) {
    const hash = spread(sequenceAt(bytes, at)) >>> (32 - DICTIONARY_HASH_BITS)
    before[at] = last[hash] as number
    last[hash] = at + 1
  }
  return { bytes, last, before }
}

/** How long can the block of so many bytes become? */
export const maxBlockLength = (length: number): number => length + Math.ceil(length / 255) + 16

/**
 * Writes the block of `window` from the dictionary's end to `end` into `out` at `start`.
 *
 * @param window  the dictionary's bytes, and directly after them what is compressed
 * @param out     with room for `maxBlockLength`
 * @returns       the block's end in `out`
 */
export function compressBlock(
  dictionary: BlockDictionary,
  window: Uint8Array,
  end: number,
  out: Uint8Array,
  start: number,
): number {
  const { last, before } = dictionary
  const base = dictionary.bytes.length
  const matchEnd = end - LAST_LITERALS
  const lastMatch = end - MATCH_MARGIN
  let to = start
  let anchor = base
  let at = base
  own.fill(0)
  while (at <= lastMatch) {
    const hash = spread(sequenceAt(window, at))
    const floor = at - MAX_DISTANCE
    let length = MIN_MATCH - 1
    let from = -1
    const slot = hash >>> (32 - OWN_HASH_BITS)
    const near = (own[slot] as number) - 1
    own[slot] = at + 1
    if (near >= 0 && near >= floor) {
      const found = matchLength(window, near, at, matchEnd)
      if (found > length) {
        length = found
        from = near
      }
    }
    let next = floor >= base ? 0 : (last[hash >>> (32 - DICTIONARY_HASH_BITS)] as number)
    for (let tries = MAX_CANDIDATES; next !== 0 && tries > 0 && length < LONG_ENOUGH; tries -= 1) {
      const place = next - 1
      next = before[place] as number
      // A longer match has this byte too; comparing it first spares most of the comparisons.
      if (place < floor || window[place + length] !== window[at + length]) continue
      const found = matchLength(window, place, at, matchEnd)
      if (found > length) {
        length = found
        from = place
      }
    }
    if (from < 0) at += 1
    else {
      to = writeSequence(window, anchor, at, out, to, length - MIN_MATCH, at - from)
      at += length
      anchor = at
    }
  }
  return writeLiterals(window, anchor, end, out, to, 0)
}

function matchLength(window: Uint8Array, place: number, at: number, end: number): number {
  const most = end - at
  let length = 0
  while (length < most && window[place + length] === window[at + length]) length += 1
  return length
}

function writeSequence(
  window: Uint8Array,
  anchor: number,
  at: number,
  out: Uint8Array,
  start: number,
  length: number,
  distance: number,
): number {
  let to = writeLiterals(window, anchor, at, out, start, length < 15 ? length : 15)
  out[to++] = distance & 255
  out[to++] = distance >>> 8
  return length < 15 ? to : writeRest(length - 15, out, to)
}

/** A sequence's first byte and its literals. */
function writeLiterals(
  window: Uint8Array,
  anchor: number,
  at: number,
  out: Uint8Array,
  start: number,
  lower: number,
): number {
  const literals = at - anchor
  let to = start + 1
  out[start] = ((literals < 15 ? literals : 15) << 4) | lower
  if (literals >= 15) to = writeRest(literals - 15, out, to)
  for (let i = anchor; i < at; i += 1) out[to++] = window[i] as number
  return to
}

function writeRest(rest: number, out: Uint8Array, start: number): number {
  let to = start
  let left = rest
  for (; left >= 255; left -= 255) out[to++] = 255
  out[to++] = left
  return to
}

/**
 * Reads the block in `block` from `start` to its end into `window` after the dictionary.
 *
 * Each step reads a byte or more of the block, so that damaged bytes end too.
 *
 * @param end  where what is read must end in `window`
 * @returns    false: the block is damaged, or another length
 */
export function decompressBlock(
  dictionary: Pick<BlockDictionary, 'bytes'>,
  block: Uint8Array,
  start: number,
  window: Uint8Array,
  end: number,
): boolean {
  let from = start
  let to = dictionary.bytes.length
  while (from < block.length) {
    const token = block[from++] as number
    let literals = token >>> 4
    if (literals === 15) {
      let more: number
      do {
        if (from >= block.length) return false
        more = block[from++] as number
        literals += more
      } while (more === 255)
    }
    if (from + literals > block.length || to + literals > end) return false
    for (const upTo = from + literals; from < upTo; from += 1) window[to++] = block[from] as number
    if (from === block.length) return to === end && (token & 15) === 0
    if (from + 2 > block.length) return false
    const place = to - ((block[from] as number) | ((block[from + 1] as number) << 8))
    from += 2
    let length = (token & 15) + MIN_MATCH
    if ((token & 15) === 15) {
      let more: number
      do {
        if (from >= block.length) return false
        more = block[from++] as number
        length += more
      } while (more === 255)
    }
    if (place === to || place < 0 || to + length > end) return false
    // Byte by byte: where a match overlaps what it makes, it repeats it.
    for (let i = 0; i < length; i += 1) window[to + i] = window[place + i] as number
    to += length
  }
  return false
}
