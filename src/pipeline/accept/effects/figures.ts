import type { StatedAmount } from '../../../intake/money-fields.ts'
import { DAY, isInFuture, type Instant } from '../../../model/instant.ts'
import type { LocalDate } from '../../../model/local-date.ts'
import { overdueOf, report, saysLess } from '../../../plan/balance.ts'
import { enterBalance } from '../account-balance.ts'
import { balanceIn, followBalance, minorOf } from '../merge-account.ts'
import { doubt, endHoldsOf, type EventEffect, type EventContext, type EventOf } from './effect.ts'

/** What an event may state about the figures after it. */
export interface After {
  occurredAt: Instant
  overdue?: StatedAmount | undefined
  dueDate?: LocalDate | null | undefined
  nextDueDate?: LocalDate | null | undefined
}

const KNOWN_ALREADY = 'recorded; what is known is newer, and stays'
const IN_DOUBT = 'recorded; whether the known balance has it is not known, and reminders wait for the next snapshot of the account'
const MAY_BE_KNOWN = 'whether the balance has a report that came after it is not known'

/** What is stated on the event itself, in the account's currency. */
export function amountOf(c: EventContext, stated: StatedAmount, currency: string | undefined, allow: { negative?: boolean; zero?: boolean }): number {
  return minorOf({ amount: stated.amount, currency: stated.currency ?? currency ?? null }, c.account.row.currency, 'amount', allow)
}

/** What bringing an account up to an event came to: its figures are the event's, they are what they were, or nobody knows. */
export type Brought = 'counted' | 'known' | 'doubtful'

/**
 * Brings the account's figures up to an event.
 *
 * @param moves  what the event adds to the balance in minor units; null when that cannot be told
 * @param from     a reversal of what is counted: not dated before this, whatever it says; null: nothing of the kind
 * @param remains  what remains after it, if it says so
 */
export function bring(c: EventContext, after: After, moves: number | null, from: Instant | null = null, remains = remainsAfter(c, after)): Brought {
  const { row } = c.account
  const at = Math.max(Math.min(after.occurredAt, c.effectiveAt, c.now), from ?? 0)
  c.kept['before'] = { overdueMinor: row.overdue_minor, dueDate: row.due_date, nextDueDate: row.next_due_date, statedDaysPastDue: row.stated_days_past_due, state: row.state }
  const { kind, balance, change } = report(c.balance, { id: c.eventId, at, moves, isReversal: from !== null, remains }, c.now)
  if (change !== null) c.kept['change'] = { minor: change.minor, at: change.at, onto: balance.statedBy }
  const isNew = balance !== c.balance
  if (isNew) {
    enterBalance(row, balance)
    row.overdue_parts = {}
    // What must be paid at least was stated beside another balance, and is never more than what is left.
    if (row.minimum_due_minor !== null) row.minimum_due_minor = Math.min(row.minimum_due_minor, row.overdue_minor)
  } else if (kind === 'counted' && !isInFuture(balance.asOf, c.now) && at > balance.asOf) row.as_of = new Date(at)
  if (kind === 'counted' && (isNew || at >= balance.asOf)) {
    if (after.dueDate !== undefined) row.due_date = after.dueDate
    if (after.nextDueDate !== undefined) row.next_due_date = after.nextDueDate
    if (row.due_date !== null) row.stated_days_past_due = null
  }
  if (isNew) followBalance(row, kind === 'counted' && after.dueDate !== undefined)
  c.kept['after'] = { dueDate: row.due_date, nextDueDate: row.next_due_date }
  c.account.wake()
  if (kind === 'doubtful') return 'doubtful'
  return isNew || at >= balance.asOf ? 'counted' : 'known'
}

/** Below zero: more was paid than was owed. Null: it does not say. */
const remainsAfter = (c: EventContext, { overdue }: After): number | null =>
  overdue === undefined ? null : balanceIn(overdue, c.account.row.currency, 'overdue')

/** Holds an account that still has something to be chased; where nothing is overdue nothing is in doubt. */
function heldInDoubt(c: EventContext): EventEffect {
  if (c.account.row.state !== 'open' || c.account.row.overdue_minor === 0) return { words: 'recorded; whether the known balance has it is not known, and nothing is chased' }
  doubt(c, MAY_BE_KNOWN)
  return { words: IN_DOUBT }
}

