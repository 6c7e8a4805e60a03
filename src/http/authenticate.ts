import { DecorumError } from '../model/errors.ts'
import type { App } from '../app/app.ts'
import type { Caller } from '../services/keys.ts'
import type { Api } from './openapi.ts'

/** The key in an Authorization header. */
export const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]{8,512})$/i

/**
 * Lets a request through when its key has the scope that the route names.
 *
 * A route without a scope fails the start, so that none is public by mistake.
 */
export function authenticateRequests(api: Api, app: App): void {
  api.decorateRequest('caller', null)
  api.addHook('onRoute', (route) => {
    if (route.config?.scope === undefined) route.config = { ...route.config, scope: scopeOfPluginRoute(route.url) }
  })
  api.addHook('onRequest', async (request) => {
    const scope = request.routeOptions.config.scope
    if (request.is404 || scope === 'public') return
    if (scope === 'optional' && request.headers.authorization === undefined) return
    const bearer = BEARER.exec(request.headers.authorization ?? '')?.[1]
    if (bearer === undefined) throw new DecorumError('DECORUM_UNAUTHORIZED', 'no key was sent')
    const caller = await app.services.authenticate(bearer)
    if (caller === null)
      throw new DecorumError('DECORUM_UNAUTHORIZED', 'the key is not known, was revoked, or has expired')
    if (
      scope !== 'any' &&
      scope !== 'optional' &&
      scope !== undefined &&
      !caller.scopes.has(scope) &&
      !caller.scopes.has('admin')
    ) {
      throw new DecorumError('DECORUM_FORBIDDEN', `the key lacks the scope ${scope}`)
    }
    request.caller = caller
  })
}

/** Only the documentation is served by a plugin's routes. */
function scopeOfPluginRoute(url: string): 'public' {
  if (url === '/docs' || url.startsWith('/docs/')) return 'public'
  throw new Error(`route ${url} names no scope`)
}

/** The caller of a route that is not public. */
function callerOf(request: { caller: Caller | null }): Caller {
  if (request.caller === null) throw new DecorumError('DECORUM_UNAUTHORIZED', 'no key was sent')
  return request.caller
}

/** The actor of a route that is not public. */
export const actorOf = (request: { caller: Caller | null }): Caller['actor'] => callerOf(request).actor
