import { z } from 'zod'
import { CHANNELS } from '../model/channel.ts'
import { instantText } from './page.ts'

const count = z.int().min(0)

/** What becomes of what waits on one route, until the end of today. */
export const routeForecastSchema = z.object({
  route: z.string(),
  channel: z.enum(CHANNELS),
  waiting: count.describe('Queued, or due before the end of today.'),
  dueNow: count,
  dueLaterToday: count,
  goes: count,
  missesWindow: count.describe('Their contact window, or whatever else allows them now, closes before their turn comes; they are put off.'),
  expires: count.describe('Their deadline comes before their turn.'),
  heldBySwitch: count.describe('A switch stops or pauses them.'),
  notToday: count.describe('The rules refuse them, or put them off past today.'),
  emptyAt: instantText.nullable().describe('When the last that goes today begins; null: nothing of what waits goes today.'),
  ratePerSecond: z.number().describe('In units of the route, as slow switches leave it.'),
  share: z.int().describe('Percent of the configured rate that slow switches over the whole route leave.'),
  unitsEach: z.number().describe('Mean units of a message: SMS segments, otherwise 1.'),
  callSeconds: z.number().nullable().describe('Phone with a number of lines: how long a call usually holds one.'),
  assumed: z.boolean().describe('Nothing was sent on the route yet: unitsEach and callSeconds are assumed.'),
  everyNth: z.int().describe('1: every waiting reminder was decided. n: every n-th, which stands for its neighbours.'),
})

/** When will each route's queue be empty, and how many will not make it today? */
export const forecastSchema = z.object({
  at: instantText,
  until: instantText.describe('The end of today in `zone`.'),
  zone: z.string(),
  routes: z.array(routeForecastSchema),
  words: z.array(z.string()).describe('One sentence for each route on which something waits.'),
})
export type ForecastView = z.infer<typeof forecastSchema>
export type RouteForecastView = z.infer<typeof routeForecastSchema>
