import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyHttpOptions, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DecorumError } from '../model/errors.ts'
import type { Api } from './openapi.ts'
import { problemOf, toDecorumError } from './problems.ts'

/** How long a peer may take, in milliseconds; tests take less. */
export interface PeerLimits {
  /** From the first byte of a request to the end of its headers. */
  headersMs: number
  /** Between two looks for connections whose headers are late. */
  checkEveryMs: number
  /** To the end of a body that is not streamed. */
  bodyMs: number
  /** Between two pieces of a streamed body. */
  idleMs: number
  /** For a peer that reads nothing of an import's results. */
  unreadMs: number
}

export const PEER_LIMITS: PeerLimits = {
  headersMs: 15_000,
  checkEveryMs: 2_000,
  bodyMs: 30_000,
  idleMs: 30_000,
  unreadMs: 60_000,
}

/** For answers under way once the server closes; connections still open then are cut. */
const CLOSING_MS = 5_000

/** How long a peer may take, and what is answered below the framework. Node's own answers have no body. */
export const connectionOptions = (limits: PeerLimits) =>
  ({
    // An import takes as long as it takes; `boundBodies` and the import itself bound what comes.
    requestTimeout: 0,
    // `refuseWhileClosing` answers, with a problem document.
    return503OnClosing: false,
    http: {
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: limits.checkEveryMs,
      // A missing Host is answered by `refuseMalformed`.
      requireHostHeader: false,
    },
    clientErrorHandler: answerBrokenRequest,
  }) satisfies FastifyHttpOptions<Server>

/** Answers what is no request that Node can read: bad syntax, headers that are too long or too slow. */
function answerBrokenRequest(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
  writeProblem(socket, toDecorumError(Object.assign(new Error('broken request'), { statusCode: status })))
}

/** A whole answer, for a connection that no response stands for; closes it. */
function writeProblem(socket: Duplex, error: DecorumError): void {
  const body = JSON.stringify(problemOf(error, randomUUID()))
  socket.end(
    [
      `HTTP/1.1 ${error.status} ${REASONS[error.status] ?? 'Bad Request'}`,
      'content-type: application/problem+json',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
    () => socket.destroy(),
  )
}

const REASONS: Readonly<Record<number, string>> = {
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
}

/**
 * Bounds how long a peer may take with a request, and answers what Node would answer by itself.
 *
 * @param streamed  the routes whose body may take its time, by their pattern
 */
export function boundConnections(api: Api, streamed: ReadonlySet<string>, limits: PeerLimits): void {
  refuseWhileClosing(api)
  refuseMalformed(api)
  boundBodies(api, streamed, limits.bodyMs)
}

function refuseWhileClosing(api: Api): void {
  let closing = false
  api.addHook('preClose', async () => {
    closing = true
  })
  api.addHook('onRequest', async () => {
    if (closing) throw new DecorumError('DECORUM_OVERLOADED', 'this process is stopping')
  })
}

function refuseMalformed(api: Api): void {
  api.addHook('onRequest', async ({ raw }) => {
    if (raw.httpVersionMajor === 1 && raw.httpVersionMinor === 1 && raw.headers.host === undefined)
      throw new DecorumError('DECORUM_BAD_INPUT', 'the request names no Host')
  })
  api.server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    writeProblem(
      response.socket as Duplex,
      new DecorumError('DECORUM_BAD_INPUT', 'the request expects what this server does not do', {
        hint: 'Leave the Expect header out, or send 100-continue.',
      }),
    )
  })
  api.server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    writeProblem(socket, new DecorumError('DECORUM_METHOD_NOT_ALLOWED', 'this is no proxy'))
  })
}

/** A body that has not come whole in time is answered 408, and its connection closed. */
function boundBodies(api: Api, streamed: ReadonlySet<string>, bodyMs: number): void {
  const timers = new WeakMap<FastifyRequest, NodeJS.Timeout>()
  const stop = async (request: FastifyRequest): Promise<void> => clearTimeout(timers.get(request))
  api.addHook('preParsing', async (request, reply, payload) => {
    if (payload.readableEnded || streamed.has(request.routeOptions.url ?? '')) return
    const late = (): void => {
      void reply.header('connection', 'close')
      hangUpAfter(request, reply)
      // Its parser takes this for the end of the body, and the route's error handler answers it.
      payload.emit('error', new DecorumError('DECORUM_REQUEST_TIMEOUT', 'the body took too long to come'))
    }
    timers.set(request, setTimeout(late, bodyMs).unref())
  })
  api.addHook('preValidation', stop)
  api.addHook('onResponse', stop)
}

/** For the peer to read its answer before the connection is cut: what it still sends would make it lose that. */
const LINGER_MS = 1_000

/** Cuts the connection after this answer, unless all of the request has come by then: nobody reads the rest. */
export function hangUpAfter({ raw }: FastifyRequest, reply: FastifyReply): void {
  reply.raw.once('finish', () => {
    setTimeout(() => {
      if (!raw.complete) raw.destroy()
    }, LINGER_MS).unref()
  })
}

/** Closes the server: no connection is taken, answers under way get five seconds, then every connection is cut. */
export async function closeInTime(server: FastifyInstance, ms = CLOSING_MS): Promise<void> {
  const cut = setTimeout(() => server.server.closeAllConnections(), ms)
  try {
    await server.close()
  } finally {
    clearTimeout(cut)
  }
}
