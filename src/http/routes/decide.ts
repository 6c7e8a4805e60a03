import { z } from 'zod'
import type { App } from '../../app/app.ts'
import { decideCaseSchema } from '../../intake/decide-case-schema.ts'
import { OBJECTION_CODES, VERDICTS } from '../../model/decision.ts'
import { DecorumError } from '../../model/errors.ts'
import { decisionExplanationSchema } from '../../model/explanation.ts'
import { LANGUAGES } from '../../report/words/terms.ts'
import { decisionText } from '../../services/decide-case.ts'
import type { Api } from '../openapi.ts'
import { answers, flag } from '../schema.ts'

const decision = z.object({
  verdict: z.enum(VERDICTS),
  until: z.string().nullable(),
  candidateZones: z.array(z.string()),
  packs: z.array(z.object({ id: z.string(), version: z.string() })),
  zoneData: z.string().describe('The edition of the time zone data it was decided with, as 2026f.'),
  reasons: z.array(
    z.object({
      code: z.enum(OBJECTION_CODES),
      rule: z.string(),
      pack: z.string(),
      version: z.string(),
      citation: z.string(),
      verified: z.boolean(),
      until: z.string().nullable(),
    }),
  ),
  explanation: decisionExplanationSchema
    .optional()
    .describe('With `explain=true`: what each rule judged by, which let it pass, which stayed silent and why.'),
  words: z.array(z.string()).optional().describe('With `explain=true`: the same for people, one line each.'),
})

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
        response: answers(200, decision),
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
