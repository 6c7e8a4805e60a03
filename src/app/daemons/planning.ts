import { memoryRateGate } from '../../deliver/rate-gate-memory.ts'
import { captureProvider } from '../../deliver/capture/capture.ts'
import type { Route } from '../../model/route.ts'
import { queueDue } from '../../pipeline/claim-due.ts'
import type { Desk } from '../../pipeline/dispatch/desk.ts'
import { reserve } from '../../pipeline/dispatch/reserve.ts'
import type { SwitchBoard } from '../../pipeline/dispatch/switch-board.ts'
import { NO_ROUTE } from '../../pipeline/no-route.ts'
import { planDue } from '../../pipeline/plan-due.ts'
import type { Shell } from '../../pipeline/shell.ts'
import { routesDue } from '../../record/planning/claim.ts'
import type { Doorbell } from '../../queue/doorbell.ts'

/** Accounts looked at in one pass. */
const ACCOUNTS = 200

/**
 * One pass of the planner: what falls due is planned, what is due is queued.
 *
 * @returns  true when there is more to do at once
 */
export async function planningPass(
  shell: Shell, doorbell: Doorbell, switches: SwitchBoard, routes: readonly Route[], refusing: Desk,
): Promise<boolean> {
  const planned = await planDue(shell, ACCOUNTS, refusing.packs)
  const due = await routesDue(shell.ledger.db, [...routes, refusing.route].map((route) => route.id), new Date(shell.clock.now()))
  let queued = 0
  for (const route of routes) if (due.has(route.id)) queued += await queueDue(shell, doorbell, switches, route)
  if (due.has(refusing.route.id)) queued += await queueDue(shell, refusingBell(shell, refusing), switches, refusing.route)
  return planned.people > 0 || queued > 0
}

/**
 * The desk for reminders that no route serves: decided like all others, refused as
 * `route_not_eligible`, and never given to a provider.
 */
export function refusingDesk(desk: Pick<Desk, 'packs' | 'switches' | 'worker' | 'clockCertain' | 'limits'>): Desk {
  const route: Route = { id: NO_ROUTE, channel: 'email', provider: 'capture', from: NO_ROUTE, rate: { perSecond: 250 }, serves: {}, settings: { seed: 1 } }
  const nobody = captureProvider('email', { seed: 1 }, () => {
    throw new Error('a reminder without a route was sent')
  })
  return {
    ...desk, route, provider: nobody, testProvider: nobody, optOutUrl: () => null,
    gate: memoryRateGate(NO_ROUTE, { perSecond: route.rate.perSecond, largestWeight: 1 }),
  }
}

/** Rings nobody: decides on the spot. */
const refusingBell = (shell: Shell, desk: Desk): Doorbell => ({
  async ring(_route, ticket) {
    await reserve(shell, desk, ticket)
    return true
  },
  listen: () => Promise.reject(new Error('reminders without a route are not queued')),
  check: async () => null,
  close: async () => {},
})
