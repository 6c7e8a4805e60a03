import { createHash } from 'node:crypto'
import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import type { App } from '../app/app.ts'
import { DecorumError } from '../model/errors.ts'
import { BEARER } from './authenticate.ts'
import type { Api } from './openapi.ts'

const MINUTE_MS = 60_000
/** Addresses, and keys, that are counted at once; beyond it the ones used longest ago are forgotten. */
const COUNTED = 10_000
/** For so long after its last use a key is let through to the look-up from an address that failed too often. */
const TRUSTED_MS = 10 * MINUTE_MS

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * Counts a request that failed, by the address that it came from: `failed` before a key was known, `unproven` a callback or an
     * opt-out link with a signature that is not ours.
     *
     * @throws DECORUM_RATE_LIMITED once that address has sent too many in a minute
     */
    countFailure(what: 'failed' | 'unproven', request: FastifyRequest, reply: FastifyReply): Promise<void>
  }
}

/**
 * Limits requests: by address for those that fail before a key is known, by key afterwards.
 *
 * An address that failed too often is refused before its key is looked up, so that guessing costs the ledger nothing; a key that
 * was good a short time ago is let through, since others may share its address. The key's own limit counts by its id, however the
 * header is written. Callbacks and opt-out links that prove themselves are never refused. Register before any route.
 */
export function limitRequests(api: Api, app: App): void {
  const { requestsPerMinute, failuresPerMinute } = app.config.limits
  const trusted = new LRUCache<string, true>({ max: COUNTED, ttl: TRUSTED_MS })
  void api.register(rateLimit, {
    max: requestsPerMinute,
    timeWindow: MINUTE_MS,
    cache: COUNTED,
    keyGenerator: (request) => (request.caller === null ? addressOf(request) : `key ${request.caller.keyId}`),
  })
  const counters = new Map<string, ReturnType<Api['createRateLimit']>>()
  const counter = (what: string): ReturnType<Api['createRateLimit']> => {
    const known = counters.get(what)
    if (known !== undefined) return known
    const made = api.createRateLimit({ max: failuresPerMinute, timeWindow: MINUTE_MS, keyGenerator: addressOf })
    counters.set(what, made)
    return made
  }
  const refuseIfExceeded = async (what: string, request: FastifyRequest, reply: FastifyReply, increment: boolean) => {
    const counted = await counter(what)(request, { increment })
    if (counted.isAllowed || (increment ? !counted.isExceeded : counted.remaining > 0)) return
    void reply.header('retry-after', String(counted.ttlInSeconds))
    throw new DecorumError('DECORUM_RATE_LIMITED', 'too many requests from this address have failed')
  }

  api.decorate('countFailure', (what, request, reply) => refuseIfExceeded(what, request, reply, true))
  api.addHook('onRequest', async (request, reply) => {
    if (isCounted(request) && !trusted.has(fingerprintOf(request)))
      await refuseIfExceeded('failed', request, reply, false)
  })
  api.addHook('onResponse', async (request, reply) => {
    if (request.caller !== null) trusted.set(fingerprintOf(request), true)
    else if (isCounted(request) && isFailure(reply.statusCode)) await counter('failed')(request)
  })
}

/** Not what must always answer, nor callbacks and opt-out links, which are counted once they have proved nothing. */
const isCounted = (request: FastifyRequest): boolean =>
  request.routeOptions.config.rateLimit !== false || request.headers.authorization !== undefined

const addressOf = (request: FastifyRequest): string => `address ${normalizeIP(request.ip)}`

const isFailure = (status: number): boolean => status >= 400 && status < 500 && status !== 429

/** Of the key that was sent; no key has that of none. */
const fingerprintOf = (request: FastifyRequest): string =>
  createHash('sha256')
    .update(BEARER.exec(request.headers.authorization ?? '')?.[1] ?? '')
    .digest('base64')
