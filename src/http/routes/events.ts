import type { App } from '../../app/app.ts'
import { eventBody } from '../../intake/bodies.ts'
import { eventAnswer } from '../../report/views/operations.ts'
import { actorOf } from '../authenticate.ts'
import type { Api } from '../openapi.ts'
import { answersOnceOrAgain, upstreamPath } from '../schema.ts'

/** What upstream reports about an account: payments, promises, disputes, … */
export function eventRoutes(api: Api, app: App): void {
  api.post(
    '/v1/accounts/:id/events',
    {
      config: { scope: 'events:write' },
      schema: {
        tags: ['Accounts'],
        summary: 'Report an event; the same id twice does nothing twice',
        operationId: 'addEvent',
        params: upstreamPath,
        body: eventBody,
        response: answersOnceOrAgain(eventAnswer),
      },
    },
    async (request, reply) => {
      const answer = await app.services.addEvent(actorOf(request), request.params.id, request.body)
      return reply.code(answer.repeated ? 200 : 201).send(answer)
    },
  )
}
