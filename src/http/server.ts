import { createHash, randomUUID } from 'node:crypto'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import fastify, { LogController, type FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { App } from '../app/app.ts'
import { VERSION } from '../app/version.ts'
import type { Api } from './api.ts'
import { authenticateRequests } from './authenticate.ts'
import { answerFailures, sendProblem } from './failures.ts'
import { takeJsonBodies } from './json-bodies.ts'
import { countRequests } from './metrics/count-requests.ts'
import { describeApi } from './openapi.ts'
import { logRequests, requestLogger } from './request-log.ts'
import { accountRoutes } from './routes/accounts.ts'
import { capturedRoutes } from './routes/captured.ts'
import { catalogueRoutes } from './routes/catalogue.ts'
import { contactRoutes } from './routes/contacts.ts'
import { decideRoutes } from './routes/decide.ts'
import { doubtRoutes } from './routes/doubts.ts'
import { eventRoutes } from './routes/events.ts'
import { healthRoutes } from './routes/health.ts'
import { holdRoutes } from './routes/holds.ts'
import { hookRoutes } from './routes/hooks.ts'
import { importRoutes } from './routes/imports.ts'
import { keyRoutes } from './routes/keys.ts'
import { metricsRoutes } from './routes/metrics.ts'
import { permitRoutes } from './routes/permits.ts'
import { recipientRoutes } from './routes/recipients.ts'
import { reminderRoutes } from './routes/reminders.ts'
import { suppressionRoutes } from './routes/suppressions.ts'
import { switchRoutes } from './routes/switches.ts'
import { taskRoutes } from './routes/tasks.ts'
import { totalsRoutes } from './routes/totals.ts'
import { forecastRoutes } from './routes/forecast.ts'
import { unsubscribeRoutes } from './routes/unsubscribe.ts'
import { shedLoad } from './shed-load.ts'
import { toDecorumError } from './to-decorum-error.ts'
import { answerUnknownRoutes } from './unknown-route.ts'
import { validateWithZod } from './validate.ts'

/** Upstream ids of 128 characters, each percent-encoded as up to four bytes. */
const MAX_PARAM_LENGTH = 128 * 12

/** The HTTP interface over a wired process. Does not listen; `inject` works as it is. */
export function buildServer(app: App): FastifyInstance {
  const server = fastify({
    loggerInstance: requestLogger(app.logger),
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    bodyLimit: app.config.limits.bodyBytes,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    // Answers of imports take as long as the import; everything else is bounded by the ledger's own timeouts.
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
    // By key; a caller without one shares the bucket of its network address.
    keyGenerator: (request) => createHash('sha256').update(request.headers.authorization ?? request.ip).digest('base64'),
  })
  describeApi(server, VERSION)
  // In a plugin of their own, so that those above are there when they are registered.
  void server.register(async (api: Api) => {
    for (const routes of ROUTES) routes(api, app)
  })
  return server as unknown as FastifyInstance
}

const ROUTES: readonly ((api: Api, app: App) => void)[] = [
  accountRoutes, recipientRoutes, eventRoutes, importRoutes, reminderRoutes, contactRoutes, suppressionRoutes, holdRoutes, taskRoutes,
  permitRoutes, switchRoutes, doubtRoutes,
  decideRoutes, totalsRoutes, forecastRoutes, capturedRoutes, catalogueRoutes, keyRoutes, hookRoutes, unsubscribeRoutes, healthRoutes, metricsRoutes,
]
