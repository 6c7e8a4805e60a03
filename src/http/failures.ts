import type { FastifyReply, FastifyRequest } from 'fastify'
import type { DecorumError } from '../model/errors.ts'
import type { Log } from '../model/log-events.ts'
import type { Api } from './api.ts'
import { problemOf } from './problem.ts'
import { toDecorumError } from './to-decorum-error.ts'

/** Turns whatever is thrown in a route into a problem document, and our own failures into a line of the log. */
export function answerFailures(api: Api): void {
  api.setErrorHandler((thrown, request, reply) => sendProblem(request, reply, toDecorumError(thrown)))
}

export function sendProblem(request: FastifyRequest, reply: FastifyReply, error: DecorumError): FastifyReply {
  if (error.status >= 500) {
    const log: Log = request.log
    log.error({ event: 'http.request_failed', code: error.code, ...causeOf(error.cause) }, 'request failed')
  }
  if (error.code === 'DECORUM_UNAUTHORIZED') void reply.header('www-authenticate', 'Bearer')
  // A string is sent as it is: no route's own schema gets between a problem and its reader.
  return reply.code(error.status).type('application/problem+json').send(JSON.stringify(problemOf(error, request.id)))
}

/** What a failure may leave in the log. Not its message: a database quotes values in it. */
function causeOf(cause: unknown): { cause?: string; causeCode?: string; at?: string[] } {
  if (!(cause instanceof Error)) return {}
  const code = (cause as { code?: unknown }).code
  const frames = (cause.stack ?? '').split('\n').map((line) => line.trim()).filter((line) => line.startsWith('at ') && !line.includes('node_modules'))
  return { cause: cause.name, ...(typeof code === 'string' ? { causeCode: code } : {}), at: frames.slice(0, 8) }
}
