import { z } from 'zod'
import type { App } from '../../app/app.ts'
import { accountBody } from '../../intake/account-body.ts'
import { eventBody } from '../../intake/bodies.ts'
import { ACCOUNT_STATES } from '../../model/vocabulary.ts'
import { accountViewSchema, timelineEntrySchema } from '../../report/views/accounts.ts'
import { accountAnswer, eventAnswer } from '../../report/views/operations.ts'
import { pageOf } from '../../report/views/page.ts'
import { actorOf } from '../authenticate.ts'
import type { Api } from '../openapi.ts'
import { answers, creditor, found, paging, upstreamPath, ownerQuery, answersOnceOrAgain } from '../schema.ts'

const tags = ['Accounts']

/** Accounts: register and correct them, read their state and timeline. */
export function accountRoutes(api: Api, app: App): void {
  api.put(
    '/v1/accounts/:id',
    {
      config: { scope: 'accounts:write' },
      schema: {
        tags,
        summary: 'Register an account, or merge newer facts into it',
        operationId: 'putAccount',
        params: upstreamPath,
        body: accountBody,
        response: answers(200, accountAnswer),
      },
    },
    (request) => app.services.putAccount(actorOf(request), request.params.id, request.body),
  )

  api.get(
    '/v1/accounts',
    {
      config: { scope: 'accounts:read' },
      schema: {
        tags,
        summary: 'List accounts in the order in which they came',
        operationId: 'listAccounts',
        querystring: z.strictObject({
          ...paging,
          creditor,
          recipientId: ownerQuery.recipientId,
          state: z.enum(ACCOUNT_STATES).optional(),
        }),
        response: answers(200, pageOf(accountViewSchema)),
      },
    },
    (request) => app.services.listAccounts(actorOf(request), request.query),
  )

  api.get(
    '/v1/accounts/:id',
    {
      config: { scope: 'accounts:read' },
      schema: {
        tags,
        summary: 'Where one account stands',
        operationId: 'getAccount',
        params: upstreamPath,
        querystring: z.strictObject({ creditor }),
        response: answers(200, accountViewSchema),
      },
    },
    async (request) => {
      const ref = { creditor: request.query.creditor ?? null, id: request.params.id }
      return found(await app.services.getAccount(actorOf(request), ref), 'account')
    },
  )

  api.get(
    '/v1/accounts/:id/timeline',
    {
      config: { scope: 'accounts:read' },
      schema: {
        tags,
        summary: 'Everything that happened to one account, oldest first',
        operationId: 'getAccountTimeline',
        params: upstreamPath,
        querystring: z.strictObject({ ...paging, creditor }),
        response: answers(200, pageOf(timelineEntrySchema)),
      },
    },
    async (request) => {
      const { creditor: stated, ...page } = request.query
      return found(
        await app.services.accountTimeline(actorOf(request), { creditor: stated ?? null, id: request.params.id }, page),
        'account',
      )
    },
  )
}

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
