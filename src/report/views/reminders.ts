import { z } from 'zod'
import { OBJECTION_CODES, VERDICTS } from '../../model/decision.ts'
import { DELIVERY_STATES, REJECTION_CLASSES } from '../../model/delivery.ts'
import { decisionExplanationSchema } from '../../model/explanation.ts'
import { CHANNELS, KINDS, MODES, REMINDER_STATUSES, TONES } from '../../model/vocabulary.ts'
import { instantText } from './page.ts'

/** One reminder in a list. */
export const reminderSummarySchema = z.object({
  id: z.string(),
  creditor: z.string(),
  status: z.enum(REMINDER_STATUSES),
  recipientId: z.string().describe("The creditor's own id of the borrower."),
  accountIds: z.array(z.string()).describe("The creditor's own ids, the leading account first."),
  live: z.boolean(),
  origin: z.enum(['ladder', 'direct']),
  kind: z.enum(KINDS),
  mode: z.enum(MODES),
  tone: z.enum(TONES),
  channel: z.enum(CHANNELS),
  fallbackChannels: z.array(z.enum(CHANNELS)),
  follows: z.string().nullable().describe('The reminder whose channel failed before this one.'),
  template: z.string(),
  ladder: z.object({ id: z.string(), version: z.string(), rung: z.string() }).nullable(),
  route: z.string(),
  dueAt: instantText,
  nextAt: instantText.describe('When it is looked at next, while it waits.'),
  expiresAt: instantText,
  endReason: z.string().nullable(),
  createdAt: instantText,
  updatedAt: instantText,
})
export type ReminderSummary = z.infer<typeof reminderSummarySchema>

/** One reason of a decision. */
const reasonViewSchema = z.object({
  code: z.enum(OBJECTION_CODES),
  rule: z.string(),
  pack: z.string(),
  version: z.string(),
  citation: z.string(),
  verified: z.boolean(),
  until: instantText.nullable(),
  reminderId: z.string().optional().describe('The reminder that stands in the way, where one does.'),
})
export type ReasonView = z.infer<typeof reasonViewSchema>

const decisionViewSchema = z.object({
  no: z.int(),
  at: instantText,
  lastAt: instantText.describe('When the same verdict from the same rules came out last.'),
  repeats: z.int(),
  verdict: z.enum(VERDICTS),
  until: instantText.nullable(),
  candidateZones: z.array(z.string()),
  packs: z.array(z.object({ id: z.string(), version: z.string() })),
  zoneData: z
    .string()
    .nullable()
    .describe('The edition of the time zone data it was decided with; null: recorded before it was kept.'),
  reasons: z.array(reasonViewSchema),
  attemptNo: z.int().nullable(),
})
export type DecisionView = z.infer<typeof decisionViewSchema>

const receiptViewSchema = z.object({
  state: z.enum(DELIVERY_STATES),
  final: z.boolean(),
  code: z.string().nullable(),
  saidAt: instantText.nullable(),
  receivedAt: instantText,
  changed: z.boolean().describe('False: it came late or again and changed nothing.'),
})
export type ReceiptView = z.infer<typeof receiptViewSchema>

const attemptViewSchema = z.object({
  no: z.int(),
  channel: z.enum(CHANNELS),
  route: z.string(),
  provider: z.string(),
  address: z
    .object({ id: z.string(), kind: z.string().nullable(), country: z.string().nullable() })
    .describe('By our own id, never the number or mailbox.'),
  status: z.enum(['sending', 'accepted', 'rejected', 'not_sent', 'in_doubt']),
  reservedAt: instantText,
  goodUntil: instantText,
  settledAt: instantText.nullable(),
  template: z.string(),
  templateVersion: z.string(),
  locale: z.string(),
  messageHash: z.string(),
  providerRef: z.string().nullable(),
  rejection: z.enum(REJECTION_CLASSES).nullable(),
  code: z.string().nullable(),
  detail: z.string().nullable(),
  delivery: z
    .object({
      state: z.enum(DELIVERY_STATES),
      final: z.boolean(),
      code: z.string().nullable(),
      at: instantText.nullable(),
    })
    .nullable(),
  resolvedBy: z.string().nullable(),
  receipts: z.array(receiptViewSchema),
})
export type AttemptView = z.infer<typeof attemptViewSchema>

/** What `GET /v1/reminders/{id}` answers: its decisions, attempts and receipts, in order. */
export const reminderViewSchema = reminderSummarySchema.extend({
  decisions: z.array(decisionViewSchema),
  attempts: z.array(attemptViewSchema),
})
export type ReminderView = z.infer<typeof reminderViewSchema>

/** A message that the capture provider stored instead of sending. Has personal data: not for logs. */
export const capturedViewSchema = z.object({
  id: z.string(),
  reminderId: z.string(),
  attemptNo: z.int(),
  recipientId: z.string(),
  channel: z.enum(CHANNELS),
  route: z.string(),
  at: instantText,
  erased: z.boolean(),
  content: z
    .unknown()
    .describe('The address and the message as they would have gone out; null once the person is erased.'),
})
export type CapturedView = z.infer<typeof capturedViewSchema>

/** The answer of the decide contract. */
export const decideAnswer = z.object({
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
export type DecideAnswerBody = z.infer<typeof decideAnswer>
