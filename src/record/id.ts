import { randomFillSync } from 'node:crypto'
import { v7 } from 'uuid'

/** The last id's millisecond, and its sequence number within it. */
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
    // The highest of 32 bits is left free, so that incrementing does not overflow within the millisecond.
    last.seq = random.readUInt32BE(0) >>> 1
  } else last.seq++
  return v7({ random, msecs: last.msecs, seq: last.seq })
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i

/** Can this text be an id of ours? Ask before it reaches SQL, where anything else is an error. */
export const isId = (text: string): boolean => UUID.test(text)

const POOL_BYTES = 8 * 1024

const pool = Buffer.alloc(POOL_BYTES)
let used = POOL_BYTES

/**
 * Returns `count` cryptographically secure random bytes.
 *
 * From the operating system, as `crypto.randomBytes`, but many at once: an import needs four ids, three IVs
 * and a key for each account, and a call for each cost more than encrypting with it. Bytes that were handed
 * out are wiped from the pool, since some of them become keys.
 */
export function takeRandomBytes(count: number): Buffer {
  if (used + count > POOL_BYTES) {
    randomFillSync(pool)
    used = 0
  }
  const taken = Buffer.from(pool.subarray(used, used + count))
  pool.fill(0, used, used + count)
  used += count
  return taken
}
