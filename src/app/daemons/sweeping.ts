import type { Route } from '../../model/route.ts'
import type { Shell } from '../../pipeline/shell.ts'
import { askForReceipts } from '../../pipeline/sweep/ask-for-receipts.ts'
import { lapsePermits } from '../../pipeline/permits/lapse-permits.ts'
import { applyInvented } from '../../pipeline/sweep/apply-invented.ts'
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
export async function sweepingPass(shell: Shell, doorbell: Doorbell, routes: OpenRoutes): Promise<boolean> {
  const configured: Route[] = routes.all.map((open) => open.route)
  const applied = await applyInvented(shell)
  const closed = await closeLapsed(shell)
  const doubted = (await expireLeases(shell)) + (await lapsePermits(shell))
  await ringAgain(shell, doorbell, configured, shell.config.limits.ringAgainSeconds * 1000)
  const booksOf: BooksOf = (id, live) => {
    const open = routes.find(id)
    return open === null ? null : { provider: live ? open.provider : open.testProvider, from: open.route.from }
  }
  await lookUpDoubts(shell, booksOf)
  await askForReceipts(shell, booksOf)
  await endSilentCalls(shell)
  return applied + closed + doubted > 0
}
