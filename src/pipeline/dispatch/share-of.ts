import type { ActiveSwitch } from '../../record/dispatch/switches.ts'
import { covers, coversRoute, touchesRoute, type Scoped } from './switch-scope.ts'

/** All of the route's rate, in percent. */
export const FULL = 100

/** At which share of its route's rate may this go, in percent? Of several slow switches the smallest share. */
export const shareOf = (active: readonly ActiveSwitch[], subject: Scoped): number => smallest(active, (scope) => covers(scope, subject))

/** The smallest share that anything on this route may have. */
export const smallestShare = (active: readonly ActiveSwitch[], route: string, channel: string): number =>
  smallest(active, (scope) => touchesRoute(scope, route, channel))

/** The share that everything on this route has at most. */
export const shareOfRoute = (active: readonly ActiveSwitch[], route: string, channel: string): number =>
  smallest(active, (scope) => coversRoute(scope, route, channel))

const smallest = (active: readonly ActiveSwitch[], concerns: (scope: ActiveSwitch['scope']) => boolean): number =>
  Math.min(FULL, ...active.filter((one) => one.state === 'slowed' && concerns(one.scope)).map((one) => one.share ?? FULL))
