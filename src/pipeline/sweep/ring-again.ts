import { randomUUID } from 'node:crypto'
import type { Doorbell } from '../../queue/doorbell.ts'
import { lostRings } from '../../record/sweep/rings.ts'
import { ringSizeOf } from '../ring-size.ts'
import type { Shell } from '../shell.ts'
import type { Route } from '../../model/route.ts'
import { ringAll } from '../ring-all.ts'

const LIMIT = 500

/**
 * Rings again for reminders whose ticket was lost: Redis was flushed, a worker died, an add never arrived.
 *
 * @param lostAfterMs  machine time for which a reminder has been queued
 */
export async function ringAgain(
  shell: Shell, doorbell: Doorbell, routes: readonly Pick<Route, 'id' | 'channel' | 'rate'>[], lostAfterMs: number,
): Promise<number> {
  let rung = 0
  for (const route of routes) {
    const ringSize = ringSizeOf(route)
    const rings = Array.from({ length: Math.ceil(LIMIT / ringSize) }, () => randomUUID())
    const lost = await lostRings(shell.ledger.db, { route: route.id, olderThanMs: lostAfterMs, limit: LIMIT, ringSize, rings })
    if (lost.length > 0) shell.log.info({ event: 'reminders.requeued', route: route.id, reminders: lost.length }, 'reminders queued for too long, rung again')
    await ringAll(doorbell, route.id, lost)
    rung += lost.length
  }
  return rung
}
