import type { StatedAmount } from '../../intake/fields.ts'
import { DecorumError } from '../../model/errors.ts'
import { parseMoney } from '../../model/money.ts'
import { DAY, type Instant, isInFuture, type LocalDate } from '../../model/time.ts'
import { givenBack, overdueOf, report, saysLess } from '../../plan/balance.ts'
import type { BalanceEvent } from '../../record/events.ts'
import {
  endHoldsOf,
  type EventContext,
  type EventEffect,
  type EventOf,
  holdAccount,
  holdInDoubt,
} from './event-context.ts'
import { balanceIn, changeOf, setBalance, deriveState, minorOf } from './merge-account.ts'
import { invalidField } from './resolve-creditor.ts'

/** What an event may state about the figures after it. */
interface After {
  occurredAt: Instant
  overdue?: StatedAmount | undefined
  dueDate?: LocalDate | null | undefined
  nextDueDate?: LocalDate | null | undefined
}

/** The dates of an account that a payment changed, as stored with its event. */
interface Dates {
  dueDate: LocalDate | null
  nextDueDate: LocalDate | null
  statedDaysPastDue?: number | null
}

/** How an event bears on the balance: it changes it, something newer is known already, or which of the two cannot be told. */
type BalanceChange = 'counted' | 'known' | 'doubtful'

/** How long a reversal waits for its payment. */
const REVERSAL_WAITS_MS = 90 * DAY
/** Reversals of one account that may wait for their payments at the same time. */
const MAX_WAITING_REVERSALS = 20

const KNOWN_ALREADY = 'recorded; what is known is newer, and stays'
const IN_DOUBT =
  'recorded; it is not known whether the balance includes it, and reminders wait for the next snapshot of the account'
const MAY_BE_COUNTED = 'it is not known whether the balance includes a later report'
const REVERSAL_UNKNOWN = 'the effect of a reversed payment on the balance is not known'

/**
 * The event's own amount in minor units of the account's currency; null: it is in another one.
 *
 * What was paid in another currency is a fact all the same: what it does to the balance is not known, and holds the account.
 *
 * @throws DECORUM_BAD_INPUT for what is no amount of the currency it states
 */
export function amountOf(
  c: EventContext,
  stated: StatedAmount,
  eventCurrency: string | undefined,
  allow: { negative?: boolean; zero?: boolean },
): number | null {
  const own = c.account.row.currency
  const currency = stated.currency ?? eventCurrency ?? own
  if (currency === own) return minorOf({ amount: stated.amount, currency }, own, 'amount', allow)
  const parsed = parseMoney(stated.amount, currency, allow)
  if (!parsed.ok) throw invalidField(parsed.part, parsed.problem, parsed.cure)
  return null
}

/**
 * Applies an event to the account's balance and dates.
 *
 * @param moves    what the event adds to the balance in minor units; null: not known
 * @param from     for a reversal of a counted payment: the earliest instant it may be dated; null: not a reversal
 * @param remains  what the event states to remain after it; null: it states nothing
 */
function applyToBalance(
  c: EventContext,
  after: After,
  moves: number | null,
  from: Instant | null = null,
  remains = remainsAfter(c, after),
): BalanceChange {
  const { row } = c.account
  const at = Math.max(Math.min(after.occurredAt, c.effectiveAt, c.now), from ?? 0)
  c.kept['before'] = {
    overdueMinor: row.overdue_minor,
    dueDate: row.due_date,
    nextDueDate: row.next_due_date,
    statedDaysPastDue: row.stated_days_past_due,
    state: row.state,
  }
  const { kind, balance, change } = report(
    c.balance,
    { id: c.eventId, at, moves, isReversal: from !== null, remains },
    c.now,
  )
  if (change !== null) c.kept['change'] = { minor: change.minor, at: change.at, onto: balance.statedBy }
  const isNew = balance !== c.balance
  if (isNew) {
    setBalance(row, balance)
    row.overdue_parts = {}
    // The minimum due was stated for another balance; it is never more than what is left.
    if (row.minimum_due_minor !== null) row.minimum_due_minor = Math.min(row.minimum_due_minor, row.overdue_minor)
  } else if (kind === 'counted' && !isInFuture(balance.asOf, c.now) && at > balance.asOf) row.as_of = new Date(at)
  if (kind === 'counted' && (isNew || at >= balance.asOf)) {
    if (after.dueDate !== undefined) row.due_date = after.dueDate
    if (after.nextDueDate !== undefined) row.next_due_date = after.nextDueDate
    if (row.due_date !== null) row.stated_days_past_due = null
  }
  if (isNew) deriveState(row, kind === 'counted' && after.dueDate !== undefined)
  c.kept['after'] = { dueDate: row.due_date, nextDueDate: row.next_due_date }
  c.account.wake()
  if (kind === 'doubtful') return 'doubtful'
  return isNew || at >= balance.asOf ? 'counted' : 'known'
}

