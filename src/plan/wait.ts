import { parseDuration } from '../model/duration.ts'
import type { Instant } from '../model/instant.ts'
import type { AppliedRung } from './band.ts'
import { missingForGate } from './gate.ts'
import { machineSteps } from './history.ts'
import { activeHolds, endOf } from './holds.ts'
import type { AccountToPlan, PersonToPlan } from './person-to-plan.ts'
import type { DueRung } from './rung-due.ts'

/** A rung that is due waits; `until` is when to look again, null when only news can tell. */
export interface Wait {
  until: Instant | null
}

/**
 * Must this rung, due and not left out, wait?
 *
 * Holds, the pause after a reversal, a closed gate, no address that may be used, too
 * soon after the last step: each may pass before the rung is stale.
 */
export function waitFor(due: DueRung, applied: AppliedRung, account: AccountToPlan, person: PersonToPlan, now: Instant): Wait | null {
  const holds = activeHolds(account.holds, now)
  if (holds.length > 0) return { until: endOf(holds) }
  if (account.notBefore !== null && account.notBefore > now) return { until: account.notBefore }
  if (missingForGate(due.rung, account).length > 0) return { until: null }
  if (applied.who === 'person') return null
  if (!applied.channels.some((channel) => person.channels.includes(channel))) return { until: null }
  const last = machineSteps(account).at(-1)
  const dwellEnds = last === undefined ? 0 : last.at + (parseDuration(due.rung.minimumDwell) ?? 0)
  return dwellEnds > now ? { until: dwellEnds } : null
}
