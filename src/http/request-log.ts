import type { Logger } from 'pino'
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import type { Log, LogEvent } from '../model/log-events.ts'
import type { Api } from './openapi.ts'
import { routeName } from './problems.ts'

/**
 * The logger of requests.
 *
 * Fastify would add the request's URL, headers and peer to some lines. A URL may contain a recipient's address, so the
 * serializers leave all of that out.
 */
export const requestLogger = (log: Logger): Logger =>
  log.child(
    { part: 'http' },
    {
      serializers: {
        req: (req: { id?: string; method?: string }) => ({ id: req.id, method: req.method }),
        res: (res: { statusCode?: number }) => ({ statusCode: res.statusCode }),
        err: (error: { name?: string; code?: string }) => ({ type: error.name, code: error.code }),
      },
      // Lines of Fastify itself, such as the addresses that it listens on, get an event too.
      formatters: {
        log: (fields) => ('event' in fields ? fields : { event: 'http.reported' satisfies LogEvent, ...fields }),
      },
    },
  )

/** One line for each request, with the route's pattern and never the URL. */
export function logRequests(api: Api): void {
  api.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id)
  })
  api.addHook('onResponse', async (request, reply) => {
    const log: Log = request.log
    log.info(
      {
        event: 'http.request',
        method: request.method,
        route: routeName(request.routeOptions.url),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        key: request.caller?.keyId ?? null,
      },
      'request',
    )
  })
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Metrics of this server. */
    measured: Registry
  }
}

/** Times every request by the route's pattern; all unknown URLs share one series. */
export function countRequests(api: Api): void {
  const measured = new Registry()
  collectDefaultMetrics({ register: measured })
  const seconds = new Histogram({
    name: 'decorum_http_request_seconds',
    help: 'Time to answer, by method, route pattern and status.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [measured],
  })
  api.decorate('measured', measured)
  api.addHook('onResponse', async (request, reply) => {
    seconds.observe(
      { method: request.method, route: routeName(request.routeOptions.url), status: String(reply.statusCode) },
      reply.elapsedTime / 1000,
    )
  })
}
