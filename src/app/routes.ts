import { breaker, type Breaker } from '../deliver/breaker.ts'
import { buildProvider } from '../deliver/build-provider.ts'
import { captureProvider, type Captured } from '../deliver/capture/capture.ts'
import type { Provider } from '../deliver/provider.ts'
import type { RateGate } from '../deliver/rate-gate.ts'
import { memoryRateGate } from '../deliver/rate-gate-memory.ts'
import { postgresRateGate } from '../deliver/rate-gate-postgres.ts'
import { redisRateGate } from '../deliver/rate-gate-redis.ts'
import { largestWeight, type Route } from '../model/route.ts'
import type { Shell } from '../pipeline/shell.ts'
import { connectRedis } from '../queue/redis-connection.ts'
import { parseRedisUrl } from '../queue/redis-url.ts'
import { captureExists } from '../record/captured.ts'
import { takeRateSlots } from '../record/take-rate-slots.ts'
import { keepCaptured } from '../pipeline/keep-captured.ts'

/** A configured route with what carries it, its gate and its breaker. */
export interface OpenRoute {
  route: Route
  provider: Provider
  testProvider: Provider
  gate: RateGate
  breaker: Breaker
}

/** Every configured route, opened; nothing is connected before the first call. */
export interface OpenRoutes {
  all: readonly OpenRoute[]
  find(id: string): OpenRoute | null
  close(): Promise<void>
}

/**
 * Opens the routes of the configuration.
 *
 * The rate gate is shared by every process that may send on a route: in Redis when there is one,
 * otherwise in the ledger, and in memory where one process owns the ledger.
 */
export function openRoutes(
  shell: Shell, { gates, providers }: { gates?: (route: Route) => RateGate; providers?: (route: Route) => Provider | null } = {},
): OpenRoutes {
  const { config, ledger } = shell
  const redis = config.redisUrl === null || gates !== undefined ? null : connectRedis(parseRedisUrl(config.redisUrl), 'ring')
  redis?.on('error', () => { /* the doorbell reports Redis; a gate that does not answer lets nothing through */ })
  const gateFor = gates ?? ((route: Route): RateGate => {
    const rate = { perSecond: route.rate.perSecond, largestWeight: largestWeight(route) }
    if (redis !== null) return redisRateGate(redis, route.id, rate)
    return ledger.embedded ? memoryRateGate(route.id, rate) : postgresRateGate((booking) => takeRateSlots(ledger.db, booking), route.id, rate)
  })
  const keep = (captured: Captured) => keepCaptured(shell, captured)
  const capture = (provider: Provider): Provider => (provider.name === 'capture' ? withLedgerBooks(shell, provider) : provider)
  const all = config.routes.map((route): OpenRoute => ({
    route,
    provider: providers?.(route) ?? capture(buildProvider(route, { publicUrl: config.publicUrl, keep })),
    testProvider: withLedgerBooks(shell, captureProvider(route.channel, { seed: 1 }, keep)),
    gate: gateFor(route),
    breaker: breaker(),
  }))
  const byId = new Map(all.map((open) => [open.route.id, open]))
  return {
    all,
    find: (id) => byId.get(id) ?? null,
    async close() {
      await Promise.all(all.map(async ({ provider, gate }) => {
        await provider.close()
        await gate.close()
      }))
      redis?.disconnect()
    },
  }
}

/** Capture keeps its messages in the ledger, so the ledger is its books: complete, and there for every process. */
const withLedgerBooks = (shell: Shell, provider: Provider): Provider => ({
  ...provider,
  lookUpIsConclusive: true,
  lookUp: async ({ attempt }) => (await captureExists(shell.ledger.db, attempt.reminderId, attempt.attemptNo))
    ? { kind: 'found', reference: `capture-${attempt.reminderId}.${attempt.attemptNo}`, word: null }
    : { kind: 'not-found' },
})
