import { breaker, type Breaker } from '../deliver/breaker.ts'
import { type Captured, captureProvider, type CaptureStore } from '../deliver/capture.ts'
import type { Provider } from '../deliver/provider.ts'
import { redisRateGate } from '../deliver/rate-gate-redis.ts'
import { memoryRateGate, postgresRateGate, type RateGate } from '../deliver/rate-gate.ts'
import { smtpProvider } from '../deliver/smtp/smtp.ts'
import { twilioSmsProvider } from '../deliver/twilio/sms.ts'
import { twilioVoiceProvider } from '../deliver/twilio/voice.ts'
import { largestWeight, type Route } from '../model/route.ts'
import { storeCaptured } from '../pipeline/personal-data.ts'
import type { Runtime } from '../pipeline/runtime.ts'
import { connectRedis, parseRedisUrl } from '../queue/redis-connection.ts'
import { captureExists } from '../record/captured.ts'
import { takeRateSlots } from '../record/take-rate-slots.ts'

/** A configured route with its providers, rate gate and circuit breaker. */
export interface OpenRoute {
  route: Route
  provider: Provider
  testProvider: Provider
  gate: RateGate
  breaker: Breaker
}

export interface OpenRoutes {
  all: readonly OpenRoute[]
  find(id: string): OpenRoute | null
  close(): Promise<void>
}

/**
 * Opens every configured route; nothing is connected before the first call.
 *
 * The rate gate is shared by every process that may send on a route: in Redis when there is one,
 * otherwise in the ledger, and in memory where one process owns the ledger.
 */
export function openRoutes(
  runtime: Runtime,
  { gates, providers }: { gates?: (route: Route) => RateGate; providers?: (route: Route) => Provider | null } = {},
): OpenRoutes {
  const { config, ledger } = runtime
  const redis =
    config.redisUrl === null || gates !== undefined ? null : connectRedis(parseRedisUrl(config.redisUrl), 'ring')
  redis?.on('error', () => {
    /* the doorbell reports Redis; without an answer of the gate no call is made */
  })
  const gateFor =
    gates ??
    ((route: Route): RateGate => {
      const rate = { perSecond: route.rate.perSecond, largestWeight: largestWeight(route) }
      if (redis !== null) return redisRateGate(redis, route.id, rate)
      return ledger.embedded
        ? memoryRateGate(route.id, rate)
        : postgresRateGate((booking) => takeRateSlots(ledger.db, booking), route.id, rate)
    })
  const keep = (captured: Captured) => storeCaptured(runtime, captured)
  const capture = (provider: Provider): Provider =>
    provider.name === 'capture' ? withLedgerLookUp(runtime, provider) : provider
  const all = config.routes.map((route): OpenRoute => ({
    route,
    provider: providers?.(route) ?? capture(buildProvider(route, { publicUrl: config.publicUrl, keep })),
    testProvider: withLedgerLookUp(runtime, captureProvider(route.channel, { seed: 1 }, keep)),
    gate: gateFor(route),
    breaker: breaker(),
  }))
  const byId = new Map(all.map((open) => [open.route.id, open]))
  return {
    all,
    find: (id) => byId.get(id) ?? null,
    async close() {
      await Promise.all(
        all.map(async ({ provider, gate }) => {
          await provider.close()
          await gate.close()
        }),
      )
      redis?.disconnect()
    },
  }
}

/** Capture stores its messages in the ledger, so a look-up there is conclusive. */
const withLedgerLookUp = (runtime: Runtime, provider: Provider): Provider => ({
  ...provider,
  lookUpIsConclusive: true,
  lookUp: async ({ attempt }) =>
    (await captureExists(runtime.ledger.db, attempt.reminderId, attempt.attemptNo))
      ? { kind: 'found', reference: `capture-${attempt.reminderId}.${attempt.attemptNo}`, word: null }
      : { kind: 'not-found' },
})

interface ProviderOptions {
  /** Where providers send callbacks, without a trailing slash; null: no callbacks, everything is polled. */
  publicUrl: string | null
  /** Stores a captured message. */
  keep: CaptureStore
}

/**
 * Which provider serves this route?
 *
 * Opens nothing: the first call connects, and loads the Twilio SDK. `from` is not part of a provider; it comes with each
 * request.
 */
export function buildProvider(
  route: Pick<Route, 'provider' | 'channel' | 'settings'>,
  options: ProviderOptions,
): Provider {
  // A Pick of a union loses the relation of provider and settings; Route has it.
  const { provider, channel, settings } = route as Route
  switch (provider) {
    case 'twilio':
      return channel === 'sms'
        ? twilioSmsProvider(settings, options.publicUrl)
        : twilioVoiceProvider(settings, options.publicUrl)
    case 'smtp':
      return smtpProvider(settings)
    case 'capture':
      return captureProvider(channel, settings, options.keep)
  }
}
