import { innerRate, atShare } from '../../deliver/rate-plan.ts'
import { largestWeight, type Route } from '../../model/route.ts'
import type { RecentAttempts } from '../../record/forecast/recent-attempts.ts'

/** How long a call is taken to be where none has ended yet. */
export const ASSUMED_CALL_SECONDS = 60

/** What messages on a route usually take of it. */
export interface UsualRoom {
  /** Mean units of a message of this template; of any where it was not sent yet; 1 where nothing was. */
  unitsOf(template: string): number
  /** Mean seconds that a call holds a line; null: the route has no lines. */
  callSeconds: number | null
  /** Nothing was sent on the route yet: the figures are assumed. */
  assumed: boolean
}

export function usualRoom(route: Pick<Route, 'id' | 'channel' | 'rate'>, recent: readonly RecentAttempts[]): UsualRoom {
  const ours = recent.filter((one) => one.route === route.id)
  const mean = (some: readonly RecentAttempts[]): number | null => {
    const attempts = some.reduce((sum, one) => sum + one.attempts, 0)
    return attempts === 0 ? null : some.reduce((sum, one) => sum + one.weight * one.attempts, 0) / attempts
  }
  const calls = ours.filter((one) => one.lineSeconds !== null)
  const called = calls.reduce((sum, one) => sum + one.attempts, 0)
  const seconds = called === 0 ? ASSUMED_CALL_SECONDS : calls.reduce((sum, one) => sum + (one.lineSeconds ?? 0) * one.attempts, 0) / called
  return {
    unitsOf: (template) => mean(ours.filter((one) => one.template === template)) ?? mean(ours) ?? 1,
    callSeconds: route.rate.simultaneousCalls === undefined ? null : seconds,
    assumed: ours.length === 0,
  }
}

/**
 * How much of its route's time does a message take, in milliseconds?
 *
 * By the rate that the gate really keeps to, which is a little under the one configured; or by the
 * lines, where calls are so long that those are what is scarce.
 *
 * @param share  of the route's rate, in percent
 */
export function takesMs(route: Pick<Route, 'channel' | 'rate'>, units: number, share: number, callSeconds: number | null): number {
  const largest = largestWeight(route)
  // As the gate has it: one heavier than expected pays its surplus twice.
  const room = units + Math.max(0, units - largest)
  const byRate = (room * 1_000) / innerRate(atShare({ perSecond: route.rate.perSecond, largestWeight: largest }, share))
  const lines = route.rate.simultaneousCalls
  return lines === undefined || callSeconds === null ? byRate : Math.max(byRate, (callSeconds * 1_000) / lines)
}
