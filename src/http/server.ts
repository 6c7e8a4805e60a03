import { randomUUID } from 'node:crypto'
import helmet from '@fastify/helmet'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Logger } from 'pino'
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import { type App, VERSION } from '../app/app.ts'
import type { Log, LogEvent } from '../model/log-events.ts'
import { authenticateRequests } from './authenticate.ts'
import { takeJsonBodies } from './bodies.ts'
import { boundConnections, connectionOptions, PEER_LIMITS, type PeerLimits } from './connection-bounds.ts'
import { shareLedger } from './ledger-lanes.ts'
import { limitRequests } from './limit-requests.ts'
import { type Api, describeApi } from './openapi.ts'
import { answerFailures, answerUnknownRoutes, sendProblem, toDecorumError, routeName } from './problems.ts'
import { accountRoutes, eventRoutes } from './routes/accounts.ts'
import { catalogueRoutes } from './routes/catalogue.ts'
import { contactRoutes } from './routes/contacts.ts'
import { decideRoutes } from './routes/decide.ts'
import { doubtRoutes } from './routes/doubts.ts'
import { healthRoutes, metricsRoutes } from './routes/health.ts'
import { holdRoutes } from './routes/holds.ts'
import { hookRoutes } from './routes/hooks.ts'
import { importRoutes } from './routes/imports.ts'
import { keyRoutes } from './routes/keys.ts'
import { permitRoutes } from './routes/permits.ts'
import { recipientRoutes } from './routes/recipients.ts'
import { capturedRoutes, reminderRoutes } from './routes/reminders.ts'
import { forecastRoutes, totalsRoutes } from './routes/reports.ts'
import { suppressionRoutes } from './routes/suppressions.ts'
import { switchRoutes } from './routes/switches.ts'
import { taskRoutes } from './routes/tasks.ts'
import { unsubscribeRoutes } from './routes/unsubscribe.ts'
import { validateWithZod } from './schema.ts'

/** Upstream ids of 128 characters, each percent-encoded as up to four bytes. */
const MAX_PARAM_LENGTH = 128 * 12

/** The HTTP interface of a wired process. Does not listen; `inject` works without. */
export function buildServer(app: App, limits: PeerLimits = PEER_LIMITS): FastifyInstance {
  const server = fastify({
    loggerInstance: requestLogger(app.logger),
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    bodyLimit: app.config.limits.bodyBytes,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    trustProxy: app.config.trustedProxies.length === 0 ? false : [...app.config.trustedProxies],
    ...connectionOptions(limits),
    frameworkErrors: (error, request, reply) => void answerUnrouted(server, error, request, reply),
  }).withTypeProvider<ZodTypeProvider>() as unknown as Api

  validateWithZod(server)
  takeJsonBodies(server)
  answerFailures(server)
  logRequests(server)
  countRequests(server)
  boundConnections(server, STREAMED, limits)
  limitRequests(server, app)
  authenticateRequests(server, app)
  shareLedger(server, app)
  answerUnknownRoutes(server)
  void server.register(helmet)
  describeApi(server, VERSION)
  // In a plugin, so that the plugins above are loaded first.
  void server.register(async (api: Api) => {
    for (const routes of ROUTES) routes(api, app, limits)
  })
  return server as unknown as FastifyInstance
}

const ROUTES: readonly ((api: Api, app: App, limits: PeerLimits) => void)[] = [
  accountRoutes,
  recipientRoutes,
  eventRoutes,
  importRoutes,
  reminderRoutes,
  contactRoutes,
  suppressionRoutes,
  holdRoutes,
  taskRoutes,
  permitRoutes,
  switchRoutes,
  doubtRoutes,
  decideRoutes,
  totalsRoutes,
  forecastRoutes,
  capturedRoutes,
  catalogueRoutes,
  keyRoutes,
  hookRoutes,
  unsubscribeRoutes,
  healthRoutes,
  metricsRoutes,
]

/** What never reaches a route, such as an address that cannot be decoded, is counted and answered like what does. */
async function answerUnrouted(api: Api, error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  try {
    await api.countFailure('failed', request, reply)
    sendProblem(request, reply, toDecorumError(error))
  } catch (refused) {
    sendProblem(request, reply, toDecorumError(refused))
  }
}

/** Routes whose body comes as a stream, as long as it takes. */
const STREAMED: ReadonlySet<string> = new Set(['/v1/accounts::import', '/v1/events::import'])

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
function logRequests(api: Api): void {
  api.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id)
    // What is answered about people is kept by no cache on the way.
    if (request.routeOptions.url?.startsWith('/v1/') === true) void reply.header('cache-control', 'no-store')
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
function countRequests(api: Api): void {
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
