import { once } from 'node:events'
import { PassThrough, type Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../../app/app.ts'
import { type ImportTotals, lineResult, type LineResult } from '../../report/views/operations.ts'
import type { OnResult } from '../../services/commands.ts'
import type { Caller } from '../../services/keys.ts'
import { DecorumError } from '../../model/errors.ts'
import { actorOf } from '../authenticate.ts'
import { boundedBody } from '../bodies.ts'
import { hangUpAfter, PEER_LIMITS, type PeerLimits } from '../connection-bounds.ts'
import type { Api } from '../openapi.ts'
import { type Problem, problemOf, toDecorumError } from '../problems.ts'
import { answers } from '../schema.ts'

type Import = (actor: Caller['actor'], bytes: AsyncIterable<Uint8Array>, onResult: OnResult) => Promise<ImportTotals>

/**
 * Imports: NDJSON in, one result for each line out, as fast as the slower of client and ledger.
 *
 * A bad line is rejected alone, and an import need not fit into memory. A client has to read the answer while it sends: only
 * a file of up to about 150,000 lines may be sent completely first.
 */
export function importRoutes(api: Api, app: App, limits: PeerLimits): void {
  void api.register(async (scope: Api) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      ['application/x-ndjson', 'application/ndjson', 'application/jsonl', 'application/octet-stream'],
      (_request, body, done) => done(null, body),
    )

    const schema = (summary: string, operationId: string) => ({
      tags: ['Imports'],
      summary,
      operationId,
      consumes: ['application/x-ndjson'],
      produces: ['application/x-ndjson'],
      response: answers(200, lineResult),
    })
    let underWay = 0
    const stream = (take: Import) => async (request: FastifyRequest, reply: FastifyReply) => {
      const actor = actorOf(request)
      if (underWay >= app.config.limits.importsAtOnce) {
        void reply.header('retry-after', '10')
        throw new DecorumError('DECORUM_OVERLOADED', 'as many imports are under way as this process takes at once', {
          hint: 'Wait for one to end, as Retry-After says, and send the same again.',
        })
      }
      underWay++
      const { lines, begun, ended } = importStream(
        (onResult) =>
          take(actor, boundedBody(request.body as Readable, app.config.limits.importBytes, limits.idleMs), onResult),
        (error) => problemOf(toDecorumError(error), request.id),
        limits.unreadMs,
      )
      void ended.then(() => underWay--)
      hangUpAfter(request, reply)
      await begun
      return reply.type('application/x-ndjson').send(lines)
    }

    scope.post(
      '/v1/accounts::import',
      {
        config: { scope: 'accounts:write' },
        bodyLimit: app.config.limits.importBytes,
        schema: schema('Register many accounts; each line is an account with its id', 'importAccounts'),
      },
      stream((actor, bytes, onResult) => app.services.importAccounts(actor, bytes, onResult)),
    )

    scope.post(
      '/v1/events::import',
      {
        config: { scope: 'events:write' },
        bodyLimit: app.config.limits.importBytes,
        schema: schema('Report many events; each line is an event with its accountId', 'importEvents'),
      },
      stream((actor, bytes, onResult) => app.services.importEvents(actor, bytes, onResult)),
    )
  })
}

/**
 * Results buffered for a client that sends all of its file before it reads the answer: about 150,000 lines. With a longer
 * file such a client and the import would wait for each other.
 */
const WAITING_BYTES = 16 * 1024 * 1024

/** Results are written in chunks of this size. */
const CHUNK_CHARACTERS = 32 * 1024

/** A running import. */
interface ImportStream {
  /** NDJSON, one result for each line in order; a failure half-way ends it with one `{"problem": …}`. */
  lines: Readable
  /** Resolves at the first result or at the end; rejects when it failed before it wrote anything. */
  begun: Promise<void>
  /** Resolves when nothing of it runs any more, whether it succeeded or not. */
  ended: Promise<void>
}

/** Resolves once the client has read enough; a client that reads nothing is given up. */
async function drained(lines: PassThrough, gone: AbortSignal, unreadMs: number): Promise<void> {
  try {
    await once(lines, 'drain', { signal: AbortSignal.any([gone, AbortSignal.timeout(unreadMs)]) })
  } catch (error) {
    lines.destroy()
    throw error
  }
}

/**
 * Runs an import into a stream with backpressure.
 *
 * @param run      reads lines and gives each result to `take`, waiting for it
 * @param problem  the last line when `run` fails after its first result
 * @param unreadMs  a client that reads nothing of its answer for so long ends its import
 */
export function importStream(
  run: (take: (result: LineResult) => Promise<void>) => Promise<ImportTotals>,
  problem: (error: unknown) => Problem,
  unreadMs = PEER_LIMITS.unreadMs,
): ImportStream {
  const lines = new PassThrough({ writableHighWaterMark: WAITING_BYTES, readableHighWaterMark: 64 * 1024 })
  const gone = new AbortController()
  lines.once('close', () => gone.abort())
  // When the client disconnects, the next `take` rejects; the stream's own error adds nothing.
  lines.on('error', () => undefined)
  let wrote: () => void = () => undefined
  const first = new Promise<void>((resolve) => {
    wrote = resolve
  })
  let any = false
  let waiting = ''
  const flush = (): void => {
    if (waiting !== '') lines.write(waiting)
    waiting = ''
    wrote()
  }
  const done = run(async (result) => {
    gone.signal.throwIfAborted()
    any = true
    // Buffered: writing each result by itself cost as much as reading its line.
    if (waiting === '') setImmediate(flush)
    waiting += `${JSON.stringify(result)}\n`
    if (waiting.length >= CHUNK_CHARACTERS) flush()
    if (lines.writableNeedDrain) await drained(lines, gone.signal, unreadMs)
  }).then(
    () => {
      flush()
      lines.end()
    },
    (error: unknown) => {
      if (!any) throw error
      flush()
      lines.end(`${JSON.stringify({ problem: problem(error) })}\n`)
    },
  )
  return {
    lines,
    begun: Promise.race([first, done]),
    ended: done.catch(() => undefined),
  }
}
