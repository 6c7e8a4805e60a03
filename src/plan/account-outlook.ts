import { HAND_OFF_RUNG, type Rung } from '../model/ladder.ts'
import { addDays, type Instant, type LocalDate, MINUTE, parseDuration } from '../model/time.ts'
import type { Channel, Tone } from '../model/vocabulary.ts'
import { daysPastDue, startOfBookDay } from './book-time.ts'
import { activeHolds, endOf, enterLadder, isBelowTolerance, type Skip, skipFor, wasMissed } from './entry.ts'
import { type AppliedRung, applyBand, handOffWasHandled, machineSteps, wasHandled } from './history.ts'
import type { AccountToPlan, RecipientToPlan, SkipReason } from './recipient-plan.ts'
import { type DueRung, dueRungs, handOffAt, timeOn } from './rung-due.ts'
import { missingForGate, effectiveTone } from './tone.ts'

/** The steps that one account, considered alone, needs now. */
export interface AccountOutlook {
  account: AccountToPlan
  /** Rungs skipped for good, and why. */
  skipped: { rung: string; reason: SkipReason; detail: string | null }[]
  /** The machine's next step of today, due or later today; at most one. */
  machine: Step | null
  /** Due steps for an agent. */
  tasks: Step[]
  proposeHandOff: boolean
  /** Instants at which to plan again; some may have passed. */
  recheckAt: Instant[]
}

/**
 * Which steps does this account need today, which are skipped, and when must it be planned again?
 *
 * @param today  the book date of `now`
 */
export function assessAccount(
  account: AccountToPlan,
  recipient: RecipientToPlan,
  today: LocalDate,
  now: Instant,
): AccountOutlook {
  const outlook: AccountOutlook = {
    account,
    skipped: [],
    machine: null,
    tasks: [],
    proposeHandOff: false,
    recheckAt: [],
  }
  if (account.state !== 'open') return outlook

  const pending = dueRungs(
    account.ladder.rungs.filter((rung) => !wasHandled(rung, account)),
    account,
    recipient,
  )
  const missed = pending.filter((due) => wasMissed(due, account))
  const entry = enterLadder(missed, account, recipient)
  for (const { due, skip } of entry.skipped) skipRung(outlook, due, skip)

  const stopsAt = handOffAt(account, recipient)
  const open = [...entry.enter, ...pending.filter((due) => !missed.includes(due))].sort((a, b) => a.dueAt - b.dueAt)
  if (stopsAt !== null && now >= stopsAt) {
    for (const due of open.filter((d) => d.dueAt <= now))
      skipRung(outlook, due, { reason: 'hand_off_due', detail: null })
    considerHandOff(outlook, now)
    return outlook
  }
  if (stopsAt !== null) outlook.recheckAt.push(stopsAt)
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
  if (!isDue) outlook.recheckAt.push(due.dueAt)
  if (!isDue && due.date !== today) return

  const skip = skipFor(due, applied, account, recipient, now)
  if (skip !== null) {
    // A rung that is not due yet is evaluated again when it is.
    if (isDue) skipRung(outlook, due, skip)
    return
  }
  const wait =
    waitFor(due, applied, account, recipient, now) ??
    (applied.who === 'machine' ? waitToCatchUp(due, account, recipient, today) : null)
  if (wait !== null) {
    outlook.recheckAt.push(due.staleAt, ...(wait.until === null ? [] : [wait.until]))
    return
  }
  planStep(outlook, due, applied, recipient, today, now)
}

/** Adds a rung that may go: an agent's at once, the machine's one at a time. */
function planStep(
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
    outlook.recheckAt.push(dueAt, due.staleAt)
  } else {
    outlook.recheckAt.push(due.staleAt, now + Math.max(MINUTE, parseDuration(due.rung.minimumDwell) ?? 0))
  }
}

/** Proposes a hand-off once in a pass, not during a hold, and not for an amount below tolerance. */
function considerHandOff(outlook: AccountOutlook, now: Instant): void {
  const { account } = outlook
  if (handOffWasHandled(account)) return
  const holds = activeHolds(account.holds, now)
  const bar = barredStep(HAND_OFF_RUNG, account)
  if (bar !== null) return void (bar.until !== null && outlook.recheckAt.push(bar.until))
  const heldUntil = Math.max(holds.length > 0 ? (endOf(holds) ?? Infinity) : 0, account.notBefore ?? 0)
  if (heldUntil > now) {
    if (heldUntil !== Infinity) outlook.recheckAt.push(heldUntil)
  } else if (isBelowTolerance(account)) {
    outlook.skipped.push({ rung: HAND_OFF_RUNG, reason: 'below_tolerance', detail: null })
  } else {
    outlook.proposeHandOff = true
  }
}

const skipRung = (outlook: AccountOutlook, due: DueRung, { reason, detail }: Skip): void => {
  outlook.skipped.push({ rung: due.rung.id, reason, detail })
}

/** Did the machine already plan something for this account on this book date? */
export const machinePlannedSince = (account: AccountToPlan, start: Instant): boolean =>
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

/** The step by which a rung without obstacles would be carried out. */
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
    tone: effectiveTone(due.rung, account, recipient.bookZone, now),
    late,
    dueAt: due.dueAt,
    expiresAt: due.staleAt,
    daysPastDue: daysPastDue(account, recipient.bookZone, now) ?? 0,
  }
}

/** While an earlier message is about to go, the account is not planned again sooner than this. */
const RECHECK_MS = 15 * MINUTE

/** A due rung waits; `until` is when to plan again, null: only new facts can end the wait. */
interface Wait {
  until: Instant | null
}

/**
 * Must this rung, due and not skipped, wait?
 *
 * A hold, the day after a reversal, a closed gate, no usable address, too soon after the
 * last step: each may pass before the rung is stale.
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
  if (applied.who === 'person') return barredStep(due.rung.id, account)
  if (!applied.channels.some((channel) => recipient.channels.includes(channel))) return { until: null }
  // An earlier message for this account is still waiting; it goes first, and this step keeps `minimumDwell` from it.
  if (account.nextMessageAt !== null && account.nextMessageAt <= now) return { until: now + RECHECK_MS }
  const last = Math.max(machineSteps(account).at(-1)?.at ?? -Infinity, account.lastMessageAt ?? -Infinity)
  const dwellEnds = last + (parseDuration(due.rung.minimumDwell) ?? 0)
  return dwellEnds > now ? { until: dwellEnds } : null
}

/** Is this agent's step, or the hand-off, barred by a suppression, a hold or a switch? */
const barredStep = (rung: string, account: AccountToPlan): Wait | null =>
  account.barred?.find((step) => step.rung === rung) ?? null

/**
 * Must a step from an earlier day wait for another day?
 *
 * One message a day is caught up: a message sent to the recipient today is today's, and so is one planned
 * for this account before an outage that is still waiting. Messages waiting for their other accounts do
 * not count: they may be on hold for long. `decide` defers a late message on a day that is taken.
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
