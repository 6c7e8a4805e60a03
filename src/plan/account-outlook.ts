import { HAND_OFF_RUNG, type Rung } from '../model/ladder.ts'
import { addDays, type Instant, type LocalDate, MINUTE, parseDuration } from '../model/time.ts'
import type { Channel, Tone } from '../model/vocabulary.ts'
import { daysPastDue, startOfBookDay } from './book-time.ts'
import { activeHolds, endOf, enter, isBelowTolerance, type Skip, skipFor, wasMissed } from './entry.ts'
import { type AppliedRung, applyBand, handOffWasHandled, machineSteps, wasHandled } from './history.ts'
import type { AccountToPlan, RecipientToPlan, SkipReason } from './recipient-plan.ts'
import { type DueRung, dueRungs, handOffAt, timeOn } from './rung-due.ts'
import { missingForGate, spokenTone } from './tone.ts'

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
export function lookAtAccount(
  account: AccountToPlan,
  recipient: RecipientToPlan,
  today: LocalDate,
  now: Instant,
): AccountOutlook {
  const outlook: AccountOutlook = { account, skipped: [], machine: null, tasks: [], proposeHandOff: false, looks: [] }
  if (account.state !== 'open') return outlook

  const pending = dueRungs(
    account.ladder.rungs.filter((rung) => !wasHandled(rung, account)),
    account,
    recipient,
  )
  const missed = pending.filter((due) => wasMissed(due, account))
  const entry = enter(missed, account, recipient)
  for (const { due, skip } of entry.skipped) leaveOut(outlook, due, skip)

  const stopsAt = handOffAt(account, recipient)
  const open = [...entry.enter, ...pending.filter((due) => !missed.includes(due))].sort((a, b) => a.dueAt - b.dueAt)
  if (stopsAt !== null && now >= stopsAt) {
    for (const due of open.filter((d) => d.dueAt <= now))
      leaveOut(outlook, due, { reason: 'hand_off_due', detail: null })
    considerHandOff(outlook, now)
    return outlook
  }
  if (stopsAt !== null) outlook.looks.push(stopsAt)
  for (const due of open) considerRung(outlook, due, recipient, today, now)
  return outlook
}

function considerRung(
  outlook: AccountOutlook,
  due: DueRung,
  recipient: RecipientToPlan,
  today: LocalDate,
  now: Instant,
): void {
  const { account } = outlook
  const applied = applyBand(due.rung, account)
  const isDue = due.dueAt <= now
  if (!isDue) outlook.looks.push(due.dueAt)
  if (!isDue && due.date !== today) return

  const skip = skipFor(due, applied, account, recipient, now)
  if (skip !== null) {
    // What is not due yet is judged again when it is.
    if (isDue) leaveOut(outlook, due, skip)
    return
  }
  const wait =
    waitFor(due, applied, account, recipient, now) ??
    (applied.who === 'machine' ? waitToCatchUp(due, account, recipient, today) : null)
  if (wait !== null) {
    outlook.looks.push(due.staleAt, ...(wait.until === null ? [] : [wait.until]))
    return
  }
  take(outlook, due, applied, recipient, today, now)
}

/** The rung may go: a person's at once, the machine's one at a time. */
function take(
  outlook: AccountOutlook,
  due: DueRung,
  applied: AppliedRung,
  recipient: RecipientToPlan,
  today: LocalDate,
  now: Instant,
): void {
  const { account } = outlook
  const late = due.date < today
  // A step caught up keeps its time of day, so that it too follows the day's payments.
  const dueAt = late ? Math.max(due.dueAt, timeOn(today, due.rung, account.ladder, recipient)) : due.dueAt
  const step = readyStep({ ...due, dueAt }, applied, account, recipient, late, now)
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
export const machineSpokeSince = (account: AccountToPlan, start: Instant): boolean =>
  machineSteps(account).some((step) => step.at >= start)

/** A rung of one account that may be carried out today. */
export interface Step {
  account: AccountToPlan
  rung: Rung
  /** In order of preference; for the machine only those with a usable address. */
  channels: Channel[]
  tone: Tone
  /** Its day was before today: it would be caught up. */
  late: boolean
  dueAt: Instant
  expiresAt: Instant
  daysPastDue: number
}

/** A rung that nothing holds back, as it would be carried out. */
function readyStep(
  due: DueRung,
  applied: AppliedRung,
  account: AccountToPlan,
  recipient: RecipientToPlan,
  late: boolean,
  now: Instant,
): Step {
  return {
    account,
    rung: due.rung,
    channels:
      applied.who === 'machine'
        ? applied.channels.filter((channel) => recipient.channels.includes(channel))
        : applied.channels,
    tone: spokenTone(due.rung, account, recipient.bookZone, now),
    late,
    dueAt: due.dueAt,
    expiresAt: due.staleAt,
    daysPastDue: daysPastDue(account, recipient.bookZone, now) ?? 0,
  }
}

/** While a message is about to go it is not looked again sooner than this. */
const LOOK_AGAIN_MS = 15 * MINUTE

/** A rung that is due waits; `until` is when to look again, null when only news can tell. */
interface Wait {
  until: Instant | null
}

/**
 * Must this rung, due and not left out, wait?
 *
 * Holds, the pause after a reversal, a closed gate, no address that may be used, too
 * soon after the last step: each may pass before the rung is stale.
 */
function waitFor(
  due: DueRung,
  applied: AppliedRung,
  account: AccountToPlan,
  recipient: RecipientToPlan,
  now: Instant,
): Wait | null {
  const holds = activeHolds(account.holds, now)
  if (holds.length > 0) return { until: endOf(holds) }
  if (account.notBefore !== null && account.notBefore > now) return { until: account.notBefore }
  if (missingForGate(due.rung, account).length > 0) return { until: null }
  if (applied.who === 'person') return barOf(due.rung.id, account)
  if (!applied.channels.some((channel) => recipient.channels.includes(channel))) return { until: null }
  // What waited through an outage or a pause goes first, and this one its time after it.
  if (account.nextMessageAt !== null && account.nextMessageAt <= now) return { until: now + LOOK_AGAIN_MS }
  const last = Math.max(machineSteps(account).at(-1)?.at ?? -Infinity, account.lastMessageAt ?? -Infinity)
  const dwellEnds = last + (parseDuration(due.rung.minimumDwell) ?? 0)
  return dwellEnds > now ? { until: dwellEnds } : null
}

/** Is this step for a person, or the hand-off, kept back by a stop, a pause or a switch? */
const barOf = (rung: string, account: AccountToPlan): Wait | null =>
  account.barred?.find((step) => step.rung === rung) ?? null

/**
 * Must a step from an earlier day wait for another day?
 *
 * One message a day is caught up: whatever has gone to the person today was today's, and what was
 * planned for this account before an outage and still waits will be. What waits about their other
 * accounts does not count: it may be on hold for long. Deciding keeps it back on a day that is taken.
 */
function waitToCatchUp(
  due: DueRung,
  account: AccountToPlan,
  recipient: RecipientToPlan,
  today: LocalDate,
): Wait | null {
  if (due.date >= today) return null
  const tomorrow = addDays(today, 1)
  const startOfDay = startOfBookDay(today, recipient.bookZone)
  const spoken = recipient.accounts.some(({ lastMessageAt }) => lastMessageAt !== null && lastMessageAt >= startOfDay)
  const willSpeak =
    account.nextMessageAt !== null && account.nextMessageAt < startOfBookDay(tomorrow, recipient.bookZone)
  return spoken || willSpeak ? { until: timeOn(tomorrow, due.rung, account.ladder, recipient) } : null
}
