import type { Logger } from 'pino'
import type { Log, LogEvent } from '../model/log-events.ts'
import type { Api } from './api.ts'
import { routeName } from './route-name.ts'

/**
 * The log that requests write to.
 *
 * Fastify would add the request's URL, headers and peer to some lines; an address to look up
 * stands in a URL, so none of that is written, here or by anything that logs a request.
 */
export const requestLogger = (log: Logger): Logger =>
  log.child({ part: 'http' }, {
    serializers: {
      req: (req: { id?: string; method?: string }) => ({ id: req.id, method: req.method }),
      res: (res: { statusCode?: number }) => ({ statusCode: res.statusCode }),
      err: (error: { name?: string; code?: string }) => ({ type: error.name, code: error.code }),
    },
    // Fastify's own lines, such as the addresses that it listens on, get an event too.
    formatters: { log: (fields) => ('event' in fields ? fields : { event: 'http.reported' satisfies LogEvent, ...fields }) },
  })

/** One line for each request: the route's pattern, never the address that was asked for. */
export function logRequests(api: Api): void {
  api.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id)
  })
  api.addHook('onResponse', async (request, reply) => {
    const log: Log = request.log
    log.info({
      event: 'http.request',
      method: request.method,
      route: routeName(request.routeOptions.url),
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      key: request.caller?.keyId ?? null,
    }, 'request')
  })
}
