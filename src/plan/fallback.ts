import type { Channel } from '../model/channel.ts'
import type { ObjectionCode } from '../model/decision.ts'
import type { Instant } from '../model/instant.ts'
import { uniqueKeyOf, type OwedReminder } from './owed-reminder.ts'

/** Ends that concern the channel or the address and not the person, the debt or the hour. */
const CONCERNS_THE_CHANNEL: ReadonlySet<string> = new Set<ObjectionCode | 'provider_refused'>([
  'suppressed', 'route_not_eligible', 'consent_missing', 'not_registered', 'provider_refused',
])

/** May the rung's next channel carry a step that ended for this reason? */
export const concernsChannel = (reason: string): boolean => CONCERNS_THE_CHANNEL.has(reason)

/** A reminder that ended without having been carried. */
export type FailedReminder = { id: string; recipientId: string } & Omit<OwedReminder, 'channel' | 'route' | 'uniqueKey' | 'nextAt'>

/**
 * Which reminder follows when this one could not be carried?
 *
 * The same step on the first of its further channels that a route serves: decided afresh with every rule of that
 * channel, with the due date and the deadline of the first. Never asked for an attempt in doubt: that one may have
 * reached the recipient.
 *
 * @param reason   why the reminder ended: an objection's code, or `provider_refused`
 * @param routeOf  the id of the route that serves this channel; null: none does
 * @returns        null: none follows, for the end concerns more than the channel, the deadline has passed, or no channel is left
 */
export function nextOnFallback(failed: FailedReminder, reason: string, now: Instant, routeOf: (channel: Channel) => string | null): OwedReminder | null {
  if (!concernsChannel(reason) || failed.expiresAt <= now) return null
  const [next, ...rest] = failed.fallbackChannels.flatMap((channel) => {
    const route = routeOf(channel)
    return route === null ? [] : [{ channel, route }]
  })
  if (next === undefined) return null
  const { live, origin, kind, mode, tone, template, ladder, ladderVersion, rung, dueAt, expiresAt, accounts } = failed
  return {
    live, origin, kind, mode, tone, template, ladder, ladderVersion, rung, dueAt, expiresAt, accounts, ...next, nextAt: now,
    fallbackChannels: rest.map(({ channel }) => channel), uniqueKey: uniqueKeyOf(failed.recipientId, accounts, rung ?? `direct ${failed.id}`, next.channel),
  }
}
