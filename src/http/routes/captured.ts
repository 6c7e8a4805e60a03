import { z } from 'zod'
import type { App } from '../../app/app.ts'
import { pageOf } from '../../report/views/page.ts'
import { capturedViewSchema } from '../../report/views/reminders.ts'
import { actorOf } from '../authenticate.ts'
import type { Api } from '../openapi.ts'
import { answers, creditor, paging } from '../schema.ts'

/** Messages that the capture provider stored instead of sending. */
export function capturedRoutes(api: Api, app: App): void {
  api.get(
    '/v1/captured',
    {
      config: { scope: 'accounts:read' },
      schema: {
        tags: ['Reminders'],
        summary: 'Messages that were captured instead of sent, the newest first; the access is logged',
        operationId: 'listCaptured',
        querystring: z.strictObject({ ...paging, creditor, reminderId: z.guid('is not an id of ours').optional() }),
        response: answers(200, pageOf(capturedViewSchema)),
      },
    },
    (request) => app.services.listCaptured(actorOf(request), request.query),
  )
}
