import { setTimeout as pause } from 'node:timers/promises'

/** PostgreSQL's class for "try the same again": serialization, deadlock, lock not available, and a connection that broke. */
const TRANSIENT = /^(40001|40P01|55P03|57P0[123]|08\w{3}|53300)$/

/** What pg says, without a code, of a connection that ended under it. */
const CONNECTION_ENDED = /^(connection terminated|client has encountered a connection error|timeout exceeded when trying to connect|cannot use a pool after)/i

/** Will the same transaction work if it is simply tried again? */
export function isTransient(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  if (typeof code !== 'string') return typeof message === 'string' && CONNECTION_ENDED.test(message)
  return TRANSIENT.test(code) || ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'].includes(code)
}

/**
 * Runs one transaction over many items so that one item cannot fail another.
 *
 * A transaction that fails on its data is split in halves down to the culprit, which
 * goes to `culprit`; deadlocks and lost connections repeat the whole, up to `tries` times, and then throw.
 */
export async function byHalves<Item, Result>(
  items: readonly Item[],
  run: (items: readonly Item[]) => Promise<readonly Result[]>,
  culprit: (item: Item, error: unknown) => Promise<readonly Result[]> | readonly Result[],
  tries = 4,
): Promise<Result[]> {
  if (items.length === 0) return []
  for (let attempt = 1; ; attempt++) {
    try {
      return [...(await run(items))]
    } catch (error) {
      if (isTransient(error)) {
        if (attempt >= tries) throw error
        await pause(20 * attempt)
        continue
      }
      if (items.length === 1) return [...(await culprit(items[0] as Item, error))]
      const middle = items.length >> 1
      return [
        ...(await byHalves(items.slice(0, middle), run, culprit, tries)),
        ...(await byHalves(items.slice(middle), run, culprit, tries)),
      ]
    }
  }
}
