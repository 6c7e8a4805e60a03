import type { StatedAmount } from '../../intake/fields.ts'
import { DecorumError } from '../../model/errors.ts'
import { DAY, type Instant, isInFuture, type LocalDate } from '../../model/time.ts'
import { givenBack, overdueOf, report, saysLess } from '../../plan/balance.ts'
import type { BalanceEvent } from '../../record/events.ts'
import { doubt, endHoldsOf, type EventContext, type EventEffect, type EventOf, hold } from './event-context.ts'
import { balanceIn, changeOf, setBalance, deriveState, minorOf } from './merge-account.ts'
import { invalidField } from './resolve-creditor.ts'

/** What an event may state about the figures after it. */
interface After {
  occurredAt: Instant
  overdue?: StatedAmount | undefined
  dueDate?: LocalDate | null | undefined
  nextDueDate?: LocalDate | null | undefined
}

const KNOWN_ALREADY = 'recorded; what is known is newer, and stays'
const IN_DOUBT =
  'recorded; whether the known balance has it is not known, and reminders wait for the next snapshot of the account'
const MAY_BE_KNOWN = 'whether the balance has a report that came after it is not known'

/** What is stated on the event itself, in the account's currency. */
function amountOf(
  c: EventContext,
  stated: StatedAmount,
  currency: string | undefined,
  allow: { negative?: boolean; zero?: boolean },
): number {
  return minorOf(
    { amount: stated.amount, currency: stated.currency ?? currency ?? null },
    c.account.row.currency,
    'amount',
    allow,
  )
}

/** What bringing an account up to an event came to: its figures are the event's, they are what they were, or nobody knows. */
type Brought = 'counted' | 'known' | 'doubtful'

/**
 * Brings the account's figures up to an event.
 *
 * @param moves  what the event adds to the balance in minor units; null when that cannot be told
 * @param from     a reversal of what is counted: not dated before this, whatever it says; null: nothing of the kind
 * @param remains  what remains after it, if it says so
 */
function applyToBalance(
  c: EventContext,
  after: After,
  moves: number | null,
  from: Instant | null = null,
  remains = remainsAfter(c, after),
): Brought {
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
    // What must be paid at least was stated beside another balance, and is never more than what is left.
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

/** Below zero: more was paid than was owed. Null: it does not say. */
const remainsAfter = (c: EventContext, { overdue }: After): number | null =>
  overdue === undefined ? null : balanceIn(overdue, c.account.row.currency, 'overdue')

/** Holds an account that still has something to be chased; where nothing is overdue nothing is in doubt. */
function heldInDoubt(c: EventContext): EventEffect {
  if (c.account.row.state !== 'open' || c.account.row.overdue_minor === 0)
    return { words: 'recorded; whether the known balance has it is not known, and nothing is chased' }
  doubt(c, MAY_BE_KNOWN)
  return { words: IN_DOUBT }
}

export function payment(c: EventContext, event: EventOf<'payment'>): EventEffect {
  const { row } = c.account
  const paid = amountOf(c, event.amount, event.currency, { zero: false })
  c.kept['amountMinor'] = paid
  endHoldsOf(c, ['payment-pending'], 'the payment came')
  const left = overtaken(c, event.id, paid)
  const brought = left === paid ? applyToBalance(c, event, -paid) : applyOvertaken(c, event, paid, left)
  if (brought === null) return { words: 'recorded; it was reversed before it was reported, and takes nothing off' }
  const kept = fulfilPromises(c, left)
  if (brought === 'doubtful') return heldInDoubt(c)
  if (brought === 'known') return { words: KNOWN_ALREADY }
  if (row.state === 'cured') return { words: `paid; nothing is overdue any more${kept}`, forbids: true }
  return { words: `paid in part${kept}` }
}

/** What remained after the payment was said before it was taken back; it counts where it shows that something else is owed than is known. Null: nothing is left of it. */
function applyOvertaken(c: EventContext, event: EventOf<'payment'>, paid: number, left: number): Brought | null {
  const { row } = c.account
  const [known, said] = [row.overdue_minor, remainsAfter(c, event)]
  const sum = said === null ? null : said + paid - left
  // Where nothing remained, more may have been paid than was owed: then no more than this remained before.
  const isNews = sum !== null && (said === 0 ? saysLess(c.balance, sum) : sum !== overdueOf(c.balance))
  const before = isNews ? sum : null
  if (left === 0 && before === null) return null
  const brought = applyToBalance(c, { occurredAt: event.occurredAt }, left === 0 ? 0 : -left, null, before)
  return left === 0 && brought === 'counted' && row.overdue_minor === known ? null : brought
}

/** How much of a payment is left, once a reversal that overtook it is set against it? */
function overtaken(c: EventContext, paymentId: string, paid: number): number {
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

/** A reversal waits so long for its payment. */
const WAITS_MS = 90 * DAY

/** Does a reversal whose payment is not known still wait for it? */
const isWaiting = ({ body, received_at: received }: EventContext['reported'][number], now: Instant): boolean =>
  body['waits'] === true && received.getTime() > now - WAITS_MS

/** Ends the promises that what was paid since keeps. */
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
  c.kept['changeMinor'] = change
  const brought = applyToBalance(c, event, change)
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
  const brought = applyToBalance(c, event, 0)
  if (brought === 'counted' || row.due_date === event.dueDate)
    return { words: brought === 'counted' ? 'the due date was changed' : KNOWN_ALREADY }
  if (row.due_date !== null && event.dueDate < row.due_date) return heldInDoubt(c)
  row.due_date = event.dueDate
  if (event.nextDueDate !== undefined) row.next_due_date = event.nextDueDate
  row.stated_days_past_due = null
  return { words: 'the due date was changed' }
}

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
  if (event.paymentId === undefined && event.amount === undefined)
    throw invalidField('amount', 'is missing', 'State the amount, or paymentId of a payment that was reported.')
  const amount = statedAmount(c, event)
  const payment = event.paymentId === undefined ? ofAmount(c, amount) : ofId(c, event.paymentId)
  if (event.paymentId !== undefined && payment === null) return waitFor(c, event, amount)
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
  return giveBack(c, event, taken === null ? null : givenBack(c.balance, change ?? undefined, taken), payment)
}