export function payment(c: EventContext, event: EventOf<'payment'>): EventEffect {
  const { row } = c.account
  const paid = amountOf(c, event.amount, event.currency, { zero: false })
  c.kept['amountMinor'] = paid
  endHoldsOf(c, ['payment-pending'], 'the payment came')
  const left = overtaken(c, event.id, paid)
  const brought = left === paid ? bring(c, event, -paid) : bringOvertaken(c, event, paid, left)
  if (brought === null) return { words: 'recorded; it was reversed before it was reported, and takes nothing off' }
  const kept = keepPromises(c, left)
  if (brought === 'doubtful') return heldInDoubt(c)
  if (brought === 'known') return { words: KNOWN_ALREADY }
  if (row.state === 'cured') return { words: `paid; nothing is overdue any more${kept}`, forbids: true }
  return { words: `paid in part${kept}` }
}

/** What remained after the payment was said before it was taken back; it counts where it shows that something else is owed than is known. Null: nothing is left of it. */
function bringOvertaken(c: EventContext, event: EventOf<'payment'>, paid: number, left: number): Brought | null {
  const { row } = c.account
  const [known, said] = [row.overdue_minor, remainsAfter(c, event)]
  const sum = said === null ? null : said + paid - left
  // Where nothing remained, more may have been paid than was owed: then no more than this remained before.
  const isNews = sum !== null && (said === 0 ? saysLess(c.balance, sum) : sum !== overdueOf(c.balance))
  const before = isNews ? sum : null
  if (left === 0 && before === null) return null
  const brought = bring(c, { occurredAt: event.occurredAt }, left === 0 ? 0 : -left, null, before)
  return left === 0 && brought === 'counted' && row.overdue_minor === known ? null : brought
}

/** How much of a payment is left, once a reversal that overtook it is set against it? */
function overtaken(c: EventContext, paymentId: string, paid: number): number {
  const reversal = c.reported.find((event) => event.type === 'payment-reversed' && event.body['waits'] === true && event.body['paymentId'] === paymentId
    && isWaiting(event, c.now))
  if (reversal === undefined) return paid
  const taken = reversal.body['amountMinor']
  const left = typeof taken === 'number' ? Math.max(0, paid - taken) : 0
  c.kept['reversedBy'] = reversal.external_id
  c.kept['countsMinor'] = left
  return left
}

/** A reversal waits so long for its payment. */
const WAITS_MS = 90 * DAY

/** Does a reversal whose payment is not known still wait for it? */
export const isWaiting = ({ body, received_at: received }: EventContext['reported'][number], now: Instant): boolean =>
  body['waits'] === true && received.getTime() > now - WAITS_MS

/** Ends the promises that what was paid since keeps. */
function keepPromises(c: EventContext, paid: number): string {
  const promises = c.holds.filter((known) => known.kind === 'promise' && known.account_id === c.account.row.id)
  const cleared = c.account.row.overdue_minor === 0
  const keeping = promises.filter((known) => cleared || c.paidSincePromise + paid >= Number(known.details['amountMinor'] ?? Infinity))
  c.drafts.endedHolds.push(...keeping.map(({ id }) => ({ id, reason: 'kept' })))
  return keeping.length > 0 ? '; the promise is kept' : ''
}

export function adjustment(c: EventContext, event: EventOf<'adjustment'>): EventEffect {
  const { row } = c.account
  const change = event.amount === undefined ? 0 : amountOf(c, event.amount, event.currency, { negative: true, zero: true })
  c.kept['changeMinor'] = change
  const brought = bring(c, event, change)
  if (brought === 'doubtful') return heldInDoubt(c)
  if (brought === 'known') return { words: KNOWN_ALREADY }
  return { words: row.state === 'cured' ? 'adjusted; nothing is overdue any more' : 'adjusted' }
}

/**
 * The due date is stated anew, and is news whatever its date.
 *
 * One that is dated before what is known moves the account to a later day only; an earlier day may be the older word, and holds it.
 */
export function dueDateChanged(c: EventContext, event: EventOf<'due-date-changed'>): EventEffect {
  const { row } = c.account
  const brought = bring(c, event, 0)
  if (brought === 'counted' || row.due_date === event.dueDate) return { words: brought === 'counted' ? 'the due date was changed' : KNOWN_ALREADY }
  if (row.due_date !== null && event.dueDate < row.due_date) return heldInDoubt(c)
  row.due_date = event.dueDate
  if (event.nextDueDate !== undefined) row.next_due_date = event.nextDueDate
  row.stated_days_past_due = null
  return { words: 'the due date was changed' }
}
