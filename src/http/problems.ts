import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { databaseFailure } from '../model/database-failure.ts'
import { DecorumError, type ErrorCode, ERRORS } from '../model/errors.ts'
import { missedBy, MOST_FAULTS } from '../model/faults.ts'
import { failureForLog, type Log } from '../model/log-events.ts'
import type { Api } from './openapi.ts'

const codes = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]

/** The body of every answer that is not 2xx: RFC 9457, served as application/problem+json. */
export const problemSchema = z
  .object({
    type: z.string().describe('Where the code is explained; the same for every problem of that code.'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What happened here. Never a name, an address or message text.'),
    code: z.enum(codes).describe('Stable: programs branch on this.'),
    hint: z.string().describe('What to do about it.'),
    faults: z
      .array(z.object({ path: z.string(), problem: z.string(), cure: z.string().optional() }))
      .describe('Each fault of the input, with its path.'),
    requestId: z.string().describe('Find it in the log with this.'),
  })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof problemSchema>

/** `DECORUM_BAD_INPUT` → `Bad input` */
const titleOf = (code: ErrorCode): string => {
  const words = code.slice('DECORUM_'.length).toLowerCase().replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** The problem document of an error; of our own failures (5xx) only code and hint, never the message. */
export function problemOf(error: DecorumError, requestId: string): Problem {
  return {
    type: `/docs#${error.code}`,
    title: titleOf(error.code),
    status: error.status,
    detail: error.status >= 500 ? ownFailure(error.code) : error.message,
    code: error.code,
    hint: error.status >= 500 ? ERRORS[error.code].hint : error.hint,
    faults: error.status >= 500 ? [] : error.faults.slice(0, MOST_FAULTS).map((fault) => ({ ...fault })),
    requestId,
  }
}

const ownFailure = (code: ErrorCode): string =>
  code === 'DECORUM_INTERNAL'
    ? 'Something failed on our side; nothing of this request was half done.'
    : `${titleOf(code)}; this is on our side.`

/** Answers errors thrown in routes with a problem document, and logs our own failures (5xx). */
export function answerFailures(api: Api): void {
  api.setErrorHandler((thrown, request, reply) => sendProblem(request, reply, toDecorumError(thrown)))
}

export function sendProblem(request: FastifyRequest, reply: FastifyReply, error: DecorumError): FastifyReply {
  if (error.status >= 500) {
    const log: Log = request.log
    log.error({ event: 'http.request_failed', code: error.code, ...causeOf(error.cause) }, 'request failed')
  }
  if (error.code === 'DECORUM_UNAUTHORIZED') void reply.header('www-authenticate', 'Bearer')
  if (error.code === 'DECORUM_OVERLOADED' && !reply.hasHeader('retry-after')) void reply.header('retry-after', '1')
  // As a string, so that the route's answer schema is not applied.
  return reply
    .code(error.status)
    .type('application/problem+json')
    .send(JSON.stringify(problemOf(error, request.id)))
}

/** The failure behind a 5xx, beside the `code` that the client was told. */
function causeOf(cause: unknown): { cause?: string; causeCode?: string | undefined } {
  if (!(cause instanceof Error)) return {}
  const { error, code, ...rest } = failureForLog(cause)
  return { cause: error, causeCode: code, ...rest }
}

/** Fastify's own errors, by their code. */
const BY_FASTIFY_CODE: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['DECORUM_BODY_TOO_LARGE', 'the body is larger than this address takes'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'DECORUM_UNSUPPORTED_MEDIA_TYPE',
    'the Content-Type is not one that this address takes',
  ],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['DECORUM_MALFORMED_JSON', 'the body is empty'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['DECORUM_MALFORMED_JSON', 'the body is not JSON'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['DECORUM_BAD_INPUT', 'the body is not as long as Content-Length says'],
  FST_ERR_BAD_URL: ['DECORUM_BAD_INPUT', 'the address is not valid percent-encoding'],
  FST_ERR_MAX_PARAM_LENGTH: ['DECORUM_NOT_FOUND', 'there is no such address: a part of it is longer than any id'],
}

/** What the framework and its plugins blame on the request, by status; any other below 500 is bad input. */
const BY_STATUS: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  403: ['DECORUM_FORBIDDEN', 'this address is not to be had'],
  404: ['DECORUM_NOT_FOUND', 'there is no such address'],
  408: ['DECORUM_REQUEST_TIMEOUT', 'the request took too long to come'],
  413: ['DECORUM_BODY_TOO_LARGE', 'the body is larger than this address takes'],
  415: ['DECORUM_UNSUPPORTED_MEDIA_TYPE', 'the Content-Type is not one that this address takes'],
  429: ['DECORUM_RATE_LIMITED', 'more requests than may be made in a minute'],
  431: ['DECORUM_HEADERS_TOO_LARGE', 'the headers and the address are longer than this server reads'],
}

/** Which error of the registry is this? An unknown one is DECORUM_INTERNAL with the original as its cause. */
export function toDecorumError(thrown: unknown): DecorumError {
  if (thrown instanceof DecorumError) return thrown
  const status = statusOf(thrown)
  // Before the ledger's: a body that breaks off has the code of a connection that broke.
  const known =
    BY_FASTIFY_CODE[codeOf(thrown)] ??
    BY_STATUS[status] ??
    (status >= 400 && status < 500 ? (['DECORUM_BAD_INPUT', 'the request cannot be read'] as const) : undefined)
  if (known !== undefined) return new DecorumError(known[0], known[1], { cause: thrown })
  if (databaseFailure(thrown) !== null)
    return new DecorumError('DECORUM_LEDGER_UNAVAILABLE', 'the ledger does not answer', { cause: thrown })
  return new DecorumError('DECORUM_INTERNAL', 'unexpected failure', { cause: thrown })
}

function codeOf(thrown: unknown): string {
  const code = (thrown as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}

function statusOf(thrown: unknown): number {
  const status = (thrown as { statusCode?: unknown } | null)?.statusCode
  return typeof status === 'number' ? status : 0
}

/** `/v1/tasks/:id(^…)::complete` → `/v1/tasks/{id}:complete`: the name of a route in documents, logs and metrics. */
export const routeName = (url: string | undefined): string =>
  url === undefined
    ? 'none'
    : url
        .replaceAll(/:([A-Za-z]\w*)(\([^)]*\))?/g, (whole, name: string, _rule, at: number) =>
          url[at - 1] === ':' ? whole : `{${name}}`,
        )
        .replaceAll('::', ':')

interface KnownRoute {
  /** As `routeName` writes it. */
  name: string
  methods: Set<string>
  pattern: RegExp
  segments: readonly string[]
}

/** Answers 404 with the address that was probably meant, and 405 with the allowed methods. Register before any route. */
export function answerUnknownRoutes(api: Api): void {
  const known = new Map<string, KnownRoute>()
  api.addHook('onRoute', (route) => {
    const name = routeName(route.url)
    const entry = known.get(name) ?? {
      name,
      methods: new Set<string>(),
      pattern: patternOf(name),
      segments: name.split('/'),
    }
    for (const method of [route.method].flat()) entry.methods.add(method)
    known.set(name, entry)
  })
  api.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    const others = [...known.values()].find((route) => route.pattern.test(path))
    if (others !== undefined) {
      const allowed = [...others.methods].sort().join(', ')
      void reply.header('allow', allowed)
      return sendProblem(
        request,
        reply,
        new DecorumError('DECORUM_METHOD_NOT_ALLOWED', 'this address does not take that method', {
          hint: `It takes ${allowed}.`,
        }),
      )
    }
    const meant = suggestion([...known.values()], path)
    return sendProblem(
      request,
      reply,
      new DecorumError('DECORUM_NOT_FOUND', 'there is no such address', {
        hint:
          meant === null
            ? 'Every address is listed at /docs.'
            : `Did you mean ${meant}? Every address is listed at /docs.`,
      }),
    )
  })
}

const patternOf = (name: string): RegExp =>
  new RegExp(
    `^${name
      .split(/\{\w+\}/)
      .map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('[^/]+')}$`,
  )

/** The closest route by its literal parts; whatever stands in the place of a parameter is not looked at. */
function suggestion(routes: readonly KnownRoute[], path: string): string | null {
  const given = path.split('/')
  let [best, fewest]: [string | null, number] = [null, Infinity]
  for (const { name, segments } of routes) {
    if (segments.length !== given.length) continue
    let missed = 0
    for (const [i, segment] of segments.entries()) missed += missedSegment(given[i] as string, segment) ?? Infinity
    // Of two that are as close, the one that says more.
    if (missed < fewest || (missed === fewest && best !== null && name.length > best.length))
      [best, fewest] = [name, missed]
  }
  return best
}

/** By how many edits was the literal part of a segment missed? Null: by too many. */
function missedSegment(given: string, segment: string): number | null {
  const parameterEnds = segment.indexOf('}')
  if (parameterEnds < 0) return missedBy(given, segment)
  const action = segment.slice(parameterEnds + 1)
  return action === '' ? 0 : missedBy(given.slice(Math.max(0, given.lastIndexOf(action.charAt(0)))), action)
}
