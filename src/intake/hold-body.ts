import { z } from 'zod'
import { HOLD_KINDS } from '../model/hold.ts'
import { line, upstreamId, word } from './text-fields.ts'
import { instant } from './time-fields.ts'

/** `POST /v1/holds`: a pause of one account, or of everything of a person. */
export const holdBody = z.strictObject({
  creditor: word.optional(),
  accountId: upstreamId.optional(),
  recipientId: upstreamId.optional(),
  kind: z.enum(HOLD_KINDS).default('manual'),
  from: instant.nullish().describe('Absent: now.'),
  until: instant.nullish().describe('Absent: until somebody ends it.'),
  reason: line(200).nullish(),
}).refine((body) => (body.accountId === undefined) !== (body.recipientId === undefined), {
  path: ['accountId'], error: 'either an account or a person is held', params: { cure: 'State accountId or recipientId, not both.' },
}).refine((body) => body.until == null || body.from == null || body.until > body.from, { path: ['until'], error: 'is not after from' })
export type HoldBody = z.output<typeof holdBody>

/** `POST /v1/holds/{id}:end`. */
export const holdEndBody = z.strictObject({ reason: line(200) })
export type HoldEndBody = z.output<typeof holdEndBody>
