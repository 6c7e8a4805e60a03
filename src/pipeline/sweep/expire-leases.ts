import { takeLocks } from '../../record/locks.ts'
import { overdueLeases, putInDoubt } from '../../record/sweep/doubts.ts'
import { noteReminders } from '../notify/note-reminders.ts'
import type { Shell } from '../shell.ts'

/**
 * Puts in doubt every attempt whose worker did not settle it within its lease.
 *
 * The worker may have died before the call, in it or after it: nobody knows. It counts as used from
 * now on and is never sent again by itself. Several sweepers at once are harmless: the update is guarded.
 */
export async function expireLeases(shell: Shell): Promise<number> {
  let doubted = 0
  for (const attempt of await overdueLeases(shell.ledger.db, 200)) {
    const done = await shell.ledger.db.transaction().execute(async (opened) => {
      const trx = await takeLocks(opened, { recipients: [attempt.recipientId] }, 'wait')
      const now = shell.clock.now()
      if (!(await putInDoubt(trx, attempt.reminderId, attempt.attemptNo, new Date(now)))) return false
      await noteReminders(shell, trx, [{ ...attempt, code: 'lease_expired' }], now)
      return true
    })
    if (!done) continue
    doubted++
    shell.log.warn({ event: 'attempt.doubted', reminder: attempt.reminderId, attempt: attempt.attemptNo }, 'attempt in doubt: no result within its lease')
  }
  return doubted
}
