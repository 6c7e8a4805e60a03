import { parseDuration } from '../model/duration.ts'
import { MINUTE, type Instant } from '../model/instant.ts'
import { HAND_OFF_RUNG } from '../model/ladder-checks.ts'
import type { LocalDate } from '../model/local-date.ts'
import { applyBand, type AppliedRung } from './band.ts'
import { enter, wasMissed } from './entry.ts'
import { handOffWasHandled, machineSteps, wasHandled } from './history.ts'
import { activeHolds, endOf } from './holds.ts'
import type { SkipReason } from './person-plan.ts'
import type { AccountToPlan, PersonToPlan } from './person-to-plan.ts'
import { dueRungs, handOffAt, timeOn, type DueRung } from './rung-due.ts'
import { isBelowTolerance, skipFor, type Skip } from './skip.ts'
import { readyStep, type Step } from './step.ts'
import { barOf, waitFor, waitToCatchUp } from './wait.ts'

/** What one account, looked at by itself, asks for now. */
export interface AccountOutlook {
  account: AccountToPlan
  /** Rungs left out for good, and why. */
  skipped: { rung: string; reason: SkipReason; detail: string | null }[]
  /** The machine's next step of today, due or later today; at most one. */
  machine: Step | null
  /** Steps for a person, due. */
  tasks: Step[]
  proposeHandOff: boolean
  /** Instants at which something may change; some may have passed. */
  looks: Instant[]
}

/**
 * Which steps does this account ask for today, which are left out, and when is it to be looked at again?
 *
 * @param today  the book date of `now`
 */
export function lookAtAccount(account: AccountToPlan, person: PersonToPlan, today: LocalDate, now: Instant): AccountOutlook {
  const outlook: AccountOutlook = { account, skipped: [], machine: null, tasks: [], proposeHandOff: false, looks: [] }
  if (account.state !== 'open') return outlook

  const pending = dueRungs(account.ladder.rungs.filter((rung) => !wasHandled(rung, account)), account, person)
  const missed = pending.filter((due) => wasMissed(due, account))
  const entry = enter(missed, account, person)
  for (const { due, skip } of entry.skipped) leaveOut(outlook, due, skip)

  const stopsAt = handOffAt(account, person)
  const open = [...entry.enter, ...pending.filter((due) => !missed.includes(due))].sort((a, b) => a.dueAt - b.dueAt)
  if (stopsAt !== null && now >= stopsAt) {
    for (const due of open.filter((d) => d.dueAt <= now)) leaveOut(outlook, due, { reason: 'hand_off_due', detail: null })
    considerHandOff(outlook, now)
    return outlook
  }
  if (stopsAt !== null) outlook.looks.push(stopsAt)
  for (const due of open) considerRung(outlook, due, person, today, now)
  return outlook
}

function considerRung(outlook: AccountOutlook, due: DueRung, person: PersonToPlan, today: LocalDate, now: Instant): void {
  const { account } = outlook
  const applied = applyBand(due.rung, account)
  const isDue = due.dueAt <= now
  if (!isDue) outlook.looks.push(due.dueAt)
  if (!isDue && due.date !== today) return

  const skip = skipFor(due, applied, account, person, now)
  if (skip !== null) {
    // What is not due yet is judged again when it is.
    if (isDue) leaveOut(outlook, due, skip)
    return
  }
  const wait = waitFor(due, applied, account, person, now) ?? (applied.who === 'machine' ? waitToCatchUp(due, account, person, today) : null)
  if (wait !== null) {
    outlook.looks.push(due.staleAt, ...(wait.until === null ? [] : [wait.until]))
    return
  }
  take(outlook, due, applied, person, today, now)
}

/** The rung may go: a person's at once, the machine's one at a time. */
function take(outlook: AccountOutlook, due: DueRung, applied: AppliedRung, person: PersonToPlan, today: LocalDate, now: Instant): void {
  const { account } = outlook
  const late = due.date < today
  // A step caught up keeps its time of day, so that it too follows the day's payments.
  const dueAt = late ? Math.max(due.dueAt, timeOn(today, due.rung, account.ladder, person)) : due.dueAt
  const step = readyStep({ ...due, dueAt }, applied, account, person, late, now)
  if (applied.who === 'person') {
    if (due.dueAt <= now) outlook.tasks.push(step)
  } else if (outlook.machine === null) {
    outlook.machine = step
    outlook.looks.push(dueAt, due.staleAt)
  } else {
    outlook.looks.push(due.staleAt, now + Math.max(MINUTE, parseDuration(due.rung.minimumDwell) ?? 0))
  }
}

/** A person is asked once in a pass, not while a hold lasts, and not about next to nothing. */
function considerHandOff(outlook: AccountOutlook, now: Instant): void {
  const { account } = outlook
  if (handOffWasHandled(account)) return
  const holds = activeHolds(account.holds, now)
  const bar = barOf(HAND_OFF_RUNG, account)
  if (bar !== null) return void (bar.until !== null && outlook.looks.push(bar.until))
  const pausedUntil = Math.max(holds.length > 0 ? (endOf(holds) ?? Infinity) : 0, account.notBefore ?? 0)
  if (pausedUntil > now) {
    if (pausedUntil !== Infinity) outlook.looks.push(pausedUntil)
  } else if (isBelowTolerance(account)) {
    outlook.skipped.push({ rung: HAND_OFF_RUNG, reason: 'below_tolerance', detail: null })
  } else {
    outlook.proposeHandOff = true
  }
}

const leaveOut = (outlook: AccountOutlook, due: DueRung, { reason, detail }: Skip): void => {
  outlook.skipped.push({ rung: due.rung.id, reason, detail })
}

/** Did the machine already plan something for this account on this book date? */
export const machineSpokeSince = (account: AccountToPlan, start: Instant): boolean => machineSteps(account).some((step) => step.at >= start)
