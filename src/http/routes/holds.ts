import { z } from 'zod'
import type { App } from '../../app/app.ts'
import { holdBody, holdEndBody } from '../../intake/bodies.ts'
import { endAnswer, holdAnswer } from '../../report/views/operations.ts'
import { pageOf } from '../../report/views/page.ts'
import { holdViewSchema } from '../../report/views/recipients.ts'
import { actorOf } from '../authenticate.ts'
import type { Api } from '../openapi.ts'
import { answers, flag, ownPath, paging, ownerQuery } from '../schema.ts'

const tags = ['Holds']

/** Holds of an account or a recipient. */
export function holdRoutes(api: Api, app: App): void {
  api.post(
    '/v1/holds',
    {
      config: { scope: 'holds:write' },
      schema: {
        tags,
        summary: 'Put an account or a person on hold',
        operationId: 'addHold',
        body: holdBody,
        response: answers(201, holdAnswer),
      },
    },
    async (request, reply) => reply.code(201).send(await app.services.addHold(actorOf(request), request.body)),
  )

  api.get(
    '/v1/holds',
    {
      config: { scope: 'accounts:read' },
      schema: {
        tags,
        summary: 'List holds, the newest first',
        operationId: 'listHolds',
        querystring: z.strictObject({
          ...paging,
          ...ownerQuery,
          open: flag.optional().describe('true: only those that stand.'),
        }),
        response: answers(200, pageOf(holdViewSchema)),
      },
    },
    (request) => app.services.listHolds(actorOf(request), request.query),
  )

  api.post(
    '/v1/holds/:id(^[^/:]+)::end',
    {
      config: { scope: 'holds:write' },
      schema: {
        tags,
        summary: 'End a hold, saying why',
        operationId: 'endHold',
        params: ownPath,
        body: holdEndBody,
        response: answers(200, endAnswer),
      },
    },
    (request) => app.services.endHold(actorOf(request), request.params.id, request.body),
  )

  api.delete(
    '/v1/holds/:id',
    {
      config: { scope: 'holds:write' },
      schema: {
        tags,
        summary: 'End a hold, saying why in the query',
        operationId: 'deleteHold',
        params: ownPath,
        querystring: holdEndBody,
        response: answers(200, endAnswer),
      },
    },
    (request) => app.services.endHold(actorOf(request), request.params.id, request.query),
  )
}
