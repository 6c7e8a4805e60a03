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
  state: z.enum(SWITCH_STATES).describe('stopped: each reminder is refused until it is lifted. paused: nothing new is queued, everything waits. draining: what is queued goes out, nothing new. slowed: everything goes out at most at `share` percent of its route’s rate.'),
  share: z.int().min(1, 'must be from 1 to 99').max(99, 'must be from 1 to 99').optional().describe('slowed only, and needed there: percent of the route’s rate.'),
  reason: line(200),
}).refine(({ state, share }) => (state === 'slowed') === (share !== undefined), {
  path: ['share'], error: 'belongs to the state slowed, which needs it: percent of the route’s rate, 1 to 99',
})
export type SwitchBody = z.output<typeof switchBody>

/** `POST /v1/switches/{id}:lift`. */
export const switchLift = z.strictObject({ reason: line(200) })
export type SwitchLift = z.output<typeof switchLift>
