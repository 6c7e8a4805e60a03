import { z } from 'zod'
import { CHANNELS } from '../model/channel.ts'
import { OBJECTION_CODES } from '../model/decision.ts'
import { REMINDER_STATUSES } from '../model/reminder-status.ts'
import { TONES } from '../model/tone.ts'

const day = z.string().describe('Local day in the zone that was asked for.')

/** What went out and what did not, per local day. */
export const totalsSchema = z.object({
  zone: z.string(),
  /** Attempts that a provider accepted, by the day on which they were reserved. */
  sent: z.array(z.object({ day, channel: z.enum(CHANNELS), tone: z.enum(TONES), count: z.int() })),
  /** Decisions not to send now or at all, by the binding rule; a repeated deferral counts once. */
  objected: z.array(z.object({
    day, verdict: z.enum(['defer', 'refuse']), code: z.enum(OBJECTION_CODES), rule: z.string(), count: z.int(),
  })),
  /** Steps of ladders that were passed over, by reason. */
  skipped: z.array(z.object({ day, reason: z.string(), count: z.int() })),
  /** Steps for people. */
  tasks: z.array(z.object({ day, kind: z.enum(['step', 'hand-off', 'reply']), count: z.int() })),
  /** Reminders created in the span, by where they stand now. */
  reminders: z.array(z.object({ status: z.enum(REMINDER_STATUSES), channel: z.enum(CHANNELS), tone: z.enum(TONES), count: z.int() })),
})
export type Totals = z.infer<typeof totalsSchema>