/** The balance that the event states to remain, below zero when overpaid; null: it states none. */
const remainsAfter = (c: EventContext, { overdue }: After): number | null =>
  overdue === undefined ? null : balanceIn(overdue, c.account.row.currency, 'overdue')

/** Holds the account until its next snapshot, unless it is settled; with nothing overdue too, and while it is away, since what is charged or recalled later would be chased by a balance that may be lower. */
function holdUnlessClosed(c: EventContext): EventEffect {
  if (c.account.row.state === 'settled')
    return { words: 'recorded; whether the known balance has it is not known, and nothing is chased' }
  holdInDoubt(c, MAY_BE_COUNTED)
  return { words: IN_DOUBT }
}

export function payment(c: EventContext, event: EventOf<'payment'>): EventEffect {
  const { row } = c.account
  const paid = amountOf(c, event.amount, event.currency, { zero: false })
  if (paid !== null) c.kept['amountMinor'] = paid
  endHoldsOf(c, ['payment-pending'], 'the payment came')
  const left = paid === null ? 0 : unreversedPart(c, event.id, paid)
  const outcome =
    paid === null || left === paid
      ? applyToBalance(c, event, paid === null ? null : -paid)
      : applyPartlyReversed(c, event, paid, left)
  if (outcome === null) return { words: 'recorded; it was reversed before it was reported, and takes nothing off' }
  const kept = fulfilPromises(c, left)
  if (outcome === 'doubtful') return holdUnlessClosed(c)
  if (outcome === 'known') return { words: KNOWN_ALREADY }
  if (row.state === 'cured') return { words: `paid; nothing is overdue any more${kept}`, forbids: true }
  return { words: `paid in part${kept}` }
}

/**
 * Applies a payment of which a reversal was reported first.
 *
 * The remainder it states is from before the reversal, and counts only where it shows another balance than the known one.
 *
 * @returns  null: nothing is left of the payment
 */
function applyPartlyReversed(
  c: EventContext,
  event: EventOf<'payment'>,
  paid: number,
  left: number,
): BalanceChange | null {
  const { row } = c.account
  const [known, said] = [row.overdue_minor, remainsAfter(c, event)]
  const sum = said === null ? null : said + paid - left
  // Where nothing remained, more may have been paid than was owed, so the sum is an upper bound of the earlier balance.
  const isNews = sum !== null && (said === 0 ? saysLess(c.balance, sum) : sum !== overdueOf(c.balance))
  const before = isNews ? sum : null
  if (left === 0 && before === null) return null
  const outcome = applyToBalance(c, { occurredAt: event.occurredAt }, left === 0 ? 0 : -left, null, before)
  return left === 0 && outcome === 'counted' && row.overdue_minor === known ? null : outcome
}

/** How much of a payment is left after a reversal that was reported before it? In minor units. */
function unreversedPart(c: EventContext, paymentId: string, paid: number): number {
  const reversal = c.reported.find(
    (event) =>
      event.type === 'payment-reversed' &&
      event.body['waits'] === true &&
      event.body['paymentId'] === paymentId &&
      isWaiting(event, c.now),
  )
  if (reversal === undefined) return paid
  const taken = reversal.body['amountMinor']
  const left = typeof taken === 'number' ? Math.max(0, paid - taken) : 0
  c.kept['reversedBy'] = reversal.external_id
  c.kept['countsMinor'] = left
  return left
}

/** Is this a reversal that still waits for its payment? */
const isWaiting = ({ body, received_at: received }: EventContext['reported'][number], now: Instant): boolean =>
  body['waits'] === true && received.getTime() > now - REVERSAL_WAITS_MS

