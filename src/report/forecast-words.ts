import type { ForecastView, RouteForecastView } from './forecast-view.ts'
import { localTime } from './local-time.ts'

const number = new Intl.NumberFormat('en-GB')
const n = (count: number): string => number.format(count)

/** The forecast as an operator reads it: one sentence a route on which something waits. */
export const forecastSentences = (zone: string, routes: readonly RouteForecastView[]): string[] =>
  routes.filter((one) => one.waiting > 0).map((one) => `${one.route}: ${sentence(one, zone)}`)

function sentence(one: RouteForecastView, zone: string): string {
  const waits = `${n(one.waiting)} wait${one.waiting === 1 ? 's' : ''} (${n(one.dueNow)} due now, ${n(one.dueLaterToday)} later today)`
  const rate = one.share === 100 ? 'at this rate' : `at ${one.share} % of its rate`
  const empties = one.emptyAt === null ? 'nothing of it goes today' : `${rate} the ${one.channel} queue empties at ${localTime(Date.parse(one.emptyAt), zone).slice(-5)}`
  const others = [
    one.missesWindow > 0 ? `${n(one.missesWindow)} will miss today’s window` : null,
    one.expires > 0 ? `${n(one.expires)} will expire before they can go` : null,
    one.heldBySwitch > 0 ? `a switch holds ${n(one.heldBySwitch)}` : null,
    one.notToday > 0 ? `the rules keep ${n(one.notToday)} past today` : null,
  ].filter((words) => words !== null)
  const assumed = one.assumed ? ` Nothing has gone out on this route yet, so ${one.channel === 'phone' ? 'the length of a call' : 'one unit a message'} is assumed.` : ''
  const sampled = one.everyNth > 1 ? ` Every ${n(one.everyNth)}th was decided; counts other than the first three are estimates.` : ''
  return `${waits}; ${[empties, ...others].join('; ')}.${assumed}${sampled}`
}

/** The whole answer for a terminal. */
export const forecastInWords = (forecast: ForecastView): string =>
  [...(forecast.words.length === 0 ? ['Nothing waits.'] : forecast.words), `Times are in ${forecast.zone}; today ends at ${forecast.until}.`].join('\n')
