import { z } from 'zod'
import type { App } from '../../app/app.ts'
import { capturedViewSchema, pageOf } from '../../app/views.ts'
import { answers } from '../answers.ts'
import type { Api } from '../api.ts'
import { actorOf } from '../authenticate.ts'
import { creditor, paging } from '../query.ts'

/** What the capture provider kept instead of sending. */
export function capturedRoutes(api: Api, app: App): void {
  api.get('/v1/captured', {
    config: { scope: 'accounts:read' },
    schema: {
      tags: ['Reminders'], summary: 'Messages that were captured instead of sent, the newest first; the access is logged', operationId: 'listCaptured',
      querystring: z.strictObject({ ...paging, creditor, reminderId: z.guid('is not an id of ours').optional() }),
      response: answers(200, pageOf(capturedViewSchema)),
    },
  }, (request) => app.services.listCaptured(actorOf(request), request.query))
}
