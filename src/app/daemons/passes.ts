import { captureProvider } from '../../deliver/capture.ts'
import { memoryRateGate } from '../../deliver/rate-gate.ts'
import { openWebhook } from '../../deliver/webhook.ts'
import { failureForLog } from '../../model/log-events.ts'
import type { Route } from '../../model/route.ts'
import type { Channel } from '../../model/vocabulary.ts'
import type { DispatchContext } from '../../pipeline/dispatch/dispatch-context.ts'
import { Dispatcher } from '../../pipeline/dispatch/dispatcher.ts'
import { reserve } from '../../pipeline/dispatch/reserve.ts'
import type { SwitchBoard } from '../../pipeline/dispatch/switch-board.ts'
import { EndpointNotifier } from '../../pipeline/notify.ts'
import { planDue } from '../../pipeline/plan-due.ts'
import { queueDue } from '../../pipeline/queue-due.ts'
import { purgeNotices, purgeReplies } from '../../pipeline/retention.ts'
import { NO_ROUTE } from '../../pipeline/routing.ts'
import type { Runtime } from '../../pipeline/runtime.ts'
import { pollReceipts, type ProviderFor, lookUpDoubts } from '../../pipeline/sweep/doubts.ts'
import {
  applyInventedReceipts,
  closeLapsed,
  endSilentCalls,
  expireLeases,
  lapsePermits,
  ringAgain,
} from '../../pipeline/sweep/lapses.ts'
import { withdrawStopped } from '../../pipeline/switches.ts'
import type { Doorbell, Listener } from '../../queue/doorbell.ts'
import { routesDue } from '../../record/claim.ts'
import type { OpenRoute, OpenRoutes } from '../open-routes.ts'

/**
 * One pass of the sweeper: expires, rings again and looks up what was left unfinished.
 *
 * Every step is guarded in the ledger, so that several sweepers may run at once.
 *
 * @returns  true when there is more to do at once
 */
export async function sweepingPass(
  runtime: Runtime,
  doorbell: Doorbell,
  routes: OpenRoutes,
  clockCertain: boolean,
): Promise<boolean> {
  const configured: Route[] = routes.all.map((open) => open.route)
  const closed = clockCertain ? await closeExpired(runtime) : 0
  const doubted = await expireLeases(runtime)
  await ringAgain(runtime, doorbell, configured, runtime.config.limits.ringAgainSeconds * 1000)
  const providerFor: ProviderFor = (id, live) => {
    const open = routes.find(id)
    return open === null ? null : { provider: live ? open.provider : open.testProvider, from: open.route.from }
  }
  await lookUpDoubts(runtime, providerFor)
  await pollReceipts(runtime, providerFor)
  const old = clockCertain && [await purgeNotices(runtime), await purgeReplies(runtime)].includes(true)
  return closed + doubted > 0 || old
}

/** What ends by business time. Not under a stepped clock, which would break promises to pay and expire tasks too early. */
async function closeExpired(runtime: Runtime): Promise<number> {
  return (
    (await applyInventedReceipts(runtime)) +
    (await closeLapsed(runtime)) +
    (await lapsePermits(runtime)) +
    (await endSilentCalls(runtime)) +
    (await withdrawStopped(runtime))
  )
}

/** One notifier for each endpoint under `webhooks:`, so that a slow endpoint does not delay the others. */
export const openNotifiers = (runtime: Runtime): EndpointNotifier[] =>
  runtime.config.webhooks.map((webhook) => new EndpointNotifier(runtime, openWebhook(webhook), Math.random))

/** One pass over all endpoints; true when there is more to do at once. */
export async function notifyingPass(notifiers: readonly EndpointNotifier[]): Promise<boolean> {
  const more = await Promise.all(notifiers.map((notifier) => notifier.pass()))
  return more.includes(true)
}

/** Accounts planned in one pass. */
const ACCOUNTS = 200

/**
 * One pass of the planner: what falls due is planned, what is due is queued.
 *
 * @returns  true when there is more to do at once
 */
