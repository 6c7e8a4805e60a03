import { ExponentialBackoff, handleWhen, retry } from 'cockatiel'
import { isTransient } from '../model/database-failure.ts'

/** A deadlock is gone at the next try; a lost connection is usually replaced within a tenth of a second. */
const transient = retry(handleWhen(isTransient), {
  maxAttempts: 3,
  backoff: new ExponentialBackoff({ initialDelay: 20, maxDelay: 200 }),
})

/**
 * Runs one transaction over many items so that one item cannot fail another.
 *
 * A transaction that fails on its data is bisected down to the poisoned item, which goes to
 * `onPoisonedItem`; the others are committed. Deadlocks and lost connections repeat the whole
 * transaction, up to four tries in all.
 *
 * @param run           one transaction over these items: all of it or nothing
 * @param concernsAll   further errors that no single item causes; not retried here
 * @returns             the results of all transactions and poisoned items, in the order of the items
 * @throws errors that no single item causes; transactions before them have been committed
 */
export async function runBisecting<Item, Result>(
  items: readonly Item[],
  run: (items: readonly Item[]) => Promise<readonly Result[]>,
  onPoisonedItem: (item: Item, error: unknown) => Promise<readonly Result[]> | readonly Result[],
  concernsAll: (error: unknown) => boolean = () => false,
): Promise<Result[]> {
  if (items.length === 0) return []
  try {
    return [...(await transient.execute(() => run(items)))]
  } catch (error) {
    if (isTransient(error) || concernsAll(error)) throw error
    if (items.length === 1) return [...(await onPoisonedItem(items[0] as Item, error))]
    const middle = items.length >> 1
    return [
      ...(await runBisecting(items.slice(0, middle), run, onPoisonedItem, concernsAll)),
      ...(await runBisecting(items.slice(middle), run, onPoisonedItem, concernsAll)),
    ]
  }
}