function giveBack(
  c: EventContext,
  event: EventOf<'payment-reversed'>,
  back: ReturnType<typeof givenBack>,
  payment: BalanceEvent | null,
): EventEffect {
  const { row } = c.account
  // What was settled by a payment that came back is not settled.
  if (row.state === 'settled') row.state = 'cured'
  const brought = applyToBalance(c, event, back?.moves ?? null, back?.from ?? null)
  if (brought === 'known') return { words: 'recorded; what remains was stated later, and stays' }
  if (brought === 'counted' && row.overdue_minor === 0) return { words: 'a payment was reversed; nothing is overdue' }
  if (brought === 'counted') restoreDates(c, event, payment)
  else doubt(c, CANNOT_TELL, true)
  hold(c, { kind: 'reversal-pause', until: c.now + DAY })
  row.not_before = new Date(c.now + DAY)
  row.tone_ceiling = c.account.spell?.last_tone ?? row.tone_ceiling
  if (brought === 'doubtful')
    return {
      words:
        'a payment was reversed; what it had taken off is not known, and reminders wait for the next snapshot of the account',
    }
  return {
    words: 'a payment was reversed; nothing goes out for 24 hours, and nothing firmer than before',
    reversal: true,
  }
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

/** The last payment of this amount that was counted and not reversed; payments of the same amount are the same to the balance. */
function ofAmount(c: EventContext, amount: number | null): BalanceEvent | null {
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

/** A reversal that came before its payment: when that comes, it takes nothing off. */
function waitFor(c: EventContext, event: EventOf<'payment-reversed'>, amount: number | null): EventEffect {
  if (c.reported.filter((other) => isWaiting(other, c.now)).length >= WAITING_AT_MOST) {
    throw new DecorumError(
      'DECORUM_STATE_CONFLICT',
      `${WAITING_AT_MOST} reversals of this account wait for their payments already`,
      { hint: 'Report the payments first, and then this reversal.' },
    )
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
    if (event.nextDueDate === undefined && (left === undefined || row.next_due_date === left.nextDueDate))
      row.next_due_date = before.nextDueDate ?? row.next_due_date
  }
  if (row.due_date === null) row.stated_days_past_due = before.statedDaysPastDue ?? row.stated_days_past_due
}

interface Dates {
  dueDate: LocalDate | null
  nextDueDate: LocalDate | null
  statedDaysPastDue?: number | null
}
