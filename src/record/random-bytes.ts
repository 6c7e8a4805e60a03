import { randomFillSync } from 'node:crypto'

const POOL_BYTES = 8 * 1024

const pool = Buffer.alloc(POOL_BYTES)
let used = POOL_BYTES

/**
 * What are `count` bytes that nobody can guess?
 *
 * From the operating system as `crypto.randomBytes` takes them, but many at once: an import needs four
 * ids, three IVs and a key for each account, and asking for each by itself cost more than encrypting with it.
 * What was handed out is wiped from the pool, since some of it becomes keys.
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
