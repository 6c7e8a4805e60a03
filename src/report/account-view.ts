import { z } from 'zod'
import { ACCOUNT_STATES } from '../model/account-state.ts'
import { CHANNELS } from '../model/channel.ts'
import { HOLD_KINDS } from '../model/hold.ts'
import { ROLES } from '../model/role.ts'
import { SUPPRESSION_REASONS, SUPPRESSION_SCOPES } from '../model/suppression.ts'
import { TONES } from '../model/tone.ts'
import { instantText, moneyText } from './page.ts'

/** What `GET /v1/accounts/{id}` answers: the obligation as the ledger knows it, without a word about the person. */
export const accountViewSchema = z.object({
  id: z.string().describe("The creditor's own id."),
  creditor: z.string(),
  recipientId: z.string().describe("The creditor's own id of the borrower."),
  live: z.boolean().describe('False: registered with a test key; nothing about it reaches a provider.'),
  product: z.string(),
  role: z.enum(ROLES),
  ladder: z.string(),
  state: z.enum(ACCOUNT_STATES),
  stage: z.enum(['M0', 'M1', 'M2', 'M3', 'M3+']).nullable(),
  daysPastDue: z.int().nullable().describe("Counted today in the zone of the creditor's books; as stated when no due date is known."),
  overdue: moneyText,
  outstanding: moneyText.nullable(),
  minimumDue: moneyText.nullable(),
  dueDate: z.string().nullable(),
  nextDueDate: z.string().nullable(),
  graceDays: z.int(),
  autoDebit: z.boolean(),
  reference: z.object({ masked: z.string() }).nullable(),
  riskBand: z.string().nullable(),
  asOf: instantText,
  spell: z.object({
    no: z.int(),
    pass: z.int(),
    ladderVersion: z.string(),
    startedOn: z.string(),
    enteredAt: instantText,
    lastTone: z.enum(TONES).nullable(),
  }).nullable().describe('The delinquency episode that is running; null when not overdue.'),
  holds: z.array(z.object({
    id: z.string(),
    kind: z.enum(HOLD_KINDS),
    scope: z.enum(['account', 'recipient']),
    startsAt: instantText,
    endsAt: instantText.nullable(),
  })).describe('Pauses that stand now.'),
  suppressions: z.array(z.object({
    id: z.string(),
    scope: z.enum(SUPPRESSION_SCOPES),
    channel: z.enum(CHANNELS).nullable(),
    reason: z.enum(SUPPRESSION_REASONS),
    startsAt: instantText,
    endsAt: instantText.nullable(),
  })).describe("Stops that bind its borrower now: of the person, of a channel, and of each address of theirs."),
  nextLookAt: instantText.nullable().describe('When the planner looks at it next.'),
  updatedAt: instantText,
})
export type AccountView = z.infer<typeof accountViewSchema>
