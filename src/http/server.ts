import { createHash, randomUUID } from 'node:crypto'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import fastify, { type FastifyInstance, LogController } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Logger } from 'pino'
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import { type App, VERSION } from '../app/app.ts'
import { DecorumError } from '../model/errors.ts'
import type { Log, LogEvent } from '../model/log-events.ts'
import { authenticateRequests } from './authenticate.ts'
import { takeJsonBodies } from './bodies.ts'
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
export function buildServer(app: App): FastifyInstance {
  const server = fastify({
    loggerInstance: requestLogger(app.logger),
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    bodyLimit: app.config.limits.bodyBytes,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    // An import's answer takes as long as the import; all other requests are bounded by the ledger's timeouts.
    requestTimeout: 0,
    frameworkErrors: (error, request, reply) => sendProblem(request, reply, toDecorumError(error)),
  }).withTypeProvider<ZodTypeProvider>() as unknown as Api

  validateWithZod(server)
  takeJsonBodies(server)
  answerFailures(server)
  logRequests(server)
  countRequests(server)
  shedLoad(server, app)
  authenticateRequests(server, app)
  answerUnknownRoutes(server)
  void server.register(helmet)
  void server.register(rateLimit, {
    max: app.config.limits.requestsPerMinute,
    timeWindow: 60_000,
    cache: 10_000,
    // By key; callers without one by network address.
    keyGenerator: (request) =>
      createHash('sha256')
        .update(request.headers.authorization ?? request.ip)
        .digest('base64'),
  })
  describeApi(server, VERSION)
  // In a plugin, so that the plugins above are loaded first.
  void server.register(async (api: Api) => {
    for (const routes of ROUTES) routes(api, app)
  })
  return server as unknown as FastifyInstance
}

const ROUTES: readonly ((api: Api, app: App) => void)[] = [
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

/** Requests that may queue per database connection. Beyond this, clients time out before they are served. */
const QUEUED_PER_CONNECTION = 4
/** Providers rarely retry callbacks, so callbacks get a larger allowance. */
const QUEUED_CALLBACKS_PER_CONNECTION = 16

/**
 * Refuses requests while more are queued for the ledger than it can answer in time, and drops those whose client has gone.
 *
 * Without it an overload sustains itself: clients time out and retry while their first requests are still processed, so
 * every answer comes too late (seen in a chaos run at ten times a machine's load: five minutes of nothing but 503).
 */
function shedLoad(api: Api, app: App): void {
  api.addHook('onRequest', async (request, reply) => {
    const { url = '' } = request.routeOptions
    if (request.is404 || NEEDS_NO_LEDGER.has(url)) return
    const { pool } = app.runtime.ledger
    const each = url.startsWith('/hooks/') ? QUEUED_CALLBACKS_PER_CONNECTION : QUEUED_PER_CONNECTION
    if (pool.waitingCount <= each * (pool.options.max ?? 10)) return
    void reply.header('retry-after', '1')
    throw new DecorumError('DECORUM_OVERLOADED', 'more requests wait for the ledger than it can answer in time')
  })
  // After the key was looked up and the body read: the first wait for the ledger is over.
  api.addHook('preHandler', async (request, reply) => {
    // The client is gone; it retries, a write under the same key or id.
    if (request.raw.socket?.destroyed === true) reply.hijack()
  })
}

const NEEDS_NO_LEDGER: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics'])

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
