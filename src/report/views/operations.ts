import { z } from 'zod'
import { OBJECTION_CODES, VERDICTS } from '../../model/decision.ts'
import {
  ACCOUNT_STATES,
  CHANNELS,
  HOLD_KINDS,
  MODES,
  REMINDER_STATUSES,
  SUPPRESSION_SCOPES,
  SWITCH_DIMENSIONS,
  SWITCH_STATES,
} from '../../model/vocabulary.ts'
import { instantText } from './page.ts'

/** An objection in answers. */
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

/** Rules that a recorded contact broke; the contact is marked with them and counts toward caps. */
const exceededText = z
  .array(z.object({ rule: z.string(), citation: z.string() }))
  .describe('Rules that forbade this contact, which was recorded all the same. Empty or absent: none did.')

/** `send`: call until `expiresAt` and settle. Anything else: do not call; `until` says when to ask again, if that is known. */
export const permitAnswer = z.object({
  verdict: z.enum(VERDICTS),
  until: instantText.nullable(),
  reasons: z.array(objectionText),
  permitId: z.string().nullable().describe('Null unless the verdict is send: no permit, no call.'),
  expiresAt: instantText
    .nullable()
    .describe('No call may begin at or after it. Not settled by then, the permit counts as a call in doubt.'),
})
export type PermitAnswer = z.infer<typeof permitAnswer>

/** `repeated`: it was settled the same way before, and nothing changed. */
export const permitSettled = z.object({
  id: z.string(),
  outcome: z.string(),
  repeated: z.boolean(),
  exceeded: exceededText.optional(),
})
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
  zoneData: z
    .string()
    .nullable()
    .describe('The edition of the time zone data it was decided with; null: recorded before it was kept.'),
})
export type PermitView = z.infer<typeof permitViewSchema>

/** An attempt in doubt. */
export const doubtViewSchema = z.object({
  reminderId: z.string(),
  attemptNo: z.int(),
  creditor: z.string(),
  recipientId: z.string(),
  channel: z.enum(CHANNELS),
  route: z.string(),
  provider: z.string(),
  reservedAt: instantText,
  goodUntil: instantText.describe('No call began at or after it.'),
  code: z.string().nullable().describe("What is known, e.g. lease_expired or the provider's fault."),
  detail: z.string().nullable(),
  lookedUpAt: instantText.nullable().describe('When the provider was last asked, by machine time.'),
  looks: z
    .array(z.object({ as: z.enum(['accept', 'reject', 'leave']), reason: z.string(), by: z.string(), at: instantText }))
    .describe('What operators said of it, the latest first.'),
})
export type DoubtView = z.infer<typeof doubtViewSchema>

/** The state of the reminder after an operator's resolution. */
export const doubtAnswer = z.object({
  reminderId: z.string(),
  attemptNo: z.int(),
  as: z.enum(['accept', 'reject', 'leave']),
  reminderStatus: z.enum(REMINDER_STATUSES),
})
export type DoubtAnswerView = z.infer<typeof doubtAnswer>

export const switchViewSchema = z.object({
  id: z.string(),
  scope: z.partialRecord(z.enum(SWITCH_DIMENSIONS), z.string()),
  state: z.enum(SWITCH_STATES),
  share: z.int().nullable().describe('slowed: percent of the route’s rate; otherwise null.'),
  reason: z.string(),
  setBy: z.string(),
  setAt: instantText,
  liftedAt: instantText.nullable(),
  liftedBy: z.string().nullable(),
  liftReason: z.string().nullable(),
})
export type SwitchView = z.infer<typeof switchViewSchema>

const fault = z.object({ path: z.string(), problem: z.string(), cure: z.string().optional() })

/** An account is not refused for an address or a name that cannot be used: it is left out, and named here. */
const warnings = {
  warnings: z
    .array(fault)
    .optional()
    .describe(
      'Addresses that were left out and names that count as absent, each with its path; absent when everything was taken.',
    ),
}

/** Expected refusals are values: newer facts are known, so nothing was changed. */
const olderThanKnown = { applied: z.literal(false), reason: z.literal('older_than_known') }

