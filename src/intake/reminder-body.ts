import { z } from 'zod'
import { CHANNELS } from '../model/channel.ts'
import { KINDS } from '../model/kind.ts'
import { TONES } from '../model/tone.ts'
import { upstreamId, variables, word } from './text-fields.ts'
import { instant } from './time-fields.ts'

/** `POST /v1/reminders`: one message asked for directly. */
export const reminderBody = z.strictObject({
  accountId: upstreamId,
  creditor: word.optional(),
  template: word,
  tone: z.enum(TONES),
  kind: z.enum(KINDS).default('reminder'),
  channels: z.array(z.enum(CHANNELS)).min(1).max(3)
    .refine((list) => new Set(list).size === list.length, 'names a channel twice')
    .describe('In order of preference: the first is tried, the others follow when it fails.'),
  notBefore: instant.nullish().describe('Absent: now.'),
  expiresAt: instant.nullish().describe('Absent: 72 hours after it may first go out.'),
  variables: variables.default({}),
})
export type ReminderBody = z.output<typeof reminderBody>
