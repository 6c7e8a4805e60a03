import { createHash, randomUUID } from 'node:crypto'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import fastify, { type FastifyInstance, LogController } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { type App, VERSION } from '../app/app.ts'
import { DecorumError } from '../model/errors.ts'
import { authenticateRequests } from './authenticate.ts'
import { takeJsonBodies } from './bodies.ts'
import { type Api, describeApi } from './openapi.ts'
import { answerFailures, answerUnknownRoutes, sendProblem, toDecorumError } from './problems.ts'
import { countRequests, logRequests, requestLogger } from './request-log.ts'
import { accountRoutes } from './routes/accounts.ts'
import { capturedRoutes } from './routes/captured.ts'
import { catalogueRoutes } from './routes/catalogue.ts'
import { contactRoutes } from './routes/contacts.ts'
import { decideRoutes } from './routes/decide.ts'
import { doubtRoutes } from './routes/doubts.ts'
import { eventRoutes } from './routes/events.ts'
import { forecastRoutes } from './routes/forecast.ts'
import { healthRoutes, metricsRoutes } from './routes/health.ts'
import { holdRoutes } from './routes/holds.ts'
import { hookRoutes } from './routes/hooks.ts'
import { importRoutes } from './routes/imports.ts'
import { keyRoutes } from './routes/keys.ts'
import { permitRoutes } from './routes/permits.ts'
import { recipientRoutes } from './routes/recipients.ts'
import { reminderRoutes } from './routes/reminders.ts'
import { suppressionRoutes } from './routes/suppressions.ts'
import { switchRoutes } from './routes/switches.ts'
import { taskRoutes } from './routes/tasks.ts'
import { totalsRoutes } from './routes/totals.ts'
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
