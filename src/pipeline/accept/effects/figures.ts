import { DAY, type Instant } from '../../../model/instant.ts'
import type { LocalDate } from '../../../model/local-date.ts'
import type { StatedAmount } from '../../../intake/money-fields.ts'
import { followBalance, minorOf } from '../merge-account.ts'
import { badField } from '../whose.ts'
import { endHolds, hold, type Effect, type EventContext, type EventOf } from './effect.ts'

/** What an event may state about the figures after it. */
interface After {
  occurredAt: Instant
  overdue?: StatedAmount | undefined
  dueDate?: LocalDate | null | undefined
  nextDueDate?: LocalDate | null | undefined
}

const NEWER_BALANCE = 'recorded; the balance known is newer and has it already'

/** What is stated on the event itself, in the account's currency. */
function amountOf(c: EventContext, stated: StatedAmount, currency: string | undefined, allow: { negative?: boolean; zero?: boolean }): number {
  return minorOf({ amount: stated.amount, currency: stated.currency ?? currency ?? null }, c.account.row.currency, 'amount', allow)
}

/**
 * Brings the account's figures up to an event.
 *
 * @param computed  what is overdue after it, where the event does not say
 * @returns         false when the balance that is known is of a later instant: it has the event in it
 */
function bring(c: EventContext, after: After, computed: number): boolean {
  const { row } = c.account
  if (after.occurredAt < row.as_of.getTime()) return false
  c.kept['before'] = { overdueMinor: row.overdue_minor, dueDate: row.due_date, nextDueDate: row.next_due_date, state: row.state }
  row.overdue_minor = after.overdue === undefined ? Math.max(0, computed) : minorOf(after.overdue, row.currency, 'overdue')
  row.overdue_parts = {}
  if (after.dueDate !== undefined) row.due_date = after.dueDate
  if (after.nextDueDate !== undefined) row.next_due_date = after.nextDueDate
  if (row.due_date !== null) row.stated_days_past_due = null
  row.as_of = new Date(after.occurredAt)
  followBalance(row, after.dueDate !== undefined)
  c.account.wake()
  return true
}

export function payment(c: EventContext, event: EventOf<'payment'>): Effect {
  const { row } = c.account
  const paid = amountOf(c, event.amount, event.currency, { zero: false })
  c.kept['amountMinor'] = paid
  const brought = bring(c, event, row.overdue_minor - paid)
  endHolds(c, ['payment-pending'], 'the payment came')
  const kept = keepPromises(c, paid)
  if (!brought) return { words: NEWER_BALANCE }
  if (row.state === 'cured') return { words: `paid; nothing is overdue any more${kept}`, forbids: 'account' }
  return { words: `paid in part${kept}` }
}

/** Ends the promises that what was paid since keeps. */
function keepPromises(c: EventContext, paid: number): string {
  const promises = c.holds.filter((known) => known.kind === 'promise' && known.account_id === c.account.row.id)
  const cleared = c.account.row.overdue_minor === 0
  const keeping = promises.filter((known) => cleared || c.paidSincePromise + paid >= Number(known.details['amountMinor'] ?? Infinity))
  c.endedHolds.push(...keeping.map(({ id }) => ({ id, reason: 'kept' })))
  return keeping.length > 0 ? '; the promise is kept' : ''
}

/**
 * A payment was taken back: what it had changed is restored, and the person has a day to learn of it.
 */
export function paymentReversed(c: EventContext, event: EventOf<'payment-reversed'>): Effect {
  const { row } = c.account
  if (event.paymentId !== undefined && c.payment === null) throw badField('paymentId', 'is not a known payment of this account')
  const known = c.payment?.body ?? {}
  const taken = event.amount === undefined ? known['amountMinor'] : amountOf(c, event.amount, event.currency, { zero: false })
  if (typeof taken !== 'number') throw badField('amount', 'is missing', 'State the amount, or paymentId of a payment that was reported.')
  c.kept['amountMinor'] = taken
  endHolds(c, ['payment-pending'], 'the payment was reversed')
  const before = known['before'] as { dueDate: LocalDate | null; nextDueDate: LocalDate | null } | undefined
  const closed = row.state === 'settled' || row.state === 'cured'
  if (event.occurredAt >= row.as_of.getTime() && closed) row.state = 'open'
  const dueDate = event.dueDate ?? (before?.dueDate ?? undefined)
  if (!bring(c, { ...event, dueDate }, row.overdue_minor + taken)) return { words: NEWER_BALANCE }
  hold(c, { kind: 'reversal-pause', until: c.now + DAY })
  row.not_before = new Date(c.now + DAY)
  row.tone_ceiling = c.account.spell?.last_tone ?? row.tone_ceiling
  return { words: 'a payment was reversed; nothing goes out for 24 hours, and nothing firmer than before', reversal: true }
}

export function adjustment(c: EventContext, event: EventOf<'adjustment'>): Effect {
  const { row } = c.account
  const change = event.amount === undefined ? 0 : amountOf(c, event.amount, event.currency, { negative: true, zero: true })
  c.kept['changeMinor'] = change
  if (!bring(c, event, row.overdue_minor + change)) return { words: NEWER_BALANCE }
  return { words: row.state === 'cured' ? 'adjusted; nothing is overdue any more' : 'adjusted' }
}

export function dueDateChanged(c: EventContext, event: EventOf<'due-date-changed'>): Effect {
  const brought = bring(c, event, c.account.row.overdue_minor)
  return { words: brought ? 'the due date was changed' : NEWER_BALANCE }
}
