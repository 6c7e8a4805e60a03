import { z } from 'zod'
import type { App } from '../../app/app.ts'
import { instant } from '../../intake/fields.ts'
import { timeZone } from '../../intake/recipient-body.ts'
import { DAY } from '../../model/time.ts'
import { forecastSchema } from '../../report/forecast.ts'
import { totalsSchema } from '../../report/views/accounts.ts'
import { actorOf } from '../authenticate.ts'
import type { Api } from '../openapi.ts'
import { answers, creditor } from '../schema.ts'

const MAX_DAYS = 92

/** Messages sent and not sent, by day. */
export function totalsRoutes(api: Api, app: App): void {
  api.get(
    '/v1/totals',
    {
      config: { scope: 'reminders:read' },
      schema: {
        tags: ['Reports'],
        summary: 'What was sent, deferred, refused and passed over, by day',
        operationId: 'getTotals',
        querystring: z
          .strictObject({ creditor, from: instant, to: instant, zone: timeZone.default('UTC') })
          .refine((query) => query.to > query.from && query.to - query.from <= MAX_DAYS * DAY, {
            path: ['to'],
            error: `is not after from and within ${MAX_DAYS} days of it`,
            params: { cure: 'Ask for a shorter span.' },
          }),
        response: answers(200, totalsSchema),
      },
    },
    (request) => app.services.totals(actorOf(request), request.query),
  )
}

/** When will the queues be empty? */
export function forecastRoutes(api: Api, app: App): void {
  api.get(
    '/v1/forecast',
    {
      config: { scope: 'reminders:read' },
      schema: {
        tags: ['Reports'],
        summary: 'When each route’s queue will be empty, and how many will not make it today',
        operationId: 'getForecast',
        querystring: z.strictObject({
          zone: timeZone
            .optional()
            .describe('Whose day is today; absent: the creditors’ book zone if they share one, otherwise UTC.'),
        }),
        response: answers(200, forecastSchema),
      },
    },
    (request) => app.services.forecast(actorOf(request), request.query),
  )
}
