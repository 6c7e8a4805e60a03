import type { ObjectionCode } from '../model/decision.ts'

/** Ends that concern the channel or the address and not the person, the debt or the hour. */
const CONCERNS_THE_CHANNEL: ReadonlySet<string> = new Set<ObjectionCode | 'provider_refused'>([
  'suppressed', 'route_not_eligible', 'consent_missing', 'not_registered', 'provider_refused',
])

/** May the rung's next channel carry a step that ended for this reason? */
export const concernsChannel = (reason: string): boolean => CONCERNS_THE_CHANNEL.has(reason)
