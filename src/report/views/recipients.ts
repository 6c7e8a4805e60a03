import { z } from 'zod'
import { VERDICTS } from '../../model/decision.ts'
import {
  ADDRESS_KINDS,
  CHANNELS,
  CONTACT_OUTCOMES,
  DIRECTIONS,
  HOLD_KINDS,
  MODES,
  RELATIONS,
  SUPPRESSION_REASONS,
  SUPPRESSION_SCOPES,
  TONES,
} from '../../model/vocabulary.ts'
import { objectionText } from './operations.ts'
import { instantText } from './page.ts'

/** What `GET /v1/recipients/{id}` answers, unless the person was erased (410). `name` and `value` come from the vault; every read is logged. */
export const recipientViewSchema = z.object({
  id: z.string(),
  creditor: z.string(),
  erased: z.boolean().describe('True: the person was erased; what identified them cannot be read any more.'),
  name: z.string().nullable(),
  locale: z.string().nullable(),
  timeZone: z.string().nullable(),
  jurisdiction: z.string().nullable(),
  asOf: instantText.nullable(),
  addresses: z.array(
    z.object({
      id: z.string(),
      channel: z.enum(CHANNELS),
      value: z.string().nullable(),
      kind: z.enum(ADDRESS_KINDS).nullable(),
      relation: z.enum(RELATIONS),
      source: z.string().nullable(),
      country: z.string().nullable(),
      zones: z.array(z.string()),
      removedAt: instantText.nullable(),
    }),
  ),
  accountIds: z.array(z.string()),
  updatedAt: instantText,
})
export type RecipientView = z.infer<typeof recipientViewSchema>

/** One entry of the access log: `GET /v1/access-log`. */
export const accessViewSchema = z.object({
  id: z.string(),
  at: instantText,
  actor: z.string().describe('`key:<id>`, `user:<name>`, `provider:<route>`.'),
  action: z
    .string()
    .describe(
      '`recipient-read`, `address-search`, `words-read`, `captured-read`, `recipient-export`, `recipient-erase`, `bulk-reading` (the alarm), `retention-dropped`, or the operation that changed something, such as `putAccount`.',
    ),
  creditor: z.string().nullable(),
  recipientId: z.string().nullable().describe('Whom it concerns; null: nobody in particular.'),
  subject: z.string().describe('What was read or changed: ids and hashes only.'),
})
export type AccessView = z.infer<typeof accessViewSchema>

export const holdViewSchema = z.object({
  id: z.string(),
  creditor: z.string(),
  recipientId: z.string(),
  accountId: z.string().nullable().describe('Null: the whole person.'),
  channel: z.enum(CHANNELS).nullable().describe('Null: every channel.'),
  kind: z.enum(HOLD_KINDS),
  startsAt: instantText,
  endsAt: instantText.nullable(),
  endedAt: instantText.nullable(),
  endedBy: z.string().nullable(),
  endReason: z.string().nullable(),
  createdBy: z.string(),
  createdAt: instantText,
})
export type HoldView = z.infer<typeof holdViewSchema>

export const suppressionViewSchema = z.object({
  id: z.string(),
  creditor: z.string(),
  scope: z.enum(SUPPRESSION_SCOPES),
  recipientId: z.string().nullable(),
  awaits: z.enum(['recipient', 'account']).nullable().describe('Of whom it waits for: nobody of this id is known yet.'),
  accountId: z.string().nullable().describe('The account that it waits for.'),
  channel: z.enum(CHANNELS).nullable(),
  reason: z.enum(SUPPRESSION_REASONS),
  source: z.string(),
  startsAt: instantText,
  endsAt: instantText.nullable(),
  receivedAt: instantText,
  liftedAt: instantText.nullable(),
  liftedBy: z.string().nullable(),
  liftReason: z.string().nullable(),
  createdBy: z.string(),
})
export type SuppressionView = z.infer<typeof suppressionViewSchema>

export const contactViewSchema = z.object({
  id: z.string(),
  creditor: z.string(),
  recipientId: z.string(),
  accountIds: z.array(z.string()),
  at: instantText,
  channel: z.enum(CHANNELS),
  direction: z.enum(DIRECTIONS),
  mode: z.enum(MODES).nullable(),
  outcome: z.enum(CONTACT_OUTCOMES),
  party: z.string().nullable(),
  by: z.string(),
  reminderId: z.string().nullable(),
  excess: z
    .array(z.string())
    .describe('Rules that it exceeded: known when it was reported, or shown by facts learnt later.'),
  recordedAt: instantText,
})
export type ContactView = z.infer<typeof contactViewSchema>

const REPLY_MEANINGS = ['stop', 'stop-all', 'start', 'help', 'empty', 'other'] as const

/** A reply. `words` come from the vault; every read is logged. */
export const replyViewSchema = z.object({
  id: z.string(),
  creditor: z
    .string()
    .nullable()
    .describe('Null: of a route that writes for several creditors, from nobody who is known.'),
  recipientId: z.string().nullable().describe('Null: nobody can be told to have sent it; `problem` says why.'),
  channel: z.enum(CHANNELS),
  route: z.string(),
  receivedAt: instantText,
  meaning: z.enum(REPLY_MEANINGS).describe('What it was understood to ask; other: a person has to read it.'),
  problem: z.string().nullable(),
  taskId: z.string().nullable().describe('The task under which it waits to be read.'),
  words: z
    .string()
    .nullable()
    .describe('Null: a known word alone, no words, an erased person, or nobody who is known.'),
})
export type ReplyView = z.infer<typeof replyViewSchema>

export const TASK_STATUSES = ['open', 'done', 'expired', 'cancelled', 'withdrawn'] as const

export const taskViewSchema = z.object({
  id: z.string(),
  creditor: z.string(),
  recipientId: z.string(),
  accountIds: z.array(z.string()),
  kind: z
    .enum(['step', 'hand-off', 'reply'])
    .describe('reply: somebody wrote what a person has to read; GET /v1/replies?taskId= shows it.'),
  ladder: z.string().nullable(),
  rung: z.string().nullable(),
  tone: z.enum(TONES).nullable(),
  instructions: z.string().nullable(),
  status: z.enum(TASK_STATUSES),
  assignedTo: z.string().nullable(),
  dueAt: instantText,
  expiresAt: instantText,
  outcome: z.string().nullable(),
  completedBy: z.string().nullable(),
  completedAt: instantText.nullable(),
  channels: z.array(z.enum(CHANNELS)).describe('In order of preference; empty: nobody is contacted by it.'),
  withdrawnAt: instantText.nullable(),
  endReason: z.string().nullable().describe("Why it was withdrawn: a stop's reason such as deceased, or switched_off."),
  decision: z
    .object({
      channel: z.enum(CHANNELS).nullable().describe('What it is about; null: nobody is contacted.'),
      verdict: z
        .enum(VERDICTS)
        .describe(
          'send: it may be worked on now, until `until`. defer: not before `until`. refuse: not now, and nothing known says when.',
        ),
      until: instantText.nullable(),
      reasons: z.array(objectionText),
    })
    .nullable()
    .describe(
      'May the person be contacted now? Decided at the moment of reading; it reserves nothing (see permits). Null: the task is not open.',
    ),
})
export type TaskView = z.infer<typeof taskViewSchema>
