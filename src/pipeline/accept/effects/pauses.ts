import type { HoldKind } from '../../../model/hold.ts'
import { DAY } from '../../../model/instant.ts'
import { bookDate, promiseEndsAt } from '../../../plan/book-time.ts'
import { minorOf } from '../merge-account.ts'
import { endHolds, hold, type Effect, type EventContext, type EventOf } from './effect.ts'

/** How long a payment that was announced may be under way, when nobody says. */
const IN_FLIGHT_MS = 3 * DAY

export function paymentPending(c: EventContext, event: EventOf<'payment-pending'>): Effect {
  const until = event.until ?? c.effectiveAt + IN_FLIGHT_MS
  if (until <= c.now) return { words: 'recorded; its time has passed' }
  hold(c, { kind: 'payment-pending', until })
  return { words: 'a payment is under way; reminders wait', forbids: 'account' }
}

export function paymentFailed(c: EventContext): Effect {
  const ended = endHolds(c, ['payment-pending'], 'the payment failed')
  c.account.wake()
  return { words: ended > 0 ? 'the payment failed; reminders go on' : 'recorded; no payment was under way' }
}

/** Silent until the promised day is over in the creditor's books; an earlier promise gives way to it. */
export function promise(c: EventContext, event: EventOf<'promise'>): Effect {
  const { row } = c.account
  const amountMinor = event.amount === undefined
    ? row.overdue_minor
    : minorOf({ amount: event.amount.amount, currency: event.amount.currency ?? event.currency ?? null }, row.currency, 'amount', { zero: false })
  if (event.date < bookDate(c.now, c.bookZone)) return { words: 'recorded; the promised day has passed' }
  endHolds(c, ['promise'], 'another promise was given')
  hold(c, { kind: 'promise', until: promiseEndsAt(event.date, c.bookZone), details: { date: event.date, amountMinor } })
  return { words: 'a promise to pay; reminders wait for it', forbids: 'account' }
}

export const promiseCancelled = (c: EventContext): Effect => ended(c, 'promise', 'the promise was cancelled')
export const disputeResolved = (c: EventContext): Effect => ended(c, 'dispute', 'the dispute was resolved')
export const complaintClosed = (c: EventContext): Effect => ended(c, 'complaint', 'the complaint was closed')

export function dispute(c: EventContext, event: EventOf<'dispute'>): Effect {
  hold(c, { kind: 'dispute', ...details(event) })
  return { words: 'the debt is disputed; reminders wait', forbids: 'account' }
}

/** Of the person, not of one account: whoever cannot pay one loan is not reminded of another. */
export function hardship(c: EventContext, event: EventOf<'hardship'>): Effect {
  hold(c, { kind: 'hardship', until: event.until ?? null }, true)
  return { words: 'hardship; reminders of every account wait', forbids: 'person' }
}

export function complaint(c: EventContext, event: EventOf<'complaint'>): Effect {
  hold(c, { kind: 'complaint', ...details(event) }, true)
  return { words: 'a complaint; reminders of every account wait', forbids: 'person' }
}

export function legalAction(c: EventContext, event: EventOf<'legal-action'>): Effect {
  hold(c, { kind: 'legal-action', until: event.until ?? null, ...details(event) })
  return { words: 'legal action; reminders wait', forbids: 'account' }
}

const details = (event: { reference?: string | null | undefined }): { details: Record<string, unknown> } =>
  ({ details: event.reference == null ? {} : { reference: event.reference } })

function ended(c: EventContext, kind: HoldKind, words: string): Effect {
  return { words: endHolds(c, [kind], words) > 0 ? `${words}; reminders go on` : 'recorded; nothing was waiting for it' }
}
