import { z } from 'zod'
import { SWITCH_DIMENSIONS, SWITCH_STATES } from '../model/switch.ts'
import { instantText } from './page.ts'

/** A switch as answers show it. */
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
