import type { Route } from '../../model/route.ts'
import { HOUR } from '../../model/time.ts'
import { lapseOf } from '../../plan/fallback.ts'
import type { Doorbell } from '../../queue/doorbell.ts'
import { takeInventedReceipts } from '../../record/captured.ts'
import { lostTickets } from '../../record/claim.ts'
import { overdueLeases, putInDoubt, tendBatches, unreportedCalls } from '../../record/doubts.ts'
import { newId } from '../../record/id.ts'
import { closeLapsedHold, expireTasks, lapsedHolds, recordBrokenPromise, replanNow } from '../../record/lapses.ts'
import { takeLocks } from '../../record/locks.ts'
import { overduePermits, putPermitInDoubt } from '../../record/permits.ts'
import { wakeRecipient } from '../../record/reminders.ts'
import { addReminderNotices } from '../notify.ts'
import { applyReceipt } from '../receipts.ts'
import type { Runtime } from '../runtime.ts'
import { POLL_RECEIPTS_FOR_MS } from './doubts.ts'

/** A call whose end is not reported within this time has ended. */
const CALL_END_OVERDUE_MS = 2 * HOUR
/** Tickets per route and pass that are rung again. */
const RING_AGAIN_LIMIT = 100

/** Closes holds past their end (a promise to pay past its day is broken, see `lapseOf`) and tasks past their deadline. */
export async function closeLapsed(runtime: Runtime): Promise<number> {
  const now = new Date(runtime.clock.now())
  let closed = await expireTasks(runtime.ledger.db, now)
  for (const hold of await lapsedHolds(runtime.ledger.db, now, 200)) {
    const done = await runtime.ledger.db.transaction().execute(async (opened) => {
      const trx = await takeLocks(opened, { recipients: [hold.recipientId] }, 'wait')
      const lapse = lapseOf({ kind: hold.kind, account: hold.accountId, until: hold.endsAt.getTime() }, now.getTime())
      if (lapse === null || !(await closeLapsedHold(trx, hold.id, lapse.endReason, now))) return false
      if (lapse.event !== null)
        await recordBrokenPromise(trx, {
          id: newId(),
          hold,
          event: lapse.event,
          now,
        })
      await replanNow(trx, hold.recipientId, lapse.replan.account, now)
      return true
    })
    if (done) closed++
  }
  return closed
}

/**
 * Ends calls whose end was never reported.
 *
 * After a lost callback the recipient's line must not stay busy for ever, nor a conversation go
 * uncounted: the call counts as a conversation, the strictest outcome.
 */
export async function endSilentCalls(runtime: Runtime): Promise<number> {
  const calls = await unreportedCalls(runtime.ledger.db, new Date(runtime.clock.now() - CALL_END_OVERDUE_MS), 200)
  for (const call of calls) {
    await applyReceipt(runtime, {
      ...call,
      word: { state: 'conversation', final: true, code: 'end_not_reported', class: null },
      dedupe: 'sweep silent',
      saidAt: null,
    })
    runtime.log.warn(
      { event: 'call.end_missed', reminder: call.reminderId, attempt: call.attemptNo },
      'end of a call never reported; it counts as a conversation',
    )
  }
  return calls.length
}

/**
 * Puts in doubt every attempt whose worker did not settle it within its lease.
 *
 * The worker may have died before, during or after the call. The attempt counts toward caps from
 * now on and is never retried automatically. Concurrent sweepers are safe: the update is guarded.
 */
export async function expireLeases(runtime: Runtime): Promise<number> {
  let doubted = 0
  for (const attempt of await overdueLeases(runtime.ledger.db, 200)) {
    const done = await runtime.ledger.db.transaction().execute(async (opened) => {
      const trx = await takeLocks(opened, { recipients: [attempt.recipientId] }, 'wait')
      const now = runtime.clock.now()
      if (!(await putInDoubt(trx, attempt.reminderId, attempt.attemptNo, new Date(now)))) return false
      await addReminderNotices(runtime, trx, [{ ...attempt, code: 'lease_expired' }], now)
      return true
    })
    if (!done) continue
    doubted++
    runtime.log.warn(
      { event: 'attempt.doubted', reminder: attempt.reminderId, attempt: attempt.attemptNo },
      'attempt in doubt: no result within its lease',
    )
  }
  await tendBatches(runtime.ledger.db, new Date(runtime.clock.now() - POLL_RECEIPTS_FOR_MS), 500)
  return doubted
}

/**
 * Rings again for reminders whose ticket was lost: Redis was flushed, a worker died, a job was never added.
 *
 * @param lostAfterMs  machine time for which a reminder has been queued
 */
export async function ringAgain(
  runtime: Runtime,
  doorbell: Doorbell,
  routes: readonly Pick<Route, 'id'>[],
  lostAfterMs: number,
): Promise<number> {
  let rung = 0
  for (const route of routes) {
    const lost = await lostTickets(runtime.ledger.db, {
      route: route.id,
      olderThanMs: lostAfterMs,
      limit: RING_AGAIN_LIMIT,
    })
    const reminders = lost.reduce((sum, ticket) => sum + ticket.reminderIds.length, 0)
    if (reminders > 0)
      runtime.log.info(
        { event: 'reminders.requeued', route: route.id, reminders },
        'reminders queued for too long, rung again',
      )
    await Promise.all(lost.map((ticket) => doorbell.ring(route.id, ticket)))
    rung += reminders
  }
  return rung
}

/** Applies the capture provider's invented receipts that are due by now. */
export async function applyInventedReceipts(runtime: Runtime): Promise<number> {
  const due = await takeInventedReceipts(runtime.ledger.db, new Date(runtime.clock.now()), 500)
  for (const { reminderId, attemptNo, at, word } of due) {
    await applyReceipt(runtime, {
      reminderId,
      attemptNo,
      word,
      dedupe: `invented ${word.state} ${at.toISOString()}`,
      saidAt: at.getTime(),
    })
  }
  return due.length
}

/**
 * Puts in doubt every permit that expired without a reported outcome.
 *
 * The call may have been made, so it counts as the strictest outcome until one is reported.
 */
export async function lapsePermits(runtime: Runtime): Promise<number> {
  const now = new Date(runtime.clock.now())
  let lapsed = 0
  for (const permit of await overduePermits(runtime.ledger.db, now, 200)) {
    const done = await runtime.ledger.db.transaction().execute(async (opened) => {
      const trx = await takeLocks(opened, { recipients: [permit.recipientId] }, 'wait')
      if (!(await putPermitInDoubt(trx, permit.id, now))) return false
      await wakeRecipient(trx, permit.recipientId, now)
      return true
    })
    if (!done) continue
    lapsed++
    runtime.log.warn({ event: 'permit.doubted', permit: permit.id }, 'permit in doubt: its call was never settled')
  }
  return lapsed
}
