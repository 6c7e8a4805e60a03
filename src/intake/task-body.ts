import { z } from 'zod'
import { CHANNELS } from '../model/channel.ts'
import { amount } from './money-fields.ts'
import { line, note } from './text-fields.ts'
import { instant, localDate } from './time-fields.ts'

/** What came of a step for a person. `handed-off` and `kept` answer a proposed hand-off; `read` says that a reply was read and nothing more came of it. */
export const TASK_OUTCOMES = [
  'contacted', 'promise', 'dispute', 'hardship', 'complaint', 'wrong-number', 'third-party', 'no-answer', 'voicemail',
  'not-done', 'handed-off', 'kept', 'read',
] as const
export type TaskOutcome = (typeof TASK_OUTCOMES)[number]

/** `POST /v1/tasks/{id}:complete`. */
export const taskCompletion = z.strictObject({
  outcome: z.enum(TASK_OUTCOMES),
  at: instant.nullish().describe('When it happened; absent: now.'),
  channel: z.enum(CHANNELS).default('phone'),
  address: line(254).nullish().describe('The number or mailbox that was used.'),
  promise: z.strictObject({ date: localDate, amount: amount.optional() }).optional(),
  note: note.nullish(),
}).refine((body) => (body.outcome === 'promise') === (body.promise !== undefined), {
  path: ['promise'], error: 'belongs to the outcome promise, and to it alone', params: { cure: 'State promise.date with the outcome promise.' },
})
export type TaskCompletion = z.output<typeof taskCompletion>
