import { randomUUID } from 'node:crypto'
import { policyOf } from '../../src/services/packs-in-force.ts'
import { buildProvider } from '../../src/app/open-routes.ts'
import { memoryRateGate } from '../../src/deliver/rate-gate.ts'
import { DISPATCH_LIMITS, type DispatchContext } from '../../src/pipeline/dispatch/dispatch-context.ts'
import { SwitchBoard } from '../../src/pipeline/dispatch/switch-board.ts'
import type { Runtime } from '../../src/pipeline/runtime.ts'
import type { Ticket } from '../../src/queue/doorbell.ts'
import { claimDue } from '../../src/record/claim.ts'

/** Takes so many reminders of a route that are due, as tickets of this size that nobody is rung for. */
export async function claimTickets(runtime: Runtime, route: string, batch: number, count: number): Promise<Ticket[]> {
  const rings = Array.from({ length: Math.ceil(count / batch) }, () => randomUUID())
  const claimed = await claimDue(runtime.ledger.db, {
    route,
    now: new Date(runtime.clock.now()),
    limit: count,
    ringSize: batch,
    rings,
    after: null,
  })
  return rings.map((ring) => ({ ring, reminderIds: claimed.filter((row) => row.ring === ring).map((row) => row.id) }))
}

/** The desk of the SMS route, with no worker at it. */
export function benchDesk(runtime: Runtime): DispatchContext {
  const route = runtime.config.routes.find((r) => r.id === 'sms-main')
  if (route === undefined) throw new TypeError('the shipped configuration has no route sms-main')
  const provider = buildProvider(route, {
    publicUrl: runtime.config.publicUrl,
    keep: () => Promise.reject(new Error('nothing is captured here')),
  })
  return {
    route,
    provider,
    testProvider: provider,
    gate: memoryRateGate(route.id, { perSecond: route.rate.perSecond, largestWeight: 4 }),
    packs: policyOf(runtime.config),
    switches: new SwitchBoard(runtime),
    worker: 'bench',
    clockCertain: () => true,
    optOutUrl: () => null,
    limits: DISPATCH_LIMITS,
  }
}
