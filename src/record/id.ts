import { v7 } from 'uuid'
import { takeRandomBytes } from './random-bytes.ts'

/** The last id's millisecond, and its place within it. */
const last = { msecs: 0, seq: 0 }

/**
 * What is the id of a new row?
 *
 * @returns  a uuidv7: sorts by creation within one process, takes machine time even when
 *           business time is stepped, and tells its month to tables partitioned by id
 */
export function newId(): string {
  const random = takeRandomBytes(16)
  const now = Date.now()
  if (now > last.msecs) {
    last.msecs = now
    // The highest of its 32 bits is left free, so that counting on does not run over within the millisecond.
    last.seq = random.readUInt32BE(0) >>> 1
  } else last.seq++
  return v7({ random, msecs: last.msecs, seq: last.seq })
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i

/** Can this text be an id of ours? Ask before it reaches SQL, where anything else is an error. */
export const isId = (text: string): boolean => UUID.test(text)
