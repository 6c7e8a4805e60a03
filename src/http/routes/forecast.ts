import { z } from 'zod'
import type { App } from '../../app/app.ts'
import { forecastSchema } from '../../report/forecast.ts'
import { timeZone } from '../../intake/recipient-body.ts'
import { answers } from '../schema.ts'
import type { Api } from '../openapi.ts'
import { actorOf } from '../authenticate.ts'

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
