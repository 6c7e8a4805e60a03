import { z } from 'zod'
import { CHANNELS } from '../model/channel.ts'
import { withoutOldPrefix } from '../model/old-prefixes.ts'
import { SUPPRESSION_REASONS, SUPPRESSION_SCOPES } from '../model/suppression.ts'
import { parseEmail, parsePhone } from './address-fields.ts'
import { line, upstreamId, word } from './text-fields.ts'
import { instant } from './time-fields.ts'

/** `POST /v1/suppressions`: a stop for one address, one channel of a person, or everything of a person. */
export const suppressionBody = z.strictObject({
  creditor: word.optional(),
  scope: z.enum(SUPPRESSION_SCOPES),
  recipientId: upstreamId.optional(),
  value: line(254).optional().describe('The number (+…) or mailbox, for scope address.'),
  channel: z.enum(CHANNELS).nullish(),
  reason: z.enum(SUPPRESSION_REASONS),
  source: word.default('api'),
  from: instant.nullish().describe('Absent: from when it is reported.'),
  until: instant.nullish(),
}).transform((body, ctx) => {
  const fault = (path: string, message: string, cure: string) => ctx.addIssue({ code: 'custom', path: [path], message, params: { cure } })
  if (body.scope !== 'address') {
    if (body.recipientId === undefined) fault('recipientId', 'is missing', `Scope ${body.scope} stops a person: name the person.`)
    if (body.scope === 'channel' && body.channel == null) fault('channel', 'is missing', 'Name the channel that stops.')
    if (body.value !== undefined) fault('value', 'belongs to scope address', 'Use scope address, or leave it out.')
    return body
  }
  if (body.value === undefined) {
    fault('value', 'is missing', 'Scope address stops one number or mailbox: state it.')
    return body
  }
  const parsed = body.value.includes('@') ? parseEmail(body.value) : parsePhone(numberInForce(body.value), null)
  if (!parsed.ok) fault('value', parsed.problem, parsed.cure)
  return parsed.ok ? { ...body, value: parsed.value } : body
})
export type SuppressionBody = z.output<typeof suppressionBody>

/** As its country writes it now: a stop comes in the form in which a provider reported the number. */
function numberInForce(value: string): string {
  const digits = value.replaceAll(/[\s().-]/g, '')
  const now = withoutOldPrefix(digits)
  return now === digits ? value : now
}

/** `POST /v1/suppressions/{id}:lift`. */
export const liftBody = z.strictObject({ reason: line(200) })
export type LiftBody = z.output<typeof liftBody>
