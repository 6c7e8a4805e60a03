import { parseDuration } from '../model/duration.ts'
import type { Instant } from '../model/instant.ts'
import { stageOf } from '../model/stage.ts'
import { applyBand } from './band.ts'
import { bookDate } from './book-time.ts'
import { daysPastDue } from './days-past-due.ts'
import { missingForGate } from './gate.ts'
import { machineSteps } from './history.ts'
import type { Skip } from './skip.ts'
import type { AccountToPlan } from './person-to-plan.ts'
import { countsThroughout, timeOn, type Book, type DueRung } from './rung-due.ts'

/** What becomes of the rungs that had fallen due before the account came to its present step. */
export interface EntryPlan {
  /** Carried out now, as if they fell due on entering. */
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
 * At its present stage: the machine's most recent rung of that stage, and the person's
 * rung after it, become due; everything earlier is recorded as missed. After a payment
 * nothing becomes due: the account waits for the next rung. After a reversal a rung that
 * was already carried out in this spell is not repeated. A heads-up before the due date
 * (stage M0) is sent only while it is fresh.
 *
 * @param missed  in order of falling due
 */
export function enter(missed: readonly DueRung[], account: AccountToPlan, book: Book): EntryPlan {
  const { enteredBy } = account.spell
  if (enteredBy === 'payment') return { enter: [], skipped: missed.map((due) => ({ due, skip: { reason: 'moved_by_payment', detail: null } })) }
  const inStage = missed.filter((due) => fitsStage(due, account, book))
  const machine = inStage.findLast((due) => due.rung.kind === 'reminder' && applyBand(due.rung, account).who === 'machine') ?? null
  const person = inStage.findLast((due) => applyBand(due.rung, account).who === 'person' && (machine === null || due.dueAt > machine.dueAt)) ?? null
  const repeated = machine !== null && machineSteps(account).some((step) => step.rung.id === machine.rung.id)

  const entry: EntryPlan = { enter: [], skipped: [] }
  for (const due of missed) {
    const opensGate = due.rung.beforeGate && gateIsClosed(account)
    if (due === machine && repeated) entry.skipped.push({ due, skip: { reason: 'already_done', detail: null } })
    else if (due === machine || due === person || opensGate) entry.enter.push(onEntering(due, account, book))
    else entry.skipped.push({ due, skip: { reason: enteredBy === 'reversal' ? 'resumed_after_reversal' : 'entered_late', detail: null } })
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
