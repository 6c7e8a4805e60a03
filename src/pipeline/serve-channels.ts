import type { Channel } from '../model/channel.ts'
import type { Route } from '../model/route.ts'
import type { Carrier } from '../plan/owed-reminder.ts'
import { chooseRoute, type RouteWish } from './choose-route.ts'
import { NO_ROUTE } from './no-route.ts'

/**
 * Which of a step's channels carries it, and which others could?
 *
 * A channel without a route is passed over while another has one; with none, the refusal is shown on the first.
 *
 * @param channels  in order of preference
 * @returns         `route` is `none` where no route serves any of the channels; null when there is no channel at all
 */
export function serveChannels(routes: readonly Route[], wish: Omit<RouteWish, 'channel'>, channels: readonly Channel[]): Carrier | null {
  const served = channels.map((channel) => ({ channel, choice: chooseRoute(routes, { ...wish, channel }) }))
  const chosen = served.find((s) => s.choice.ok) ?? served[0]
  if (chosen === undefined) return null
  return {
    channel: chosen.channel,
    route: chosen.choice.ok ? chosen.choice.route.id : NO_ROUTE,
    fallbackChannels: served.filter((s) => s.choice.ok && s !== chosen).map((s) => s.channel),
  }
}
