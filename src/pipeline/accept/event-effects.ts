import type { EventBody } from '../../intake/bodies.ts'
import { isInFuture } from '../../model/time.ts'
import type { AccountState, HoldKind, SuppressionReason } from '../../model/vocabulary.ts'
import { adjustment, amountOf, dueDateChanged, payment, paymentReversed } from './balance-effects.ts'
import { endHoldsOf, type EventContext, type EventEffect, type EventOf, applyFact } from './event-context.ts'
import { setBalance, deriveState } from './merge-account.ts'

const paymentPending = (c: EventContext, { type, until = null }: EventOf<'payment-pending'>): EventEffect =>
  applyFact(c, { type, until })

function paymentFailed(c: EventContext): EventEffect {
  const ended = endHoldsOf(c, ['payment-pending'], 'the payment failed')
  c.account.wake()
  return { words: ended > 0 ? 'the payment failed; reminders go on' : 'recorded; no payment was under way' }
}

/** A promise reported after its day is recorded without a hold: the reporting system cannot correct it. */
function promise(c: EventContext, { type, date, amount, currency }: EventOf<'promise'>): EventEffect {
  const { row } = c.account
  // A promise in another currency is kept when all that is overdue is paid.
  const minor = amount === undefined ? null : amountOf(c, amount, currency, { zero: false })
  const amountsMinor = minor === null ? {} : { [row.id]: minor }
  return applyFact(c, { type, date, amountsMinor })
}

const promiseCancelled = (c: EventContext): EventEffect => ended(c, 'promise', 'the promise was cancelled')
const disputeResolved = (c: EventContext): EventEffect => ended(c, 'dispute', 'the dispute was resolved')
const complaintClosed = (c: EventContext): EventEffect => ended(c, 'complaint', 'the complaint was closed')

const dispute = (c: EventContext, { type, reference = null }: EventOf<'dispute'>): EventEffect =>
  applyFact(c, { type, reference })
const hardship = (c: EventContext, { type, until = null }: EventOf<'hardship'>): EventEffect =>
  applyFact(c, { type, until })
const complaint = (c: EventContext, { type, reference = null }: EventOf<'complaint'>): EventEffect =>
  applyFact(c, { type, reference })
const legalAction = (c: EventContext, { type, until = null, reference = null }: EventOf<'legal-action'>): EventEffect =>
  applyFact(c, { type, until, reference })

function ended(c: EventContext, kind: HoldKind, words: string): EventEffect {
  return {
    words: endHoldsOf(c, [kind], words) > 0 ? `${words}; reminders go on` : 'recorded; nothing was waiting for it',
  }
}

/** Holds that end when the account is closed; disputes and complaints stay until they are answered, and doubts about the balance until it is stated: the account may be recalled. */
const ENDED_BY_CLOSING: readonly HoldKind[] = ['promise', 'payment-pending', 'reversal-pause']
/** Holds that `resume` ends; promises expire, disputes and complaints are closed by their own events. */
const ENDED_BY_RESUME: readonly HoldKind[] = [
  'manual',
  'hardship',
  'legal-action',
  'breathing-space',
  'facts-conflict',
  'reversal-pause',
  'payment-pending',
]

/** Settles the account, whatever its known balance. */
function settled(c: EventContext, event: EventOf<'settled'>): EventEffect {
  const { row } = c.account
  const { asOf } = c.balance
  const at = Math.min(event.occurredAt, c.now)
  setBalance(row, {
    stated: 0,
    statedAt: c.now,
    statedBy: c.eventId,
    changes: [],
    asOf: isInFuture(asOf, c.now) ? at : Math.max(at, asOf),
  })
  row.overdue_parts = {}
  row.due_date = null
  row.stated_days_past_due = null
  endHoldsOf(c, ['facts-conflict'], 'settled')
  return close(c, 'settled', 'settled')
}

const withdrawn = (c: EventContext): EventEffect => close(c, 'withdrawn', 'withdrawn by the creditor')
const chargeOff = (c: EventContext): EventEffect => close(c, 'charged-off', 'charged off')
const handOff = (c: EventContext): EventEffect => close(c, 'handed-off', 'handed off')

function close(c: EventContext, state: AccountState, words: string): EventEffect {
  c.account.row.state = state
  c.account.wake()
  endHoldsOf(c, ENDED_BY_CLOSING, words)
  return { words, forbids: true }
}

function recall(c: EventContext): EventEffect {
  return reopen(c) ? { words: 'recalled; reminders go on' } : { words: 'recorded; the account was not away' }
}

function resume(c: EventContext): EventEffect {
  const ended = endHoldsOf(c, ENDED_BY_RESUME, 'resumed')
  const back = c.account.row.state === 'withdrawn' && reopen(c)
  return { words: ended > 0 || back ? 'resumed' : 'recorded; nothing was paused' }
}

function reopen(c: EventContext): boolean {
  const { row } = c.account
  if (row.state !== 'handed-off' && row.state !== 'charged-off' && row.state !== 'withdrawn') return false
  row.state = 'open'
  deriveState(row, true)
  c.account.wake()
  return true
}

/** Suppresses everything to the recipient at this creditor until it is lifted. */
const suppression =
  (reason: SuppressionReason) =>
  (c: EventContext): EventEffect =>
    applyFact(c, { type: 'stop', scope: 'all', channel: null, reason })

/** The effect of each type of event. */
const EFFECTS: { [T in EventBody['type']]: (c: EventContext, event: EventOf<T>) => EventEffect } = {
  payment,
  'payment-pending': paymentPending,
  'payment-failed': paymentFailed,
  'payment-reversed': paymentReversed,
  adjustment,
  settled,
  'due-date-changed': dueDateChanged,
  promise,
  'promise-cancelled': promiseCancelled,
  dispute,
  'dispute-resolved': disputeResolved,
  hardship,
  complaint,
  'complaint-closed': complaintClosed,
  bankruptcy: suppression('bankruptcy'),
  deceased: suppression('deceased'),
  attorney: suppression('attorney'),
  'legal-action': legalAction,
  'identity-fraud': suppression('identity-fraud'),
  notice: (c) => {
    c.account.wake()
    return { words: 'a notice was sent' }
  },
  'charge-off': chargeOff,
  'hand-off': handOff,
  recall,
  withdrawn,
  resume,
}

/** Applies an event to the locked account and recipient. */
export const applyEvent = (c: EventContext, event: EventBody): EventEffect =>
  (EFFECTS[event.type] as (c: EventContext, event: EventBody) => EventEffect)(c, event)
