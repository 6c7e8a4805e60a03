import type { App } from '../../app/app.ts'
import { permitBody, permitSettlement } from '../../intake/bodies.ts'
import { permitAnswer, permitSettled, permitViewSchema } from '../../report/views/operations.ts'
import { actorOf } from '../authenticate.ts'
import type { Api } from '../openapi.ts'
import { answers, answersOnceOrAgain, found, idempotencyHeaders, ownPath } from '../schema.ts'

const tags = ['Permits']

/** Permits: a dialler or an agency asks before it calls, and reports the outcome. */
export function permitRoutes(api: Api, app: App): void {
  api.post(
    '/v1/permits',
    {
      config: { scope: 'permits:write' },
      schema: {
        tags,
        summary: 'May this call be made now? If so, reserve it',
        operationId: 'askPermit',
        headers: idempotencyHeaders,
        body: permitBody,
        response: answersOnceOrAgain(permitAnswer),
      },
    },
    async (request, reply) => {
      const answer = await app.services.askPermit(
        actorOf(request),
        request.headers['idempotency-key'] ?? null,
        request.body,
      )
      if (answer.permitId === null) return reply.code(200).send(answer)
      return reply.code(201).header('location', `/v1/permits/${answer.permitId}`).send(answer)
    },
  )

  api.get(
    '/v1/permits/:id',
    {
      config: { scope: 'permits:write' },
      schema: {
        tags,
        summary: 'One permit and what came of it',
        operationId: 'getPermit',
        params: ownPath,
        response: answers(200, permitViewSchema),
      },
    },
    async (request) => found(await app.services.getPermit(actorOf(request), request.params.id), 'permit'),
  )

  api.post(
    '/v1/permits/:id(^[^/:]+)::settle',
    {
      config: { scope: 'permits:write' },
      schema: {
        tags,
        summary: 'Say what came of a permitted call',
        operationId: 'settlePermit',
        params: ownPath,
        body: permitSettlement,
        response: answers(200, permitSettled),
      },
    },
    (request) => app.services.settlePermit(actorOf(request), request.params.id, request.body),
  )
}
