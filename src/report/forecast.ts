import { z } from 'zod'
import { CHANNELS } from '../model/vocabulary.ts'
import { localTime } from './local-time.ts'
import { instantText } from './views/page.ts'

const number = new Intl.NumberFormat('en-GB')
const n = (count: number): string => number.format(count)

/** One sentence for each route with a queue. */
export const forecastSentences = (zone: string, routes: readonly RouteForecastView[]): string[] =>
  routes.filter((one) => one.waiting > 0).map((one) => `${one.route}: ${sentence(one, zone)}`)

function sentence(one: RouteForecastView, zone: string): string {
  const waits = `${n(one.waiting)} wait${one.waiting === 1 ? 's' : ''} (${n(one.dueNow)} due now, ${n(one.dueLaterToday)} later today)`
  const rate = one.share === 100 ? 'at this rate' : `at ${one.share} % of its rate`
  const empties =
    one.emptyAt === null
      ? 'nothing of it goes today'
      : `${rate} the ${one.channel} queue empties at ${localTime(Date.parse(one.emptyAt), zone).slice(-5)}`
  const others = [
    one.missesWindow > 0 ? `${n(one.missesWindow)} will miss today’s window` : null,
    one.expires > 0 ? `${n(one.expires)} will expire before they can go` : null,
    one.heldBySwitch > 0 ? `a switch holds ${n(one.heldBySwitch)}` : null,
    one.notToday > 0 ? `the rules keep ${n(one.notToday)} past today` : null,
  ].filter((words) => words !== null)
  const assumed = one.assumed
    ? ` Nothing has gone out on this route yet, so ${one.channel === 'phone' ? 'the length of a call' : 'one unit a message'} is assumed.`
    : ''
  const sampled =
    one.everyNth > 1 ? ` Every ${n(one.everyNth)}th was decided; counts other than the first three are estimates.` : ''
  return `${waits}; ${[empties, ...others].join('; ')}.${assumed}${sampled}`
}

/** The answer for a terminal. */
export const forecastInWords = (forecast: ForecastView): string =>
  [
    ...(forecast.words.length === 0 ? ['Nothing waits.'] : forecast.words),
    `Times are in ${forecast.zone}; today ends at ${forecast.until}.`,
  ].join('\n')

const count = z.int().min(0)

/** The queue of one route, until the end of today. */
const routeForecastSchema = z.object({
  route: z.string(),
  channel: z.enum(CHANNELS),
  waiting: count.describe('Queued, or due before the end of today.'),
  dueNow: count,
  dueLaterToday: count,
  goes: count,
  missesWindow: count.describe(
    'Their contact window, or whatever else allows them now, closes before their turn comes; they are put off.',
  ),
  expires: count.describe('Their deadline comes before their turn.'),
  heldBySwitch: count.describe('A switch stops or pauses them.'),
  notToday: count.describe('The rules refuse them, or put them off past today.'),
  emptyAt: instantText
    .nullable()
    .describe('When the last that goes today begins; null: nothing of what waits goes today.'),
  ratePerSecond: z.number().describe('In units of the route, as slow switches leave it.'),
  share: z.int().describe('Percent of the configured rate that slow switches over the whole route leave.'),
  unitsEach: z.number().describe('Mean units of a message: SMS segments, otherwise 1.'),
  callSeconds: z.number().nullable().describe('Phone with a number of lines: how long a call usually holds one.'),
  assumed: z.boolean().describe('Nothing was sent on the route yet: unitsEach and callSeconds are assumed.'),
  everyNth: z.int().describe('1: every waiting reminder was decided. n: every n-th, which stands for its neighbours.'),
})

/** When will each route's queue be empty, and how many reminders will not go out today? */
export const forecastSchema = z.object({
  at: instantText,
  until: instantText.describe('The end of today in `zone`.'),
  zone: z.string(),
  routes: z.array(routeForecastSchema),
  words: z.array(z.string()).describe('One sentence for each route on which something waits.'),
})
export type ForecastView = z.infer<typeof forecastSchema>
export type RouteForecastView = z.infer<typeof routeForecastSchema>
