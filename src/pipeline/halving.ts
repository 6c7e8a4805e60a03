import { setTimeout as pause } from 'node:timers/promises'
import { isTransient } from '../model/database-failure.ts'

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
