import { parseDuration } from '../model/duration.ts'
import { MINUTE, type Instant } from '../model/instant.ts'
import { addDays, type LocalDate } from '../model/local-date.ts'
import type { AppliedRung } from './band.ts'
import { startOfBookDay } from './book-time.ts'
import { missingForGate } from './gate.ts'
import { machineSteps } from './history.ts'
import { activeHolds, endOf } from './holds.ts'
import type { AccountToPlan, PersonToPlan } from './person-to-plan.ts'
import { timeOn, type DueRung } from './rung-due.ts'

/** While a message is about to go it is not looked again sooner than this. */
const LOOK_AGAIN_MS = 15 * MINUTE

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
  if (applied.who === 'person') return barOf(due.rung.id, account)
  if (!applied.channels.some((channel) => person.channels.includes(channel))) return { until: null }
  // What waited through an outage or a pause goes first, and this one its time after it.
  if (account.nextMessageAt !== null && account.nextMessageAt <= now) return { until: now + LOOK_AGAIN_MS }
  const last = Math.max(machineSteps(account).at(-1)?.at ?? -Infinity, account.lastMessageAt ?? -Infinity)
  const dwellEnds = last + (parseDuration(due.rung.minimumDwell) ?? 0)
  return dwellEnds > now ? { until: dwellEnds } : null
}

/** Is this step for a person, or the hand-off, kept back by a stop, a pause or a switch? */
export const barOf = (rung: string, account: AccountToPlan): Wait | null => account.barred?.find((step) => step.rung === rung) ?? null

/**
 * Must a step from an earlier day wait for another day?
 *
 * One message a day is caught up: whatever has gone to the person today was today's, and what was
 * planned for this account before an outage and still waits will be. What waits about their other
 * accounts does not count: it may be on hold for long. Deciding keeps it back on a day that is taken.
 */
export function waitToCatchUp(due: DueRung, account: AccountToPlan, person: PersonToPlan, today: LocalDate): Wait | null {
  if (due.date >= today) return null
  const tomorrow = addDays(today, 1)
  const startOfDay = startOfBookDay(today, person.bookZone)
  const spoken = person.accounts.some(({ lastMessageAt }) => lastMessageAt !== null && lastMessageAt >= startOfDay)
  const willSpeak = account.nextMessageAt !== null && account.nextMessageAt < startOfBookDay(tomorrow, person.bookZone)
  return spoken || willSpeak ? { until: timeOn(tomorrow, due.rung, account.ladder, person) } : null
}
