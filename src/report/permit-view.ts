import { z } from 'zod'
import { OBJECTION_CODES, VERDICTS } from '../model/decision.ts'
import { MODES } from '../model/kind.ts'
import { instantText } from './page.ts'

/** An objection as answers write it. */
export const objectionText = z.object({
  code: z.enum(OBJECTION_CODES),
  rule: z.string(),
  pack: z.string(),
  version: z.string(),
  citation: z.string(),
  verified: z.boolean(),
  until: instantText.nullable(),
  reminderId: z.string().optional().describe('The reminder that stands in the way, where one does.'),
})

/** Rules that forbade a contact which was made all the same; it was recorded, is marked with them, and counts. */
export const exceededText = z.array(z.object({ rule: z.string(), citation: z.string() })).describe('Rules that forbade this contact, which was recorded all the same. Empty or absent: none did.')

/** `send`: call until `expiresAt` and settle. Anything else: do not call; `until` says when to ask again, if that is known. */
export const permitAnswer = z.object({
  verdict: z.enum(VERDICTS),
  until: instantText.nullable(),
  reasons: z.array(objectionText),
  permitId: z.string().nullable().describe('Null unless the verdict is send: no permit, no call.'),
  expiresAt: instantText.nullable().describe('No call may begin at or after it. Not settled by then, the permit counts as a call in doubt.'),
})
export type PermitAnswer = z.infer<typeof permitAnswer>

/** `repeated`: it had been settled so before, and nothing was done again. */
export const permitSettled = z.object({ id: z.string(), outcome: z.string(), repeated: z.boolean(), exceeded: exceededText.optional() })
export type PermitSettled = z.infer<typeof permitSettled>

/** What `GET /v1/permits/{id}` answers. */
export const permitViewSchema = z.object({
  id: z.string(),
  creditor: z.string(),
  recipientId: z.string(),
  accountIds: z.array(z.string()),
  mode: z.enum(MODES),
  by: z.string(),
  status: z.enum(['open', 'settled', 'in_doubt']),
  askedAt: instantText,
  expiresAt: instantText,
  outcome: z.string().nullable(),
  calledAt: instantText.nullable(),
  settledAt: instantText.nullable(),
  settledBy: z.string().nullable(),
  candidateZones: z.array(z.string()),
  packs: z.array(z.object({ id: z.string(), version: z.string() })),
  zoneData: z.string().nullable().describe('The edition of the time zone data it was decided with; null: recorded before it was kept.'),
})
export type PermitView = z.infer<typeof permitViewSchema>
