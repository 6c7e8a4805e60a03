import { largestWeight, type Route } from '../model/route.ts'

/** What of a route these sizes are made from. */
export type Paced = Pick<Route, 'channel' | 'rate'>

/** How many reminders one ticket carries: 1 to 50, and at most a fifth of a second of the route's rate, however many segments they come to. */
export const ringSizeOf = (route: Paced): number => Math.max(1, Math.min(50, Math.floor(route.rate.perSecond / 5 / largestWeight(route))))

/** How many reminders may be queued on a route at once: about five seconds of its rate. */
export const depthOf = (route: Pick<Route, 'rate'>): number => Math.max(1, Math.ceil(route.rate.perSecond * 5))

/** The route as it is while a switch slows all of it to this share, in percent. */
export const atShareOfRate = <R extends Pick<Route, 'rate'>>(route: R, share: number): R =>
  share === 100 ? route : { ...route, rate: { ...route.rate, perSecond: (route.rate.perSecond * share) / 100 } }
