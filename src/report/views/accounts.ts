import { z } from 'zod'
import { OBJECTION_CODES } from '../../model/decision.ts'
import {
  ACCOUNT_STATES,
  CHANNELS,
  HOLD_KINDS,
  REMINDER_STATUSES,
  ROLES,
  SUPPRESSION_REASONS,
  SUPPRESSION_SCOPES,
  TONES,
} from '../../model/vocabulary.ts'
import { instantText, moneyText } from './page.ts'

/** What `GET /v1/accounts/{id}` answers: the obligation, without personal data. */
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
  daysPastDue: z
    .int()
    .nullable()
    .describe("Counted today in the zone of the creditor's books; as stated when no due date is known."),
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
  spell: z
    .object({
      no: z.int(),
      pass: z.int(),
      ladderVersion: z.string(),
      startedOn: z.string(),
      enteredAt: instantText,
      lastTone: z.enum(TONES).nullable(),
    })
    .nullable()
    .describe('The delinquency episode that is running; null when not overdue.'),
  holds: z
    .array(
      z.object({
        id: z.string(),
        kind: z.enum(HOLD_KINDS),
        scope: z.enum(['account', 'recipient']),
        startsAt: instantText,
        endsAt: instantText.nullable(),
      }),
    )
    .describe('Pauses that stand now.'),
  suppressions: z
    .array(
      z.object({
        id: z.string(),
        scope: z.enum(SUPPRESSION_SCOPES),
        channel: z.enum(CHANNELS).nullable(),
        reason: z.enum(SUPPRESSION_REASONS),
        startsAt: instantText,
        endsAt: instantText.nullable(),
      }),
    )
    .describe('Stops that bind its borrower now: of the person, of a channel, and of each address of theirs.'),
  nextLookAt: instantText.nullable().describe('When the planner looks at it next.'),
  updatedAt: instantText,
})
export type AccountView = z.infer<typeof accountViewSchema>

export const TIMELINE_TYPES = [
  'spell',
  'event',
  'hold',
  'hold-ended',
  'suppression',
  'suppression-lifted',
  'reminder',
  'decision',
  'attempt',
  'receipt',
  'contact',
  'task',
  'task-done',
  'task-withdrawn',
  'step-skipped',
] as const
export type TimelineType = (typeof TIMELINE_TYPES)[number]

/** One thing that happened to an account or its borrower. */
export const timelineEntrySchema = z.object({
  at: instantText,
  type: z.enum(TIMELINE_TYPES),
  /** Ours: of the event, hold, suppression, reminder, contact, task or spell. */
  id: z.string(),
  seq: z
    .int()
    .nullable()
    .describe(
      'Rises with what happens to the recipient: orders what has one, even at one instant. Numbers may be left out.',
    ),
  words: z.string().describe('One plain sentence, without a name, an address or message text.'),
  details: z.record(z.string(), z.unknown()),
})
export type TimelineEntry = z.infer<typeof timelineEntrySchema>

const day = z.string().describe('Local day in the zone that was asked for.')

/** What went out and what did not, per local day. */
export const totalsSchema = z.object({
  zone: z.string(),
  /** Attempts that a provider accepted, by the day on which they were reserved. */
  sent: z.array(z.object({ day, channel: z.enum(CHANNELS), tone: z.enum(TONES), count: z.int() })),
  /** Decisions not to send now or at all, by the binding rule; a repeated deferral counts once. */
  objected: z.array(
    z.object({
      day,
      verdict: z.enum(['defer', 'refuse']),
      code: z.enum(OBJECTION_CODES),
      rule: z.string(),
      count: z.int(),
    }),
  ),
  /** Skipped ladder steps, by reason. */
  skipped: z.array(z.object({ day, reason: z.string(), count: z.int() })),
  /** Tasks for agents. */
  tasks: z.array(z.object({ day, kind: z.enum(['step', 'hand-off', 'reply']), count: z.int() })),
  /** Reminders created in the span, by where they stand now. */
  reminders: z.array(
    z.object({ status: z.enum(REMINDER_STATUSES), channel: z.enum(CHANNELS), tone: z.enum(TONES), count: z.int() }),
  ),
})
export type Totals = z.infer<typeof totalsSchema>
