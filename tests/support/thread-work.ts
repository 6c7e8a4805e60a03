import { readFileSync } from 'node:fs'

const LOOK_EVERY_MS = 1

/** Milliseconds of a processor that this process's main thread has had; null where the system does not tell. */
function worked(): number | null {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[0]) / 1e6
  } catch {
    return null
  }
}

/**
 * For how long was this process's main thread at work without a break, at most, while this was done?
 *
 * In processor time: what the machine gave to others in between is no work of this thread. Null where the system does not tell.
 */
export async function longestTurn<T>(work: Promise<T>): Promise<{ result: T; ms: number | null }> {
  let last = worked()
  if (last === null) return { result: await work, ms: null }
  let longest = 0
  const look = setInterval(() => {
    const now = worked() ?? 0
    longest = Math.max(longest, now - (last ?? 0))
    last = now
  }, LOOK_EVERY_MS)
  try {
    const result = await work
    longest = Math.max(longest, (worked() ?? 0) - last)
    return { result, ms: longest }
  } finally {
    clearInterval(look)
  }
}