/** Ends the promises that the payments since fulfil; returns a phrase for the timeline. */
function fulfilPromises(c: EventContext, paid: number): string {
  const promises = c.holds.filter((known) => known.kind === 'promise' && known.account_id === c.account.row.id)
  const cleared = c.account.row.overdue_minor === 0
  const keeping = promises.filter(
    (known) => cleared || c.paidSincePromise + paid >= Number(known.details['amountMinor'] ?? Infinity),
  )
  c.drafts.endedHolds.push(...keeping.map(({ id }) => ({ id, reason: 'kept' })))
  return keeping.length > 0 ? '; the promise is kept' : ''
}

export function adjustment(c: EventContext, event: EventOf<'adjustment'>): EventEffect {
  const { row } = c.account
  const change =
    event.amount === undefined ? 0 : amountOf(c, event.amount, event.currency, { negative: true, zero: true })
  if (change !== null) c.kept['changeMinor'] = change
  const outcome = applyToBalance(c, event, change)
  if (outcome === 'doubtful') return holdUnlessClosed(c)
  if (outcome === 'known') return { words: KNOWN_ALREADY }
  return { words: row.state === 'cured' ? 'adjusted; nothing is overdue any more' : 'adjusted' }
}

/**
 * Changes the due date, even when the event is older than the known facts.
 *
 * An older event moves it to a later day only; an earlier day may be out of date, so the account is held.
 */
export function dueDateChanged(c: EventContext, event: EventOf<'due-date-changed'>): EventEffect {
  const { row } = c.account
  const outcome = applyToBalance(c, event, 0)
  if (outcome === 'counted' || row.due_date === event.dueDate)
    return { words: outcome === 'counted' ? 'the due date was changed' : KNOWN_ALREADY }
  if (row.due_date !== null && event.dueDate < row.due_date) return holdUnlessClosed(c)
  row.due_date = event.dueDate
  if (event.nextDueDate !== undefined) row.next_due_date = event.nextDueDate
  row.stated_days_past_due = null
  return { words: 'the due date was changed' }
}

/**
 * Reverses a payment: what it took off the balance is owed again, once, and nothing is sent for a day.
 *
 * A reversal whose payment has not been reported waits for it. Where the payment's effect on the balance is not known (the
 * balance was stated since, or the payment was not counted), the account is held until the next snapshot: the balance is
 * never raised by a guess.
 *
 * @throws DECORUM_STATE_CONFLICT when the payment was reversed before
 */
export function paymentReversed(c: EventContext, event: EventOf<'payment-reversed'>): EventEffect {
  if (event.paymentId === undefined && event.amount === undefined)
    throw invalidField('amount', 'is missing', 'State the amount, or paymentId of a payment that was reported.')
  const amount = statedAmount(c, event)
  const payment = event.paymentId === undefined ? paymentOfAmount(c, amount) : paymentOfId(c, event.paymentId)
  if (event.paymentId !== undefined && payment === null) return waitForPayment(c, event, amount)
  const paid = payment === null ? null : payment.body['amountMinor']
  if (typeof paid === 'number' && amount !== null && amount > paid)
    throw invalidField(
      'amount',
      'is more than the payment was',
      'State what was taken back of this payment, or leave the amount out for all of it.',
    )
  const taken = amount ?? (event.amount === undefined && typeof paid === 'number' ? paid : null)
  if (taken !== null) c.kept['amountMinor'] = taken
  if (payment !== null) c.kept['paymentId'] = payment.external_id
  endHoldsOf(c, ['payment-pending'], 'the payment was reversed')
  const change = payment === null ? null : changeOf(payment)
  return restoreBalance(c, event, taken === null ? null : givenBack(c.balance, change ?? undefined, taken), payment)
}

