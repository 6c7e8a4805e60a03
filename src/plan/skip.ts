import { parseDuration } from '../model/duration.ts'
import type { Instant } from '../model/instant.ts'
import type { Rung } from '../model/ladder.ts'
import { toleranceMinor } from '../model/ladder.ts'
import type { SkipCondition } from '../model/ladder-rung.ts'
import type { AppliedRung } from './band.ts'
import { missingForGate } from './gate.ts'
import { machineSteps } from './history.ts'
import { activeHolds, holdWithin, reasonOf, stopWithin } from './holds.ts'
import type { SkipReason } from './person-plan.ts'
import type { AccountToPlan, PersonToPlan } from './person-to-plan.ts'
import type { DueRung } from './rung-due.ts'
import { spokenTone } from './spoken-tone.ts'

/** Why a rung is left out for good, with what a reader needs to know beside it. */
export interface Skip {
  reason: SkipReason
  detail: string | null
}

/**
 * Is this rung, due now, to be left out for good?
 *
 * Waiting is another question (`wait.ts`): what is answered here cannot be cured by time.
 */
export function skipFor(due: DueRung, applied: AppliedRung, account: AccountToPlan, person: PersonToPlan, now: Instant): Skip | null {
  if (applied.leftOut) return { reason: 'band', detail: account.riskBand }
  if (now >= due.staleAt) return staleness(due, applied, account, person)
  return conditionMet(due.rung, account, person, now) ?? (applied.who === 'machine' ? machineMayNot(due, account, person, now) : null)
}

/** Is so little owed that nobody is chased for it? Nothing owed at all is always too little. */
export function isBelowTolerance(account: AccountToPlan): boolean {
  const ladders = toleranceMinor(account.ladder, account.currency)
  const tolerance = ladders > account.toleranceMinor ? ladders : account.toleranceMinor
  return account.overdueMinor <= 0n || account.overdueMinor < tolerance
}

/** A stale rung is recorded with what kept it back, if something did. */
function staleness(due: DueRung, applied: AppliedRung, account: AccountToPlan, person: PersonToPlan): Skip {
  const hold = holdWithin(account.holds, due.dueAt, due.staleAt)
  if (hold !== null) return { reason: reasonOf(hold), detail: hold.kind }
  if (applied.who === 'person') {
    const stop = stopWithin(person.stops ?? [], due.dueAt, due.staleAt)
    if (stop !== null) return { reason: 'stopped', detail: stop.reason }
    if (account.switchedOff === true) return { reason: 'switched_off', detail: null }
  }
  const missing = missingForGate(due.rung, account)
  if (missing.length > 0) return { reason: 'gate_closed', detail: missing.join(', ') }
  const reachable = applied.who === 'person' || applied.channels.some((channel) => person.channels.includes(channel))
  return { reason: reachable ? 'stale' : 'no_usable_address', detail: reachable ? null : applied.channels.join(', ') }
}

function conditionMet(rung: Rung, account: AccountToPlan, person: PersonToPlan, now: Instant): Skip | null {
  const asks = (condition: SkipCondition) => rung.skipIf.includes(condition)
  if (asks('auto-debit') && account.autoDebit !== false) return { reason: 'auto_debit', detail: account.autoDebit === null ? 'not stated' : null }
  if (isWithinGrace(rung, account)) return { reason: 'within_grace', detail: null }
  if (account.overdueMinor <= 0n || (asks('under-tolerance') && isBelowTolerance(account))) return { reason: 'below_tolerance', detail: null }
  const holds = activeHolds(account.holds, now)
  if (asks('promise-open') && holds.some((hold) => hold.kind === 'promise')) return { reason: 'promise_open', detail: null }
  if (asks('payment-in-flight') && holds.some((hold) => hold.kind === 'payment-pending')) return { reason: 'payment_in_flight', detail: null }
  return talkedRecently(rung, person, now) ? { reason: 'recent_conversation', detail: null } : null
}

function isWithinGrace(rung: Rung, account: AccountToPlan): boolean {
  const { dpd } = rung.at
  const grace = Math.max(account.graceDays ?? 0, account.ladder.defaults.graceDays)
  return dpd !== undefined && dpd > 0 && dpd <= grace && !rung.inGrace
}

function talkedRecently(rung: Rung, person: PersonToPlan, now: Instant): boolean {
  if (person.lastConversationAt === null) return false
  const age = now - person.lastConversationAt
  return rung.skipIf.some((condition) => typeof condition === 'object' && age < (parseDuration(condition['contacted-person-within']) ?? 0))
}

/** The ladder only climbs: nothing from before a step taken, nothing after the last word; and no words that may be untrue. */
function machineMayNot(due: DueRung, account: AccountToPlan, person: PersonToPlan, now: Instant): Skip | null {
  const { rung } = due
  const spoken = machineSteps(account).filter((step) => step.pass === account.spell.pass)
  const last = spoken.find((step) => step.rung.tone === 'final' && !sameDay(step.rung, rung))
  if (last !== undefined && rung.kind === 'reminder') return { reason: 'after_final', detail: last.rung.id }
  const later = spoken.find((step) => isLaterOnSameTimeline(step.rung, rung))
  if (later !== undefined) return { reason: 'overtaken', detail: later.rung.id }
  // Words gentler than the rung's own do not state what it requires.
  if (spokenTone(rung, account, person.bookZone, now) !== rung.tone) return null
  const missing = rung.requires.filter((fact) => !account.availableFacts.includes(fact))
  return missing.length > 0 ? { reason: 'facts_missing', detail: missing.join(', ') } : null
}

const dayOf = (rung: Rung): number => rung.at.dpd ?? rung.at.days ?? 0
const sameDay = (a: Rung, b: Rung): boolean => a.at.event === b.at.event && dayOf(a) === dayOf(b)
const isLaterOnSameTimeline = (a: Rung, b: Rung): boolean => a.at.event === b.at.event && dayOf(a) > dayOf(b)
