import { z } from 'zod'
import type { App } from '../../app/app.ts'
import { doubtResolution } from '../../intake/bodies.ts'
import { doubtAnswer, doubtViewSchema } from '../../report/views/operations.ts'
import { pageOf } from '../../report/views/page.ts'
import { actorOf } from '../authenticate.ts'
import type { Api } from '../openapi.ts'
import { answers, creditor, paging } from '../schema.ts'

const tags = ['Doubts']

/** Doubts: attempts that may or may not have gone out, for an operator to resolve. */
export function doubtRoutes(api: Api, app: App): void {
  api.get(
    '/v1/doubts',
    {
      config: { scope: 'reminders:read' },
      schema: {
        tags,
        summary: 'List attempts in doubt, the oldest first',
        operationId: 'listDoubts',
        querystring: z.strictObject({ ...paging, creditor }),
        response: answers(200, pageOf(doubtViewSchema)),
      },
    },
    (request) => app.services.listDoubts(actorOf(request), request.query),
  )

  api.post(
    '/v1/doubts/:reminderId/:attemptNo(^\\d+)::resolve',
    {
      config: { scope: 'doubts:write' },
      schema: {
        tags,
        summary: 'Say what is known of an attempt in doubt',
        operationId: 'resolveDoubt',
        params: z.strictObject({
          reminderId: z.guid('is not an id of ours'),
          attemptNo: z.coerce.number().int().min(1).max(32_767),
        }),
        body: doubtResolution,
        response: answers(200, doubtAnswer),
      },
    },
    (request) =>
      app.services.resolveDoubt(actorOf(request), request.params.reminderId, request.params.attemptNo, request.body),
  )
}