function restoreBalance(
  c: EventContext,
  event: EventOf<'payment-reversed'>,
  back: ReturnType<typeof givenBack>,
  payment: BalanceEvent | null,
): EventEffect {
  const { row } = c.account
  // An account settled by a payment that was reversed is not settled.
  if (row.state === 'settled') row.state = 'cured'
  const outcome = applyToBalance(c, event, back?.moves ?? null, back?.from ?? null)
  if (outcome === 'known') return { words: 'recorded; what remains was stated later, and stays' }
  if (outcome === 'counted' && row.overdue_minor === 0) return { words: 'a payment was reversed; nothing is overdue' }
  if (outcome === 'counted') restoreDates(c, event, payment)
  else holdInDoubt(c, REVERSAL_UNKNOWN, true)
  holdAccount(c, { kind: 'reversal-pause', until: c.now + DAY })
  row.not_before = new Date(c.now + DAY)
  row.tone_ceiling = c.account.spell?.last_tone ?? row.tone_ceiling
  if (outcome === 'doubtful')
    return {
      words:
        'a payment was reversed; what it had taken off is not known, and reminders wait for the next snapshot of the account',
    }
  return {
    words: 'a payment was reversed; nothing goes out for 24 hours, and nothing firmer than before',
    reversal: true,
  }
}

/** The reversed amount in minor units; null: not stated, or in another currency than the account's. */
function statedAmount(c: EventContext, event: EventOf<'payment-reversed'>): number | null {
  return event.amount === undefined ? null : amountOf(c, event.amount, event.currency, { zero: false })
}

/** The payment with this id; null: not reported yet. */
function paymentOfId(c: EventContext, paymentId: string): BalanceEvent | null {
  if (c.named !== null && (c.named.type !== 'payment' || c.named.account_id !== c.account.row.id)) {
    throw invalidField(
      'paymentId',
      'is not a payment of this account',
      'Name the event id of the payment that was taken back.',
    )
  }
  const before = c.reported.find(
    (event) => isReversalOf(event, paymentId) && (c.named !== null || isWaiting(event, c.now)),
  )
  if (before !== undefined)
    throw new DecorumError('DECORUM_STATE_CONFLICT', `this payment was reversed before, by event ${before.external_id}`)
  return c.named
}

/** The last counted, unreversed payment of this amount; for the balance, payments of one amount are interchangeable. */
function paymentOfAmount(c: EventContext, amount: number | null): BalanceEvent | null {
  return (
    c.reported.findLast(
      (event) =>
        event.type === 'payment' &&
        event.body['amountMinor'] === amount &&
        event.body['reversedBy'] === undefined &&
        !c.reported.some((other) => isReversalOf(other, event.external_id)),
    ) ?? null
  )
}

const isReversalOf = (event: BalanceEvent, paymentId: string): boolean =>
  event.type === 'payment-reversed' && event.body['paymentId'] === paymentId

/** Records a reversal that was reported before its payment; when that is reported, it takes nothing off. */
function waitForPayment(c: EventContext, event: EventOf<'payment-reversed'>, amount: number | null): EventEffect {
  if (c.reported.filter((other) => isWaiting(other, c.now)).length >= MAX_WAITING_REVERSALS) {
    throw new DecorumError(
      'DECORUM_STATE_CONFLICT',
      `${MAX_WAITING_REVERSALS} reversals of this account wait for their payments already`,
      { hint: 'Report the payments first, and then this reversal.' },
    )
  }
  c.kept['waits'] = true
  c.kept['countsMinor'] = 0
  if (amount !== null) c.kept['amountMinor'] = amount
  const words = 'recorded; its payment has not been reported, and takes nothing off when it is'
  if (event.overdue === undefined) return { words }
  const effect = restoreBalance(c, event, null, null)
  return { ...effect, words: `${words}; ${effect.words}` }
}

/** Restores the dates from before the payment, so that days past due continue from there. */
function restoreDates(c: EventContext, event: EventOf<'payment-reversed'>, payment: BalanceEvent | null): void {
  const { row } = c.account
  const [before, left] = [payment?.body['before'], payment?.body['after']] as [Dates | undefined, Dates | undefined]
  if (before === undefined) return
  const isAsLeft = left === undefined || row.due_date === left.dueDate
  if (event.dueDate === undefined && (row.due_date === null || isAsLeft)) {
    row.due_date = before.dueDate ?? row.due_date
    if (event.nextDueDate === undefined && (left === undefined || row.next_due_date === left.nextDueDate))
      row.next_due_date = before.nextDueDate ?? row.next_due_date
  }
  if (row.due_date === null) row.stated_days_past_due = before.statedDaysPastDue ?? row.stated_days_past_due
}
