import { type Rung, type SkipCondition, toleranceMinor } from '../model/ladder.ts'
import { type Instant, parseDuration } from '../model/time.ts'
import { stageOf } from '../model/vocabulary.ts'
import { bookDate, daysPastDue } from './book-time.ts'
import { type AppliedRung, applyBand, machineSteps } from './history.ts'
import type { AccountToPlan, HoldToPlan, RecipientToPlan, SkipReason, SuppressionToPlan } from './recipient-plan.ts'
import { type Book, countsThroughout, type DueRung, timeOn } from './rung-due.ts'
import { missingForGate, effectiveTone } from './tone.ts'

/** How the rungs are handled that had fallen due before the account came to its present step. */
interface EntryPlan {
  /** Carried out now, as if they had fallen due on entry. */
  enter: DueRung[]
  skipped: { due: DueRung; skip: Skip }[]
}

/**
 * Which of these rungs did the account miss by coming late?
 *
 * After a payment, every rung up to the new days past due; otherwise all that had
 * fallen due before the account came.
 */
export function wasMissed(due: DueRung, account: AccountToPlan): boolean {
  const { event, dpd } = due.rung.at
  if (event !== undefined && (!countsThroughout(event) || account.spell.pass > 1)) return false
  if (account.spell.enteredBy === 'payment') return dpd !== undefined && dpd <= account.spell.enteredDpd
  return due.dueAt < account.spell.enteredAt
}

/**
 * Where does an account that comes late enter its ladder?
 *
 * At its present stage: the machine's most recent rung of that stage, and the latest agent's
 * task after it, become due; everything earlier is recorded as missed. After a payment
 * nothing becomes due: the account waits for the next rung. After a reversal a rung that
 * was already carried out in this spell is not repeated. A notice before the due date
 * (stage M0) is sent only while it is fresh.
 *
 * @param missed  in order of falling due
 */
export function enterLadder(missed: readonly DueRung[], account: AccountToPlan, book: Book): EntryPlan {
  const { enteredBy } = account.spell
  if (enteredBy === 'payment')
    return { enter: [], skipped: missed.map((due) => ({ due, skip: { reason: 'moved_by_payment', detail: null } })) }
  const inStage = missed.filter((due) => fitsStage(due, account, book))
  const machine =
    inStage.findLast((due) => due.rung.kind === 'reminder' && applyBand(due.rung, account).who === 'machine') ?? null
  const task =
    inStage.findLast(
      (due) => applyBand(due.rung, account).who === 'person' && (machine === null || due.dueAt > machine.dueAt),
    ) ?? null
  const repeated = machine !== null && machineSteps(account).some((step) => step.rung.id === machine.rung.id)

  const entry: EntryPlan = { enter: [], skipped: [] }
  for (const due of missed) {
    const opensGate = due.rung.beforeGate && gateIsClosed(account)
    if (due === machine && repeated) entry.skipped.push({ due, skip: { reason: 'already_done', detail: null } })
    else if (due === machine || due === task || opensGate) entry.enter.push(onEntering(due, account, book))
    else
      entry.skipped.push({
        due,
        skip: { reason: enteredBy === 'reversal' ? 'resumed_after_reversal' : 'entered_late', detail: null },
      })
  }
  return entry
}

function fitsStage(due: DueRung, account: AccountToPlan, book: Book): boolean {
  const applied = applyBand(due.rung, account)
  const debitRuns = due.rung.skipIf.includes('auto-debit') && account.autoDebit !== false
  if (applied.leftOut || debitRuns) return false
  const { dpd } = due.rung.at
  const present = daysPastDue(account, book.bookZone, account.spell.enteredAt)
  if (dpd === undefined || present === null) return true
  return stageOf(dpd) === stageOf(present) && (dpd > 0 || due.staleAt > account.spell.enteredAt)
}

const gateIsClosed = (account: AccountToPlan): boolean =>
  account.ladder.rungs.some((rung) => missingForGate(rung, account).length > 0)

/** The same rung, due when the account came, but not before the rung's time of day. */
function onEntering(due: DueRung, account: AccountToPlan, book: Book): DueRung {
  const entered: Instant = Math.max(account.spell.enteredAt, account.notBefore ?? 0)
  const dueAt = Math.max(entered, timeOn(bookDate(entered, book.bookZone), due.rung, account.ladder, book))
  return { ...due, dueAt, staleAt: dueAt + (parseDuration(due.rung.expiresAfter) ?? 0) }
}

/** Why a rung is skipped for good, with a detail for the timeline. */
export interface Skip {
  reason: SkipReason
  detail: string | null
}

/**
 * Must this rung, due now, be skipped for good?
 *
 * Obstacles that may pass with time make it wait instead (`account-outlook.ts`).
 */
export function skipFor(
  due: DueRung,
  applied: AppliedRung,
  account: AccountToPlan,
  recipient: RecipientToPlan,
  now: Instant,
): Skip | null {
  if (applied.leftOut) return { reason: 'band', detail: account.riskBand }
  if (now >= due.staleAt) return staleness(due, applied, account, recipient)
  return (
    conditionMet(due.rung, account, recipient, now) ??
    (applied.who === 'machine' ? machineSkip(due, account, recipient, now) : null)
  )
}

/** Is the overdue amount too small to be reminded of? Zero always is. */
export function isBelowTolerance(account: AccountToPlan): boolean {
  const ladders = toleranceMinor(account.ladder, account.currency)
  const tolerance = ladders > account.toleranceMinor ? ladders : account.toleranceMinor
  return account.overdueMinor <= 0n || account.overdueMinor < tolerance
}

