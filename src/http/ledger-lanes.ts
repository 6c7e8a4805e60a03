import type { RouteHandlerMethod } from 'fastify'
import pLimit from 'p-limit'
import type { App } from '../app/app.ts'
import { DecorumError } from '../model/errors.ts'
import type { Api } from './openapi.ts'

/** Whose requests these are: callers with keys, or providers and recipients. A flood of one leaves the other its connections. */
type Lane = 'keys' | 'callbacks'

interface LaneBounds {
  /** Of the connections to the ledger, how many its requests may hold at once. */
  share: number
  /** Requests that may wait for each connection of the pool. Beyond this, clients time out before they are served. */
  waiting: number
}

const BOUNDS: Readonly<Record<Lane, LaneBounds>> = {
  keys: { share: 3 / 4, waiting: 4 },
  // Providers rarely retry callbacks, so callbacks get a larger allowance.
  callbacks: { share: 1 / 2, waiting: 16 },
}

/** Which lane do requests of this route take? Null: they ask the ledger for nothing, or bound themselves. */
function laneOf(url: string): Lane | null {
  if (url.startsWith('/hooks/') || url.startsWith('/u/')) return 'callbacks'
  return url.startsWith('/v1/') && !url.endsWith('::import') ? 'keys' : null
}

/**
 * Refuses requests while more are queued for the ledger than it can answer in time, and drops those whose client has gone.
 *
 * Without it an overload sustains itself: clients time out and retry while their first requests are still processed, so
 * every answer comes too late (seen in a chaos run at ten times a machine's load: five minutes of nothing but 503). Register
 * before any route.
 */
export function shareLedger(api: Api, app: App): void {
  const poolSize = (): number => app.runtime.ledger.pool.options.max ?? 10
  const lanes = new Map<Lane, ReturnType<typeof pLimit>>()
  const opened = (lane: Lane): ReturnType<typeof pLimit> => {
    const known = lanes.get(lane)
    if (known !== undefined) return known
    const made = pLimit(Math.max(1, Math.floor(poolSize() * BOUNDS[lane].share)))
    lanes.set(lane, made)
    return made
  }
  const refuseIfMore = (waiting: number, lane: Lane): void => {
    if (waiting > BOUNDS[lane].waiting * poolSize())
      throw new DecorumError('DECORUM_OVERLOADED', 'more requests wait for the ledger than it can answer in time')
  }
  api.addHook('onRequest', async (request) => {
    const lane = request.is404 ? null : laneOf(request.routeOptions.url ?? '')
    if (lane !== null) refuseIfMore(app.runtime.ledger.pool.waitingCount, lane)
  })
  // After the key was looked up and the body read: the first wait for the ledger is over.
  api.addHook('preHandler', async (request, reply) => {
    // The client is gone; it retries, a write under the same key or id.
    if (request.raw.socket?.destroyed === true) reply.hijack()
  })
  api.addHook('onRoute', (route) => {
    const lane = laneOf(route.url)
    if (lane === null) return
    const handler = route.handler
    route.handler = function inLane(this: unknown, request, reply) {
      refuseIfMore(opened(lane).pendingCount, lane)
      return opened(lane)(async () => {
        if (request.raw.socket?.destroyed === true) return reply.hijack()
        return (handler as (this: unknown, ...args: unknown[]) => unknown).call(this, request, reply)
      })
    } as RouteHandlerMethod
  })
}
