import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../../app/app.ts'
import type { OnResult } from '../../app/services/accepting.ts'
import type { Caller } from '../../app/services/keys.ts'
import { lineResult, type ImportTotals } from '../../app/views.ts'
import { answers } from '../answers.ts'
import type { Api } from '../api.ts'
import { actorOf } from '../authenticate.ts'
import { boundedBody } from '../bounded-body.ts'
import { importStream } from '../import-stream.ts'
import { problemOf } from '../problem.ts'
import { toDecorumError } from '../to-decorum-error.ts'

type Import = (actor: Caller['actor'], bytes: AsyncIterable<Uint8Array>, onResult: OnResult) => Promise<ImportTotals>

/**
 * Imports: NDJSON in, one result for each line out, at the pace of the slower of reader and ledger.
 *
 * One bad line loses none of the others, and no import has to fit into memory. Read the answer
 * while you send: only a file of up to some 150,000 lines may be sent whole first.
 */
export function importRoutes(api: Api, app: App): void {
  void api.register(async (scope: Api) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(['application/x-ndjson', 'application/ndjson', 'application/jsonl', 'application/octet-stream'], (_request, body, done) => done(null, body))

    const schema = (summary: string, operationId: string) => ({
      tags: ['Imports'], summary, operationId, consumes: ['application/x-ndjson'], produces: ['application/x-ndjson'],
      response: answers(200, lineResult),
    })
    const stream = (take: Import) => async (request: FastifyRequest, reply: FastifyReply) => {
      const actor = actorOf(request)
      const { lines, begun } = importStream(
        (onResult) => take(actor, boundedBody(request.body as Readable, app.config.limits.importBytes), onResult),
        (error) => problemOf(toDecorumError(error), request.id),
      )
      await begun
      return reply.type('application/x-ndjson').send(lines)
    }

    scope.post('/v1/accounts::import', {
      config: { scope: 'accounts:write' }, bodyLimit: app.config.limits.importBytes,
      schema: schema('Register many accounts; each line is an account with its id', 'importAccounts'),
    }, stream((actor, bytes, onResult) => app.services.importAccounts(actor, bytes, onResult)))

    scope.post('/v1/events::import', {
      config: { scope: 'events:write' }, bodyLimit: app.config.limits.importBytes,
      schema: schema('Report many events; each line is an event with its accountId', 'importEvents'),
    }, stream((actor, bytes, onResult) => app.services.importEvents(actor, bytes, onResult)))
  })
}
