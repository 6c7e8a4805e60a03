import { wakePerson } from '../../record/accepting/waiting-reminders.ts'
import { takeLocks } from '../../record/locks.ts'
import { overduePermits, putPermitInDoubt } from '../../record/permits/permits.ts'
import type { Shell } from '../shell.ts'

/**
 * Puts in doubt every permit whose time is over and of which nobody said what came.
 *
 * The call may have been made: it counts from now on as the worst it may have been, until somebody says otherwise.
 */
export async function lapsePermits(shell: Shell): Promise<number> {
  const now = new Date(shell.clock.now())
  let lapsed = 0
  for (const permit of await overduePermits(shell.ledger.db, now, 200)) {
    const done = await shell.ledger.db.transaction().execute(async (opened) => {
      const trx = await takeLocks(opened, { recipients: [permit.recipientId] }, 'wait')
      if (!(await putPermitInDoubt(trx, permit.id, now))) return false
      await wakePerson(trx, permit.recipientId, now)
      return true
    })
    if (!done) continue
    lapsed++
    shell.log.warn({ event: 'permit.doubted', permit: permit.id }, 'permit in doubt: its call was never settled')
  }
  return lapsed
}
