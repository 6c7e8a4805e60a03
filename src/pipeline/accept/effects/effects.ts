import type { EventBody } from '../../../intake/event-body.ts'
import type { SuppressionReason } from '../../../model/suppression.ts'
import { learn, type EventEffect, type EventContext, type EventOf } from './effect.ts'
import { adjustment, dueDateChanged, payment } from './figures.ts'
import {
  complaint, complaintClosed, dispute, disputeResolved, hardship, legalAction, paymentFailed, paymentPending, promise, promiseCancelled,
} from './pauses.ts'
import { paymentReversed } from './reversals.ts'
import { chargeOff, handOff, recall, resume, settled, withdrawn } from './states.ts'

/** Stops everything to the person at this creditor, for good or until it is lifted. */
const stop = (reason: SuppressionReason) => (c: EventContext): EventEffect => learn(c, { type: 'stop', scope: 'all', channel: null, reason })

/** What each type of event does. */
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
  bankruptcy: stop('bankruptcy'),
  deceased: stop('deceased'),
  attorney: stop('attorney'),
  'legal-action': legalAction,
  'identity-fraud': stop('identity-fraud'),
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

/** Applies an event to the locked account and person, and answers what it did. */
export const applyEvent = (c: EventContext, event: EventBody): EventEffect =>
  (EFFECTS[event.type] as (c: EventContext, event: EventBody) => EventEffect)(c, event)
