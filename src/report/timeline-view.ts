import { z } from 'zod'
import { instantText } from './page.ts'

export const TIMELINE_TYPES = [
  'spell', 'event', 'hold', 'hold-ended', 'suppression', 'suppression-lifted', 'reminder', 'decision', 'attempt', 'receipt',
  'contact', 'task', 'task-done', 'task-withdrawn', 'step-skipped',
] as const
export type TimelineType = (typeof TIMELINE_TYPES)[number]

/** One thing that happened to an account or its borrower. */
export const timelineEntrySchema = z.object({
  at: instantText,
  type: z.enum(TIMELINE_TYPES),
  /** Ours: of the event, hold, suppression, reminder, contact, task or spell. */
  id: z.string(),
  seq: z.int().nullable().describe("The recipient's own sequence: orders what has one, even at one instant."),
  words: z.string().describe('One plain sentence, without a name, an address or message text.'),
  details: z.record(z.string(), z.unknown()),
})
export type TimelineEntry = z.infer<typeof timelineEntrySchema>
