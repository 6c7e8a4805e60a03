import { z } from 'zod'
import { CHANNELS } from '../model/channel.ts'
import { jurisdictionPath } from '../model/pack-condition.ts'
import { SWITCH_STATES } from '../model/switch.ts'
import { line, word } from './text-fields.ts'

/** What a switch covers: everything that matches each dimension it names. */
export const switchScope = z.strictObject({
  creditor: word.optional(),
  product: word.optional(),
  jurisdiction: jurisdictionPath.optional().describe('Covers the places below it too: US covers US-NY.'),
  channel: z.enum(CHANNELS).optional(),
  route: word.optional(),
  template: word.optional(),
  ladder: word.optional(),
  rung: word.optional(),
})

/** `POST /v1/switches`. */
export const switchBody = z.strictObject({
  scope: switchScope.describe('{} covers everything.'),
  state: z.enum(SWITCH_STATES).describe('stopped: each reminder is refused until it is lifted. paused: nothing new is queued, everything waits. draining: what is queued goes out, nothing new.'),
  reason: line(200),
})
export type SwitchBody = z.output<typeof switchBody>

/** `POST /v1/switches/{id}:lift`. */
export const switchLift = z.strictObject({ reason: line(200) })
export type SwitchLift = z.output<typeof switchLift>
