import { DecorumError } from '../../../model/errors.ts'
import { DAY } from '../../../model/instant.ts'
import type { LocalDate } from '../../../model/local-date.ts'
import { givenBack } from '../../../plan/balance.ts'
import type { BalanceEvent } from '../../../record/accepting/events.ts'
import { changeOf } from '../account-balance.ts'
import { invalidField } from '../resolve-creditor.ts'
import { doubt, endHoldsOf, hold, type EventEffect, type EventContext, type EventOf } from './effect.ts'
import { amountOf, bring, isWaiting } from './figures.ts'

/** Reversals of one account that may wait for their payments at the same time. */
const WAITING_AT_MOST = 20

const CANNOT_TELL = 'what a reversed payment had taken off is not known'

/**
 * A payment was taken back: what it had taken off is owed again, once, and the person has a day to learn of it.
 *
 * Where the payment is not known the reversal waits for it. Where it is not known what the payment took off (the balance was
 * stated since, or nothing was counted), the account is held until upstream states its balance: never a guess upwards.
 *
 * @throws DECORUM_STATE_CONFLICT when the payment was reversed before
 */
export function paymentReversed(c: EventContext, event: EventOf<'payment-reversed'>): EventEffect {
  if (event.paymentId === undefined && event.amount === undefined) throw invalidField('amount', 'is missing', 'State the amount, or paymentId of a payment that was reported.')
  const amount = statedAmount(c, event)
  const payment = event.paymentId === undefined ? ofAmount(c, amount) : ofId(c, event.paymentId)
  if (event.paymentId !== undefined && payment === null) return waitFor(c, event, amount)
  const paid = payment === null ? null : payment.body['amountMinor']
  if (typeof paid === 'number' && amount !== null && amount > paid) throw invalidField('amount', 'is more than the payment was', 'State what was taken back of this payment, or leave the amount out for all of it.')
  const taken = amount ?? (event.amount === undefined && typeof paid === 'number' ? paid : null)
  if (taken !== null) c.kept['amountMinor'] = taken
  if (payment !== null) c.kept['paymentId'] = payment.external_id
  endHoldsOf(c, ['payment-pending'], 'the payment was reversed')
  const change = payment === null ? null : changeOf(payment)
  return giveBack(c, event, taken === null ? null : givenBack(c.balance, change ?? undefined, taken), payment)
}

function giveBack(c: EventContext, event: EventOf<'payment-reversed'>, back: ReturnType<typeof givenBack>, payment: BalanceEvent | null): EventEffect {
  const { row } = c.account
  // What was settled by a payment that came back is not settled.
  if (row.state === 'settled') row.state = 'cured'
  const brought = bring(c, event, back?.moves ?? null, back?.from ?? null)
  if (brought === 'known') return { words: 'recorded; what remains was stated later, and stays' }
  if (brought === 'counted' && row.overdue_minor === 0) return { words: 'a payment was reversed; nothing is overdue' }
  if (brought === 'counted') restoreDates(c, event, payment)
  else doubt(c, CANNOT_TELL, true)
  hold(c, { kind: 'reversal-pause', until: c.now + DAY })
  row.not_before = new Date(c.now + DAY)
  row.tone_ceiling = c.account.spell?.last_tone ?? row.tone_ceiling
  if (brought === 'doubtful') return { words: 'a payment was reversed; what it had taken off is not known, and reminders wait for the next snapshot of the account' }
  return { words: 'a payment was reversed; nothing goes out for 24 hours, and nothing firmer than before', reversal: true }
}

/** In the account's currency. Null: not stated, or in another currency, which says nothing of the balance. */
function statedAmount(c: EventContext, event: EventOf<'payment-reversed'>): number | null {
  if (event.amount === undefined) return null
  const currency = event.amount.currency ?? event.currency ?? c.account.row.currency
  return currency === c.account.row.currency ? amountOf(c, event.amount, event.currency, { zero: false }) : null
}

/** The payment of this id; null when nothing is known under it yet. */
function ofId(c: EventContext, paymentId: string): BalanceEvent | null {
  if (c.named !== null && (c.named.type !== 'payment' || c.named.account_id !== c.account.row.id)) {
    throw invalidField('paymentId', 'is not a payment of this account', 'Name the event id of the payment that was taken back.')
  }
  const before = c.reported.find((event) => isReversalOf(event, paymentId) && (c.named !== null || isWaiting(event, c.now)))
  if (before !== undefined) throw new DecorumError('DECORUM_STATE_CONFLICT', `this payment was reversed before, by event ${before.external_id}`)
  return c.named
}

/** The last payment of this amount that was counted and not reversed; payments of the same amount are the same to the balance. */
function ofAmount(c: EventContext, amount: number | null): BalanceEvent | null {
  return c.reported.findLast((event) => event.type === 'payment' && event.body['amountMinor'] === amount && event.body['reversedBy'] === undefined
    && !c.reported.some((other) => isReversalOf(other, event.external_id))) ?? null
}

const isReversalOf = (event: BalanceEvent, paymentId: string): boolean => event.type === 'payment-reversed' && event.body['paymentId'] === paymentId

/** A reversal that came before its payment: when that comes, it takes nothing off. */
function waitFor(c: EventContext, event: EventOf<'payment-reversed'>, amount: number | null): EventEffect {
  if (c.reported.filter((other) => isWaiting(other, c.now)).length >= WAITING_AT_MOST) {
    throw new DecorumError('DECORUM_STATE_CONFLICT', `${WAITING_AT_MOST} reversals of this account wait for their payments already`, { hint: 'Report the payments first, and then this reversal.' })
  }
  c.kept['waits'] = true
  c.kept['countsMinor'] = 0
  if (amount !== null) c.kept['amountMinor'] = amount
  const words = 'recorded; its payment has not been reported, and takes nothing off when it is'
  if (event.overdue === undefined) return { words }
  const effect = giveBack(c, event, null, null)
  return { ...effect, words: `${words}; ${effect.words}` }
}

/** The days past due go on from where the payment had found them. */
function restoreDates(c: EventContext, event: EventOf<'payment-reversed'>, payment: BalanceEvent | null): void {
  const { row } = c.account
  const [before, left] = [payment?.body['before'], payment?.body['after']] as [Dates | undefined, Dates | undefined]
  if (before === undefined) return
  const isAsLeft = left === undefined || row.due_date === left.dueDate
  if (event.dueDate === undefined && (row.due_date === null || isAsLeft)) {
    row.due_date = before.dueDate ?? row.due_date
    if (event.nextDueDate === undefined && (left === undefined || row.next_due_date === left.nextDueDate)) row.next_due_date = before.nextDueDate ?? row.next_due_date
  }
  if (row.due_date === null) row.stated_days_past_due = before.statedDaysPastDue ?? row.stated_days_past_due
}

interface Dates {
  dueDate: LocalDate | null
  nextDueDate: LocalDate | null
  statedDaysPastDue?: number | null
}
