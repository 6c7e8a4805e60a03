import type { HoldKind } from '../../../model/hold.ts'
import { minorOf } from '../merge-account.ts'
import { endHolds, learn, type Effect, type EventContext, type EventOf } from './effect.ts'

export const paymentPending = (c: EventContext, { type, until = null }: EventOf<'payment-pending'>): Effect => learn(c, { type, until })

export function paymentFailed(c: EventContext): Effect {
  const ended = endHolds(c, ['payment-pending'], 'the payment failed')
  c.account.wake()
  return { words: ended > 0 ? 'the payment failed; reminders go on' : 'recorded; no payment was under way' }
}

/** A promise that comes when its day is over is recorded, and holds nothing: a system that reports it late cannot correct it. */
export function promise(c: EventContext, { type, date, amount, currency }: EventOf<'promise'>): Effect {
  const { row } = c.account
  const amountsMinor = amount === undefined
    ? {}
    : { [row.id]: minorOf({ amount: amount.amount, currency: amount.currency ?? currency ?? null }, row.currency, 'amount', { zero: false }) }
  return learn(c, { type, date, amountsMinor })
}

export const promiseCancelled = (c: EventContext): Effect => ended(c, 'promise', 'the promise was cancelled')
export const disputeResolved = (c: EventContext): Effect => ended(c, 'dispute', 'the dispute was resolved')
export const complaintClosed = (c: EventContext): Effect => ended(c, 'complaint', 'the complaint was closed')

export const dispute = (c: EventContext, { type, reference = null }: EventOf<'dispute'>): Effect => learn(c, { type, reference })
export const hardship = (c: EventContext, { type, until = null }: EventOf<'hardship'>): Effect => learn(c, { type, until })
export const complaint = (c: EventContext, { type, reference = null }: EventOf<'complaint'>): Effect => learn(c, { type, reference })
export const legalAction = (c: EventContext, { type, until = null, reference = null }: EventOf<'legal-action'>): Effect => learn(c, { type, until, reference })

function ended(c: EventContext, kind: HoldKind, words: string): Effect {
  return { words: endHolds(c, [kind], words) > 0 ? `${words}; reminders go on` : 'recorded; nothing was waiting for it' }
}
