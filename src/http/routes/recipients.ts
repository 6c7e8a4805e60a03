import { z } from 'zod'
import type { App } from '../../app/app.ts'
import { parseEmail, parsePhone } from '../../intake/address.ts'
import { instant, line, upstreamId } from '../../intake/fields.ts'
import { recipientBody } from '../../intake/recipient-body.ts'
import { recipientAnswer } from '../../report/views/operations.ts'
import { erasureViewSchema } from '../../report/erasure.ts'
import { personFileSchema } from '../../report/person-file.ts'
import { pageOf } from '../../report/views/page.ts'
import { accessViewSchema, recipientViewSchema } from '../../report/views/recipients.ts'
import { LANGUAGES } from '../../report/words/terms.ts'
import { actorOf } from '../authenticate.ts'
import type { Api } from '../openapi.ts'
import { answers, creditor, found, paging, upstreamPath } from '../schema.ts'

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

const found200 = z.object({ items: z.array(recipientViewSchema) })
const language = z.enum(LANGUAGES).default('en').describe('Of the words for people.')

const refOf = (request: { params: { id: string }; query: { creditor?: string | undefined } }) => ({
  creditor: request.query.creditor ?? null,
  id: request.params.id,
})

/** Recipients, and who saw them. Every read is written to the access log. */
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
      config: { scope: 'people:read' },
      schema: {
        tags,
        summary: 'One person; the access is logged',
        operationId: 'getRecipient',
        params: upstreamPath,
        querystring: z.strictObject({ creditor }),
        response: answers(200, recipientViewSchema),
      },
    },
    async (request) => found(await app.services.getRecipient(actorOf(request), refOf(request)), 'recipient'),
  )

  api.get(
    '/v1/recipients',
    {
      config: { scope: 'people:read' },
      schema: {
        tags,
        summary: 'The same, with the number in the address: proxies keep addresses, so search by POST',
        description:
          'Answers as before. `POST /v1/recipients:search` asks the same without leaving a number or a mailbox in anybody’s log.',
        operationId: 'findRecipients',
        deprecated: true,
        querystring: z.strictObject({ address, creditor }),
        response: answers(200, found200),
      },
    },
    async (request, reply) => {
      void reply.header('link', '</v1/recipients:search>; rel="successor-version"')
      return { items: await app.services.recipientsByAddress(actorOf(request), request.query) }
    },
  )

  api.post(
    '/v1/recipients::search',
    {
      config: { scope: 'people:read' },
      schema: {
        tags,
        summary: 'Who has this number or mailbox? The search is logged',
        operationId: 'searchRecipients',
        body: z.strictObject({ address, creditor }),
        response: answers(200, found200),
      },
    },
    async (request) => ({ items: await app.services.recipientsByAddress(actorOf(request), request.body) }),
  )

  api.get(
    '/v1/recipients/:id/export',
    {
      config: { scope: 'people:export' },
      schema: {
        tags,
        summary: 'Everything that is kept of a person, as data and as one document to read; the access is logged',
        operationId: 'exportRecipient',
        params: upstreamPath,
        querystring: z.strictObject({ creditor, lang: language }),
        response: answers(200, personFileSchema),
      },
    },
    async (request) =>
      found(await app.services.exportRecipient(actorOf(request), refOf(request), request.query.lang), 'recipient'),
  )

  api.post(
    '/v1/recipients/:id/erasure',
    {
      config: { scope: 'people:erase' },
      schema: {
        tags,
        summary: 'Erase a person for good; refused under a legal hold and while evidence is owed',
        operationId: 'eraseRecipient',
        params: upstreamPath,
        querystring: z.strictObject({ creditor, lang: language }),
        response: answers(200, erasureViewSchema),
      },
    },
    (request) => app.services.eraseRecipient(actorOf(request), refOf(request), request.query.lang),
  )

  api.get(
    '/v1/access-log',
    {
      config: { scope: 'access-log:read' },
      schema: {
        tags,
        summary: 'Who read or changed what, the newest first: of a person, or by an actor',
        operationId: 'listAccess',
        querystring: z.strictObject({
          ...paging,
          creditor,
          recipientId: upstreamId.optional(),
          actor: line(100).optional().describe('`key:<id>` or `user:<name>`.'),
          from: instant.optional(),
          to: instant.optional(),
        }),
        response: answers(200, pageOf(accessViewSchema)),
      },
    },
    (request) => app.services.listAccess(actorOf(request), request.query),
  )
}
