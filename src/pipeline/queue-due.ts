import { randomUUID } from 'node:crypto'
import { largestWeight, type Route } from '../model/route.ts'
import type { Doorbell } from '../queue/doorbell.ts'
import { type ClaimCursor, claimDue, queueDepth } from '../record/claim.ts'
import type { SwitchBoard } from './dispatch/switch-board.ts'
import type { Runtime } from './runtime.ts'

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
  runtime: Runtime,
  doorbell: Doorbell,
  switches: SwitchBoard,
  route: Pick<Route, 'id' | 'channel' | 'rate'>,
): Promise<number> {
  if (switches.blocksQueueing(route.id, route.channel)) return 0
  const paced = atShareOfRate(route, switches.shareOfRoute(route.id, route.channel))
  const depth = depthOf(paced)
  let room = depth - (await queueDepth(runtime.ledger.db, route.id))
  let after: ClaimCursor | null = null
  let queued = 0
  while (room > 0) {
    const ringSize = ringSizeOf(paced)
    const limit = Math.min(room, CLAIM)
    const rings = Array.from({ length: Math.ceil(limit / ringSize) }, () => randomUUID())
    const claimed = await claimDue(runtime.ledger.db, {
      route: route.id,
      now: new Date(runtime.clock.now()),
      limit,
      ringSize,
      rings,
      after,
    })
    await ringAll(doorbell, route.id, claimed)
    queued += claimed.length
    room -= claimed.length
    if (claimed.length < limit) break
    const last = claimed.reduce((a, b) =>
      b.nextAt > a.nextAt || (b.nextAt.getTime() === a.nextAt.getTime() && b.id > a.id) ? b : a,
    )
    after = { nextAt: last.nextAt, id: last.id }
  }
  return queued
}

/** Rings once for each ring among these reminders; a ring that fails is repaired by the sweep. */
export async function ringAll(
  doorbell: Doorbell,
  route: string,
  reminders: readonly { id: string; ring: string }[],
): Promise<void> {
  const rings = new Map<string, string[]>()
  for (const { id, ring } of reminders) {
    const ids = rings.get(ring)
    if (ids === undefined) rings.set(ring, [id])
    else ids.push(id)
  }
  await Promise.all([...rings].map(([ring, reminderIds]) => doorbell.ring(route, { ring, reminderIds })))
}

/** What of a route these sizes are made from. */
type Paced = Pick<Route, 'channel' | 'rate'>

/** How many reminders one ticket carries: 1 to 50, and at most a fifth of a second of the route's rate, however many segments they come to. */
export const ringSizeOf = (route: Paced): number =>
  Math.max(1, Math.min(50, Math.floor(route.rate.perSecond / 5 / largestWeight(route))))

/** How many reminders may be queued on a route at once: about five seconds of its rate. */
const depthOf = (route: Pick<Route, 'rate'>): number => Math.max(1, Math.ceil(route.rate.perSecond * 5))

/** The route as it is while a switch slows all of it to this share, in percent. */
export const atShareOfRate = <R extends Pick<Route, 'rate'>>(route: R, share: number): R =>
  share === 100 ? route : { ...route, rate: { ...route.rate, perSecond: (route.rate.perSecond * share) / 100 } }
