import { z } from 'zod'
import { CHANNELS } from '../model/channel.ts'
import { REMINDER_STATUSES } from '../model/reminder-status.ts'
import { instantText } from './page.ts'

/** An attempt that may or may not have gone out, as an operator sees it. */
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
  code: z.string().nullable().describe('What is known, e.g. lease_expired or the provider\'s fault.'),
  detail: z.string().nullable(),
  lookedUpAt: instantText.nullable().describe('When the provider was last asked, by machine time.'),
  looks: z.array(z.object({ as: z.enum(['accept', 'reject', 'leave']), reason: z.string(), by: z.string(), at: instantText })).describe('What operators said of it, the latest first.'),
})
export type DoubtView = z.infer<typeof doubtViewSchema>

/** Where the reminder stands after an operator's word. */
export const doubtAnswer = z.object({
  reminderId: z.string(),
  attemptNo: z.int(),
  as: z.enum(['accept', 'reject', 'leave']),
  reminderStatus: z.enum(REMINDER_STATUSES),
})
export type DoubtAnswerView = z.infer<typeof doubtAnswer>