/** `id` is the creditor's own. `changed` false: the same facts were known already. */
export const accountAnswer = z.union([
  z.object({
    applied: z.literal(true),
    id: z.string(),
    creditor: z.string(),
    changed: z.boolean(),
    state: z.enum(ACCOUNT_STATES),
    holds: z.array(z.enum(HOLD_KINDS)).describe('What keeps reminders back now, e.g. facts-conflict.'),
    conflicts: z.array(z.string()).describe('Which facts contradict each other.'),
    ...warnings,
  }),
  z.object({ ...olderThanKnown, id: z.string(), creditor: z.string() }),
])
export type AccountAnswer = z.infer<typeof accountAnswer>

export const recipientAnswer = z.union([
  z.object({ applied: z.literal(true), id: z.string(), creditor: z.string(), changed: z.boolean(), ...warnings }),
  z.object({ ...olderThanKnown, id: z.string(), creditor: z.string() }),
])
export type RecipientAnswer = z.infer<typeof recipientAnswer>

/** `repeated`: this id was accepted before with the same body, and nothing changed. */
export const eventAnswer = z.object({
  id: z.string(),
  accountId: z.string(),
  creditor: z.string(),
  repeated: z.boolean(),
  effect: z.string().describe('What it changed, in words.'),
})
export type EventAnswer = z.infer<typeof eventAnswer>

/** `id` is ours. */
const reminderAnswer = z.object({ id: z.string(), status: z.enum(REMINDER_STATUSES), repeated: z.boolean() })
export type ReminderAnswer = z.infer<typeof reminderAnswer>

/** `cancelled` false: it had ended, or was being sent; see `status`. */
export const cancelAnswer = z.object({ id: z.string(), status: z.enum(REMINDER_STATUSES), cancelled: z.boolean() })
export type CancelAnswer = z.infer<typeof cancelAnswer>

export const contactAnswer = z.object({
  id: z.string(),
  creditor: z.string(),
  repeated: z.boolean(),
  exceeded: exceededText.optional(),
})
export type ContactAnswer = z.infer<typeof contactAnswer>

/** `id` is ours; `standing` true: the same suppression existed already, and `id` is its id. */
export const suppressionAnswer = z.object({
  id: z.string(),
  creditor: z.string(),
  standing: z.boolean(),
  scope: z
    .enum(SUPPRESSION_SCOPES)
    .optional()
    .describe(
      'What it stops. A fact about the person (deceased, bankruptcy, identity-fraud, attorney, cease, refusal-to-pay) stops all, whichever address it came with.',
    ),
  awaits: z
    .enum(['recipient', 'account'])
    .optional()
    .describe('No such person or account is known yet: it is kept for 400 days, and acts when they come.'),
})
export type SuppressionAnswer = z.infer<typeof suppressionAnswer>

/** `changed` false: it had been lifted or ended before. */
export const endAnswer = z.object({ id: z.string(), changed: z.boolean() })
export type EndAnswer = z.infer<typeof endAnswer>

export const holdAnswer = z.object({ id: z.string(), creditor: z.string() })
export type HoldAnswer = z.infer<typeof holdAnswer>

/** `effects`: other changes by the outcome, as text. */
export const taskAnswer = z.object({
  id: z.string(),
  status: z.literal('done'),
  effects: z.array(z.string()),
  exceeded: exceededText,
})
export type TaskAnswer = z.infer<typeof taskAnswer>

/** What became of one line of an import; `line` counts from 1, in a CSV file with its header. */
export const lineResult = z.object({
  line: z.int(),
  id: z.string().nullable(),
  status: z.enum(['applied', 'unchanged', 'rejected']),
  code: z.string().optional(),
  faults: z.array(fault).optional(),
  ...warnings,
})
export type LineResult = z.infer<typeof lineResult>

const importTotals = z.object({ lines: z.int(), applied: z.int(), unchanged: z.int(), rejected: z.int() })
export type ImportTotals = z.infer<typeof importTotals>
