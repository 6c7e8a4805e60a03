import { z } from 'zod'
import type { App } from '../../app/app.ts'
import { liftBody, suppressionBody } from '../../intake/bodies.ts'
import { endAnswer, suppressionAnswer } from '../../report/views/operations.ts'
import { pageOf } from '../../report/views/page.ts'
import { suppressionViewSchema } from '../../report/views/recipients.ts'
import { actorOf } from '../authenticate.ts'
import type { Api } from '../openapi.ts'
import { answers, answersOnceOrAgain, flag, ownPath, paging, ownerQuery } from '../schema.ts'

const tags = ['Stops']

/** Suppressions of an address, a channel or a recipient. */
export function suppressionRoutes(api: Api, app: App): void {
  api.post(
    '/v1/suppressions',
    {
      config: { scope: 'suppressions:write' },
      schema: {
        tags,
        summary: 'Stop contact at once',
        operationId: 'addSuppression',
        body: suppressionBody,
        response: answersOnceOrAgain(suppressionAnswer),
      },
    },
    async (request, reply) => {
      const answer = await app.services.addSuppression(actorOf(request), request.body)
      return reply.code(answer.standing ? 200 : 201).send(answer)
    },
  )

  api.get(
    '/v1/suppressions',
    {
      config: { scope: 'accounts:read' },
      schema: {
        tags,
        summary: 'List stops, the newest first',
        operationId: 'listSuppressions',
        querystring: z.strictObject({
          ...paging,
          ...ownerQuery,
          open: flag.optional().describe('true: only those in force.'),
        }),
        response: answers(200, pageOf(suppressionViewSchema)),
      },
    },
    (request) => app.services.listSuppressions(actorOf(request), request.query),
  )

  api.post(
    '/v1/suppressions/:id(^[^/:]+)::lift',
    {
      config: { scope: 'suppressions:write' },
      schema: {
        tags,
        summary: 'Lift a stop, saying why',
        operationId: 'liftSuppression',
        params: ownPath,
        body: liftBody,
        response: answers(200, endAnswer),
      },
    },
    (request) => app.services.liftSuppression(actorOf(request), request.params.id, request.body),
  )

  api.delete(
    '/v1/suppressions/:id',
    {
      config: { scope: 'suppressions:write' },
      schema: {
        tags,
        summary: 'Lift a stop, saying why in the query',
        operationId: 'deleteSuppression',
        params: ownPath,
        querystring: liftBody,
        response: answers(200, endAnswer),
      },
    },
    (request) => app.services.liftSuppression(actorOf(request), request.params.id, request.query),
  )
}
