import { z } from 'zod'
import type { App } from '../../app/app.ts'
import { decideCaseSchema } from '../../intake/decide-case-schema.ts'
import { DecorumError } from '../../model/errors.ts'
import { decideAnswer } from '../../report/views/reminders.ts'
import { LANGUAGES } from '../../report/words/terms.ts'
import { decisionText } from '../../services/decide-case.ts'
import type { Api } from '../openapi.ts'
import { answers, flag } from '../schema.ts'

/** The decide contract: one case in, one decision out, without the ledger. */
export function decideRoutes(api: Api, app: App): void {
  api.post(
    '/v1/decide',
    {
      config: { scope: 'decide' },
      schema: {
        tags: ['Decide'],
        summary: 'May this be sent now, and if not, why?',
        operationId: 'decide',
        body: decideCaseSchema,
        querystring: z.strictObject({
          explain: flag.optional(),
          lang: z.enum(LANGUAGES).default('en').describe('Language of `words`.'),
        }),
        response: answers(200, decideAnswer),
      },
    },
    (request) => {
      const answer = app.policies.decide(request.body)
      if (!answer.ok)
        throw new DecorumError('DECORUM_BAD_INPUT', 'this is not a decide case', { faults: answer.faults })
      if (request.query.explain !== true) return answer.decision
      return {
        ...answer.decision,
        explanation: answer.explain(),
        words: decisionText(answer, true, request.query.lang).split('\n'),
      }
    },
  )
}
