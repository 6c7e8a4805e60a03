import type { HoldKind } from '../../../model/hold.ts'
import { minorOf } from '../merge-account.ts'
import { endHoldsOf, learn, type EventEffect, type EventContext, type EventOf } from './effect.ts'

export const paymentPending = (c: EventContext, { type, until = null }: EventOf<'payment-pending'>): EventEffect => learn(c, { type, until })

export function paymentFailed(c: EventContext): EventEffect {
  const ended = endHoldsOf(c, ['payment-pending'], 'the payment failed')
  c.account.wake()
  return { words: ended > 0 ? 'the payment failed; reminders go on' : 'recorded; no payment was under way' }
}

/** A promise that comes when its day is over is recorded, and holds nothing: a system that reports it late cannot correct it. */
export function promise(c: EventContext, { type, date, amount, currency }: EventOf<'promise'>): EventEffect {
  const { row } = c.account
  const amountsMinor = amount === undefined
    ? {}
    : { [row.id]: minorOf({ amount: amount.amount, currency: amount.currency ?? currency ?? null }, row.currency, 'amount', { zero: false }) }
  return learn(c, { type, date, amountsMinor })
}

export const promiseCancelled = (c: EventContext): EventEffect => ended(c, 'promise', 'the promise was cancelled')
export const disputeResolved = (c: EventContext): EventEffect => ended(c, 'dispute', 'the dispute was resolved')
export const complaintClosed = (c: EventContext): EventEffect => ended(c, 'complaint', 'the complaint was closed')

export const dispute = (c: EventContext, { type, reference = null }: EventOf<'dispute'>): EventEffect => learn(c, { type, reference })
export const hardship = (c: EventContext, { type, until = null }: EventOf<'hardship'>): EventEffect => learn(c, { type, until })
export const complaint = (c: EventContext, { type, reference = null }: EventOf<'complaint'>): EventEffect => learn(c, { type, reference })
export const legalAction = (c: EventContext, { type, until = null, reference = null }: EventOf<'legal-action'>): EventEffect => learn(c, { type, until, reference })

function ended(c: EventContext, kind: HoldKind, words: string): EventEffect {
  return { words: endHoldsOf(c, [kind], words) > 0 ? `${words}; reminders go on` : 'recorded; nothing was waiting for it' }
}
