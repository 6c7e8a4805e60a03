import { z } from 'zod'
import type { App } from '../../app/app.ts'
import { contactBody } from '../../intake/bodies.ts'
import { contactAnswer } from '../../report/views/operations.ts'
import { pageOf } from '../../report/views/page.ts'
import { contactViewSchema } from '../../report/views/recipients.ts'
import { actorOf } from '../authenticate.ts'
import type { Api } from '../openapi.ts'
import { answers, answersOnceOrAgain, paging, ownerQuery } from '../schema.ts'

const tags = ['Contacts']

/** Contacts made elsewhere count toward the same caps as our own. */
export function contactRoutes(api: Api, app: App): void {
  api.post(
    '/v1/contacts',
    {
      config: { scope: 'contacts:write' },
      schema: {
        tags,
        summary: 'Report a contact made elsewhere',
        operationId: 'addContact',
        body: contactBody,
        response: answersOnceOrAgain(contactAnswer),
      },
    },
    async (request, reply) => {
      const answer = await app.services.addContact(actorOf(request), request.body)
      return reply.code(answer.repeated ? 200 : 201).send(answer)
    },
  )

  api.get(
    '/v1/contacts',
    {
      config: { scope: 'accounts:read' },
      schema: {
        tags,
        summary: 'What counts toward the caps of one account or person, the latest first',
        operationId: 'listContacts',
        querystring: z
          .strictObject({ ...paging, ...ownerQuery })
          .refine((query) => query.accountId !== undefined || query.recipientId !== undefined, {
            path: ['recipientId'],
            error: 'is missing',
            params: { cure: 'State recipientId or accountId.' },
          }),
        response: answers(200, pageOf(contactViewSchema)),
      },
    },
    (request) => app.services.listContacts(actorOf(request), request.query),
  )
}