export async function planningPass(
  runtime: Runtime,
  doorbell: Doorbell,
  switches: SwitchBoard,
  routes: readonly Route[],
  refusing: DispatchContext,
): Promise<boolean> {
  const planned = await planDue(runtime, ACCOUNTS, refusing.packs)
  const due = await routesDue(
    runtime.ledger.db,
    [...routes, refusing.route].map((route) => route.id),
    new Date(runtime.clock.now()),
  )
  let queued = 0
  for (const route of routes) if (due.has(route.id)) queued += await queueDue(runtime, doorbell, switches, route)
  if (due.has(refusing.route.id))
    queued += await queueDue(runtime, refusingDoorbell(runtime, refusing), switches, refusing.route)
  return planned.recipients > 0 || queued > 0
}

/**
 * The dispatch context of reminders that no route serves: they are decided like all others, refused as
 * `route_not_eligible`, and never given to a provider.
 */
export function refusingContext(
  context: Pick<DispatchContext, 'packs' | 'switches' | 'worker' | 'clockCertain' | 'limits'>,
): DispatchContext {
  const route: Route = {
    id: NO_ROUTE,
    channel: 'email',
    provider: 'capture',
    from: NO_ROUTE,
    rate: { perSecond: 250 },
    serves: {},
    settings: { seed: 1 },
  }
  const unused = captureProvider('email', { seed: 1 }, () => {
    throw new Error('a reminder without a route was sent')
  })
  return {
    ...context,
    route,
    provider: unused,
    testProvider: unused,
    optOutUrl: () => null,
    gate: memoryRateGate(NO_ROUTE, { perSecond: route.rate.perSecond, largestWeight: 1 }),
  }
}

/** A doorbell that reserves inline instead of queueing. */
const refusingDoorbell = (runtime: Runtime, context: DispatchContext): Doorbell => ({
  async ring(_route, ticket) {
    await reserve(runtime, context, ticket)
    return true
  },
  listen: () => Promise.reject(new Error('reminders without a route are not queued')),
  check: async () => null,
  close: async () => {},
})

/** Tickets of one route processed at once; each only until its calls have begun. */
const TICKETS_AT_ONCE = 4

/** A dispatch worker: listens on every route of one channel. */
export interface DispatchWorker {
  readonly channel: Channel
  /** Resolves when no call is in progress or unsettled. */
  idle(): Promise<void>
  stop(): Promise<void>
  abort(): Promise<void>
}

export async function startDispatching(
  runtime: Runtime,
  channel: Channel,
  routes: readonly OpenRoute[],
  doorbell: Doorbell,
  contextOf: (open: OpenRoute) => DispatchContext,
): Promise<DispatchWorker> {
  const open = routes.filter((r) => r.route.channel === channel)
  const dispatchers = open.map((r) => new Dispatcher(runtime, contextOf(r), r.breaker))
  const unwatch = open.map((r) =>
    r.breaker.onChange((state) => {
      const route = r.route.id
      if (state === 'open')
        runtime.log.error({ event: 'breaker.opened', route }, 'breaker opened: no calls to the provider for now')
      else if (state === 'half-open')
        runtime.log.info({ event: 'breaker.half_opened', route }, 'breaker half open: trying one call')
      else runtime.log.info({ event: 'breaker.closed', route }, 'breaker closed: calls go to the provider again')
    }),
  )
  const listeners: Listener[] = await Promise.all(
    dispatchers.map((dispatcher) =>
      doorbell.listen(dispatcher.route, TICKETS_AT_ONCE, async (ticket) => {
        try {
          await dispatcher.answer(ticket)
        } catch (error) {
          runtime.log.error(
            { event: 'ticket.failed', route: dispatcher.route, ...failureForLog(error) },
            'ticket not dispatched; its reminders stay queued until the sweep rings them again',
          )
        }
      }),
    ),
  )
  return {
    channel,
    async idle() {
      for (const dispatcher of dispatchers) await dispatcher.idle()
    },
    async stop() {
      // Together: a ticket may be waiting for a rate slot, which only its dispatcher's stop ends.
      await Promise.all([...listeners.map((l) => l.stop()), ...dispatchers.map((d) => d.stop())])
      // A ticket that ended meanwhile may have started a call.
      for (const dispatcher of dispatchers) await dispatcher.stop()
      for (const stop of unwatch) stop()
    },
    async abort() {
      for (const dispatcher of dispatchers) dispatcher.abort()
      await Promise.all(listeners.map((l) => l.abort()))
    },
  }
}
