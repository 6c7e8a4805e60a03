import { lapseOf } from '../../plan/lapse.ts'
import { newId } from '../../record/id.ts'
import { takeLocks, takeSequence } from '../../record/locks.ts'
import { closeLapsedHold, expireTasks, lapsedHolds, recordBrokenPromise, replanNow } from '../../record/sweep/lapses.ts'
import type { Shell } from '../shell.ts'

/** Closes what has come to its end: holds with a term, promises whose day has passed (see `lapseOf`), tasks nobody took. */
export async function closeLapsed(shell: Shell): Promise<number> {
  const now = new Date(shell.clock.now())
  let closed = await expireTasks(shell.ledger.db, now)
  for (const hold of await lapsedHolds(shell.ledger.db, now, 200)) {
    const done = await shell.ledger.db.transaction().execute(async (opened) => {
      const trx = await takeLocks(opened, { recipients: [hold.recipientId] }, 'wait')
      const lapse = lapseOf({ kind: hold.kind, account: hold.accountId, until: hold.endsAt.getTime() }, now.getTime())
      if (lapse === null || !(await closeLapsedHold(trx, hold.id, lapse.endReason, now))) return false
      if (lapse.event !== null) await recordBrokenPromise(trx, { id: newId(), hold, event: lapse.event, seq: await takeSequence(trx, hold.recipientId), now })
      await replanNow(trx, hold.recipientId, lapse.replan.account, now)
      return true
    })
    if (done) closed++
  }
  return closed
}
