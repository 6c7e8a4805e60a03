import type { Route } from '../../model/route.ts'
import type { Shell } from '../../pipeline/shell.ts'
import { askForReceipts } from '../../pipeline/sweep/ask-for-receipts.ts'
import { forgetNotices } from '../../pipeline/retention/forget-notices.ts'
import { forgetReplies } from '../../pipeline/retention/forget-replies.ts'
import { lapsePermits } from '../../pipeline/permits/lapse-permits.ts'
import { applyInvented } from '../../pipeline/sweep/apply-invented.ts'
import { withdrawStopped } from '../../pipeline/tasks/under-switches.ts'
import { closeLapsed } from '../../pipeline/sweep/close-lapsed.ts'
import { endSilentCalls } from '../../pipeline/sweep/end-silent-calls.ts'
import { expireLeases } from '../../pipeline/sweep/expire-leases.ts'
import { lookUpDoubts, type BooksOf } from '../../pipeline/sweep/look-up-doubts.ts'
import { ringAgain } from '../../pipeline/sweep/ring-again.ts'
import type { Doorbell } from '../../queue/doorbell.ts'
import type { OpenRoutes } from '../routes.ts'

/**
 * One pass of the sweeper: whatever was lost, left or forgotten on the way is picked up.
 *
 * Every step is guarded in the ledger, so that several sweepers at once do no harm.
 *
 * @returns  true when there is more to do at once
 */
export async function sweepingPass(shell: Shell, doorbell: Doorbell, routes: OpenRoutes, clockCertain: boolean): Promise<boolean> {
  const configured: Route[] = routes.all.map((open) => open.route)
  const closed = clockCertain ? await closeWhatIsOver(shell) : 0
  const doubted = await expireLeases(shell)
  await ringAgain(shell, doorbell, configured, shell.config.limits.ringAgainSeconds * 1000)
  const booksOf: BooksOf = (id, live) => {
    const open = routes.find(id)
    return open === null ? null : { provider: live ? open.provider : open.testProvider, from: open.route.from }
  }
  await lookUpDoubts(shell, booksOf)
  await askForReceipts(shell, booksOf)
  const old = clockCertain && [await forgetNotices(shell), await forgetReplies(shell)].includes(true)
  return closed + doubted > 0 || old
}

/** What ends by business time: under a clock that was stepped, promises would be broken and tasks expire that are not. */
async function closeWhatIsOver(shell: Shell): Promise<number> {
  return (await applyInvented(shell)) + (await closeLapsed(shell)) + (await lapsePermits(shell)) + (await endSilentCalls(shell)) + (await withdrawStopped(shell))
}
