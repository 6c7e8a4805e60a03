import { z } from 'zod'
import type { App } from '../../app/app.ts'
import { reminderBody } from '../../intake/bodies.ts'
import { decisionExplanationSchema } from '../../model/explanation.ts'
import { CHANNELS, REMINDER_STATUSES } from '../../model/vocabulary.ts'
import { cancelAnswer } from '../../report/views/operations.ts'
import { pageOf } from '../../report/views/page.ts'
import { reminderSummarySchema, reminderViewSchema, capturedViewSchema } from '../../report/views/reminders.ts'
import { LANGUAGES } from '../../report/words/terms.ts'
import { actorOf } from '../authenticate.ts'
import type { Api } from '../openapi.ts'
import { answers, found, idempotencyHeaders, ownPath, paging, ownerQuery, creditor } from '../schema.ts'

const tags = ['Reminders']

/** Reminders: create, read, explain and cancel them. */
export function reminderRoutes(api: Api, app: App): void {
  api.post(
    '/v1/reminders',
    {
      config: { scope: 'reminders:write' },
      schema: {
        tags,
        summary: 'Ask for one reminder',
        operationId: 'createReminder',
        headers: idempotencyHeaders,
        body: reminderBody,
        response: answers(202, z.object({ id: z.string(), status: z.enum(REMINDER_STATUSES) })),
      },
    },
    async (request, reply) => {
      const { id, status } = await app.services.createReminder(
        actorOf(request),
        request.headers['idempotency-key'] ?? null,
        request.body,
      )
      return reply.code(202).header('location', `/v1/reminders/${id}`).send({ id, status })
    },
  )

  api.get(
    '/v1/reminders',
    {
      config: { scope: 'reminders:read' },
      schema: {
        tags,
        summary: 'List reminders, the newest first',
        operationId: 'listReminders',
        querystring: z.strictObject({
          ...paging,
          ...ownerQuery,
          status: z.enum(REMINDER_STATUSES).optional(),
          channel: z.enum(CHANNELS).optional(),
        }),
        response: answers(200, pageOf(reminderSummarySchema)),
      },
    },
    (request) => app.services.listReminders(actorOf(request), request.query),
  )

  api.get(
    '/v1/reminders/:id',
    {
      config: { scope: 'reminders:read' },
      schema: {
        tags,
        summary: 'One reminder with every decision, attempt and receipt',
        operationId: 'getReminder',
        params: ownPath,
        response: answers(200, reminderViewSchema),
      },
    },
    async (request) => found(await app.services.getReminder(actorOf(request), request.params.id), 'reminder'),
  )

  api.get(
    '/v1/reminders/:id/explanation',
    {
      config: { scope: 'reminders:read' },
      schema: {
        tags,
        summary: 'The same in plain words',
        operationId: 'explainReminder',
        params: ownPath,
        querystring: z.strictObject({ lang: z.enum(LANGUAGES).default('en') }),
        response: answers(
          200,
          z.object({
            lines: z.array(z.string()),
            asked: decisionExplanationSchema
              .nullable()
              .describe('What the rules of the last decision judged by; null where that cannot be told again.'),
          }),
        ),
      },
    },
    async (request) =>
      found(await app.services.explainReminder(actorOf(request), request.params.id, request.query.lang), 'reminder'),
  )

  api.get(
    '/v1/reminders/:id/attempts/:no/words',
    {
      config: { scope: 'people:read' },
      schema: {
        tags,
        summary: 'What an attempt said, word for word; the access is logged',
        operationId: 'getAttemptWords',
        params: ownPath.extend({ no: z.coerce.number().int().min(1).max(1000) }),
        response: answers(
          200,
          z.discriminatedUnion('state', [
            z.object({
              state: z.literal('kept'),
              source: z.enum(['captured', 'rendered-again']),
              content: z.unknown(),
            }),
            z.object({ state: z.literal('erased') }),
            z.object({ state: z.literal('unavailable'), problem: z.string() }),
          ]),
        ),
      },
    },
    async (request) =>
      found(await app.services.attemptWords(actorOf(request), request.params.id, request.params.no), 'attempt'),
  )

  api.delete(
    '/v1/reminders/:id',
    {
      config: { scope: 'reminders:write' },
      schema: {
        tags,
        summary: 'Call a reminder off',
        operationId: 'cancelReminder',
        params: ownPath,
        response: answers(200, cancelAnswer),
      },
    },
    (request) => app.services.cancelReminder(actorOf(request), request.params.id),
  )
}

/** Messages that the capture provider stored instead of sending. */
export function capturedRoutes(api: Api, app: App): void {
  api.get(
    '/v1/captured',
    {
      config: { scope: 'people:read' },
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