/** Why did a rung become stale? The hold, suppression or closed gate that kept it back, if there was one. */
function staleness(due: DueRung, applied: AppliedRung, account: AccountToPlan, recipient: RecipientToPlan): Skip {
  const hold = holdWithin(account.holds, due.dueAt, due.staleAt)
  if (hold !== null) return { reason: reasonOf(hold), detail: hold.kind }
  if (applied.who === 'person') {
    const suppression = suppressionWithin(recipient.suppressions ?? [], due.dueAt, due.staleAt)
    if (suppression !== null) return { reason: 'stopped', detail: suppression.reason }
    if (account.switchedOff === true) return { reason: 'switched_off', detail: null }
  }
  const missing = missingForGate(due.rung, account)
  if (missing.length > 0) return { reason: 'gate_closed', detail: missing.join(', ') }
  const reachable = applied.who === 'person' || applied.channels.some((channel) => recipient.channels.includes(channel))
  return { reason: reachable ? 'stale' : 'no_usable_address', detail: reachable ? null : applied.channels.join(', ') }
}

function conditionMet(rung: Rung, account: AccountToPlan, recipient: RecipientToPlan, now: Instant): Skip | null {
  const asks = (condition: SkipCondition) => rung.skipIf.includes(condition)
  if (asks('auto-debit') && account.autoDebit !== false)
    return { reason: 'auto_debit', detail: account.autoDebit === null ? 'not stated' : null }
  if (isWithinGrace(rung, account)) return { reason: 'within_grace', detail: null }
  if (account.overdueMinor <= 0n || (asks('under-tolerance') && isBelowTolerance(account)))
    return { reason: 'below_tolerance', detail: null }
  const holds = activeHolds(account.holds, now)
  if (asks('promise-open') && holds.some((hold) => hold.kind === 'promise'))
    return { reason: 'promise_open', detail: null }
  if (asks('payment-in-flight') && holds.some((hold) => hold.kind === 'payment-pending'))
    return { reason: 'payment_in_flight', detail: null }
  return hadConversationRecently(rung, recipient, now) ? { reason: 'recent_conversation', detail: null } : null
}

function isWithinGrace(rung: Rung, account: AccountToPlan): boolean {
  const { dpd } = rung.at
  const grace = Math.max(account.graceDays ?? 0, account.ladder.defaults.graceDays)
  return dpd !== undefined && dpd > 0 && dpd <= grace && !rung.inGrace
}

function hadConversationRecently(rung: Rung, recipient: RecipientToPlan, now: Instant): boolean {
  if (recipient.lastConversationAt === null) return false
  const age = now - recipient.lastConversationAt
  return rung.skipIf.some(
    (condition) => typeof condition === 'object' && age < (parseDuration(condition['contacted-person-within']) ?? 0),
  )
}

/** Why must the machine skip this rung? No rung before one already sent, none after `final`, and no message with missing facts. */
function machineSkip(due: DueRung, account: AccountToPlan, recipient: RecipientToPlan, now: Instant): Skip | null {
  const { rung } = due
  const spoken = machineSteps(account).filter((step) => step.pass === account.spell.pass)
  const last = spoken.find((step) => step.rung.tone === 'final' && !sameDay(step.rung, rung))
  if (last !== undefined && rung.kind === 'reminder') return { reason: 'after_final', detail: last.rung.id }
  const later = spoken.find((step) => isLaterOnSameTimeline(step.rung, rung))
  if (later !== undefined) return { reason: 'overtaken', detail: later.rung.id }
  // A gentler tone than the rung's own does not need the facts the rung requires.
  if (effectiveTone(rung, account, recipient.bookZone, now) !== rung.tone) return null
  const missing = rung.requires.filter((fact) => !account.availableFacts.includes(fact))
  return missing.length > 0 ? { reason: 'facts_missing', detail: missing.join(', ') } : null
}

const dayOf = (rung: Rung): number => rung.at.dpd ?? rung.at.days ?? 0
const sameDay = (a: Rung, b: Rung): boolean => a.at.event === b.at.event && dayOf(a) === dayOf(b)
const isLaterOnSameTimeline = (a: Rung, b: Rung): boolean => a.at.event === b.at.event && dayOf(a) > dayOf(b)

export const activeHolds = (holds: readonly HoldToPlan[], now: Instant): HoldToPlan[] =>
  holds.filter((hold) => hold.from <= now && (hold.until === null || hold.until > now))

/** When do all of these end? Null: one of them is open. */
export const endOf = (holds: readonly HoldToPlan[]): Instant | null =>
  holds.reduce<Instant | null>(
    (end, hold) => (end === null || hold.until === null ? null : Math.max(end, hold.until)),
    0,
  )

/** The hold in force during this time; null when none. */
const holdWithin = (holds: readonly HoldToPlan[], from: Instant, to: Instant): HoldToPlan | null =>
  holds.find((hold) => hold.from < to && (hold.until === null || hold.until > from)) ?? null

/** The suppression of the whole recipient in force during this time; null when none. */
const suppressionWithin = (
  suppressions: readonly SuppressionToPlan[],
  from: Instant,
  to: Instant,
): SuppressionToPlan | null =>
  suppressions.find((one) => one.from < to && (one.until === null || one.until > from)) ?? null

/** With which reason is a rung recorded that became stale under this hold? */
function reasonOf(hold: HoldToPlan): SkipReason {
  if (hold.kind === 'promise') return 'promise_open'
  return hold.kind === 'payment-pending' ? 'payment_in_flight' : 'on_hold'
}
