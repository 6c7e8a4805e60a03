import { randomUUID } from 'node:crypto'
import type { Doorbell } from '../queue/doorbell.ts'
import type { Route } from '../model/route.ts'
import { claimDue, queueDepth, type ClaimCursor } from '../record/planning/claim.ts'
import type { SwitchBoard } from './dispatch/switch-board.ts'
import { ringAll } from './ring-all.ts'
import { atShareOfRate, depthOf, ringSizeOf } from './ring-size.ts'
import type { Shell } from './shell.ts'

/** Rows of one claim; several claims make a pass. */
const CLAIM = 500

/**
 * Queues what is due on a route, up to about five seconds of its rate, and rings.
 *
 * However much is due (a window opens on 100,000 waiting reminders), the queue stays short: the
 * rest waits in the ledger, and Redis stays flat. The rows are committed as `queued` before the
 * ring, so a ring that is lost is found by the sweep.
 *
 * @returns  how many were queued
 */
export async function queueDue(
  shell: Shell, doorbell: Doorbell, switches: SwitchBoard, route: Pick<Route, 'id' | 'channel' | 'rate'>,
): Promise<number> {
  if (switches.takesNothingNew(route.id, route.channel)) return 0
  const paced = atShareOfRate(route, switches.shareOfRoute(route.id, route.channel))
  const depth = depthOf(paced)
  let room = depth - (await queueDepth(shell.ledger.db, route.id, depth))
  let after: ClaimCursor | null = null
  let queued = 0
  while (room > 0) {
    const ringSize = ringSizeOf(paced)
    const limit = Math.min(room, CLAIM)
    const rings = Array.from({ length: Math.ceil(limit / ringSize) }, () => randomUUID())
    const claimed = await claimDue(shell.ledger.db, { route: route.id, now: new Date(shell.clock.now()), limit, ringSize, rings, after })
    await ringAll(doorbell, route.id, claimed)
    queued += claimed.length
    room -= claimed.length
    if (claimed.length < limit) break
    const last = claimed.reduce((a, b) => (b.nextAt > a.nextAt || (b.nextAt.getTime() === a.nextAt.getTime() && b.id > a.id) ? b : a))
    after = { nextAt: last.nextAt, id: last.id }
  }
  return queued
}
