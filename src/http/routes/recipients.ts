import { z } from 'zod'
import type { App } from '../../app/app.ts'
import { parseEmail, parsePhone } from '../../intake/address.ts'
import { recipientBody } from '../../intake/recipient-body.ts'
import { recipientAnswer } from '../../report/views/operations.ts'
import { recipientViewSchema } from '../../report/views/recipients.ts'
import { actorOf } from '../authenticate.ts'
import type { Api } from '../openapi.ts'
import { answers, creditor, found, upstreamPath } from '../schema.ts'

const tags = ['Recipients']

const address = z
  .string()
  .min(3)
  .max(254)
  .transform((text, ctx) => {
    // A `+` in a query is a space; no number begins with one.
    const parsed = text.includes('@') ? parseEmail(text) : parsePhone(text.replace(/^ /, '+'), null)
    if (parsed.ok) return parsed.value
    ctx.addIssue({ code: 'custom', message: parsed.problem, params: { cure: parsed.cure } })
    return z.NEVER
  })
  .describe('A number (+…) or a mailbox.')

/** Recipients. Every read is written to the access log. */
export function recipientRoutes(api: Api, app: App): void {
  api.put(
    '/v1/recipients/:id',
    {
      config: { scope: 'accounts:write' },
      schema: {
        tags,
        summary: 'State a person, or merge newer facts',
        operationId: 'putRecipient',
        params: upstreamPath,
        body: recipientBody,
        response: answers(200, recipientAnswer),
      },
    },
    (request) => app.services.putRecipient(actorOf(request), request.params.id, request.body),
  )

  api.get(
    '/v1/recipients/:id',
    {
      config: { scope: 'accounts:read' },
      schema: {
        tags,
        summary: 'One person; the access is logged',
        operationId: 'getRecipient',
        params: upstreamPath,
        querystring: z.strictObject({ creditor }),
        response: answers(200, recipientViewSchema),
      },
    },
    async (request) => {
      const ref = { creditor: request.query.creditor ?? null, id: request.params.id }
      return found(await app.services.getRecipient(actorOf(request), ref), 'recipient')
    },
  )

  api.get(
    '/v1/recipients',
    {
      config: { scope: 'accounts:read' },
      schema: {
        tags,
        summary: 'Who has this number or mailbox? The search is logged',
        operationId: 'findRecipients',
        querystring: z.strictObject({ address, creditor }),
        response: answers(200, z.object({ items: z.array(recipientViewSchema) })),
      },
    },
    async (request) => ({ items: await app.services.recipientsByAddress(actorOf(request), request.query) }),
  )
}
