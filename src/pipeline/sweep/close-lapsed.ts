import { newId } from '../../record/id.ts'
import { takeLocks, takeSequence } from '../../record/locks.ts'
import { closeLapsedHold, expireTasks, lapsedHolds, recordBrokenPromise, replanNow } from '../../record/sweep/lapses.ts'
import type { Shell } from '../shell.ts'

/**
 * Closes what has come to its end: holds with a term, promises whose day has passed, tasks nobody took.
 *
 * A promise that was kept was closed by its payment; one that is still open when its hold lapses was
 * not, and the ladder goes on from there at neutral, never firmer than before.
 */
export async function closeLapsed(shell: Shell): Promise<number> {
  const now = new Date(shell.clock.now())
  let closed = await expireTasks(shell.ledger.db, now)
  for (const hold of await lapsedHolds(shell.ledger.db, now, 200)) {
    const done = await shell.ledger.db.transaction().execute(async (opened) => {
      const trx = await takeLocks(opened, { recipients: [hold.recipientId] }, 'wait')
      const broken = hold.kind === 'promise'
      if (!(await closeLapsedHold(trx, hold.id, broken ? 'promise not kept' : 'its term ended', now))) return false
      if (broken) await recordBrokenPromise(trx, { id: newId(), hold, seq: await takeSequence(trx, hold.recipientId), now })
      await replanNow(trx, hold.recipientId, hold.accountId, now)
      return true
    })
    if (done) closed++
  }
  return closed
}
