import { z } from 'zod'
import { CHANNELS } from '../model/channel.ts'
import { amount, balance } from './money-fields.ts'
import { line, note, upstreamId, word } from './text-fields.ts'
import { instant, localDate } from './time-fields.ts'

const shared = {
  id: upstreamId.describe('Unique for the life of the debt; the same id with another body is a conflict.'),
  creditor: word.optional(),
  occurredAt: instant.describe('When it happened; not later than now.'),
  effectiveAt: instant.optional().describe('Absent: when it occurred. Later than now only for what may be announced: payment-pending, due-date-changed, hardship, legal-action, charge-off, hand-off, withdrawn.'),
  note: note.nullish(),
}
const reason = line(200).nullish()
const reference = line(64).nullish().describe('A case, complaint or matter number.')
const currency = z.string().max(8).optional().describe('Absent: the account\'s.')

const event = <T extends string, F extends z.ZodRawShape>(type: T, fields: F) =>
  z.strictObject({ ...shared, type: z.literal(type), ...fields })

/** What remains after it, when upstream knows it: news whatever its date. Otherwise the amount counts when it is dated after the last snapshot. */
const after = { overdue: balance.optional(), dueDate: localDate.nullish(), nextDueDate: localDate.nullish() }

/** Each kind of event and what it carries; `POST /v1/accounts/{id}/events`. */
const EVENTS = [
  event('payment', { amount, currency, ...after }),
  event('payment-pending', { amount: amount.optional(), currency, until: instant.nullish() }),
  event('payment-failed', { reason }),
  event('payment-reversed', { paymentId: upstreamId.optional().describe('The event id of the payment; one that is not reported yet is waited for.'), amount: amount.optional(), currency, reason, ...after }),
  event('adjustment', { amount: amount.optional(), currency, reason, ...after }),
  event('settled', { reason }),
  event('due-date-changed', { dueDate: localDate, nextDueDate: localDate.nullish(), reason }),
  event('promise', { amount: amount.optional(), currency, date: localDate }),
  event('promise-cancelled', { reason }),
  event('dispute', { reason, reference }),
  event('dispute-resolved', { reason, reference }),
  event('hardship', { until: instant.nullish(), reason }),
  event('complaint', { reason, reference }),
  event('complaint-closed', { reason, reference }),
  event('bankruptcy', { reference }),
  event('deceased', {}),
  event('attorney', { reference }),
  event('legal-action', { until: instant.nullish(), reference }),
  event('identity-fraud', { reference }),
  event('notice', { kind: word, via: z.enum([...CHANNELS, 'post', 'portal', 'in-person']), sentAt: instant }),
  event('charge-off', { reason }),
  event('hand-off', { to: line(200).nullish(), reason }),
  event('recall', { reason }),
  event('withdrawn', { reason }),
  event('resume', { reason }),
] as const

export const eventBody = z.discriminatedUnion('type', EVENTS)
export type EventBody = z.output<typeof eventBody>

/** One line of `POST /v1/events:import`: an event and its account. */
export const eventLine = z.discriminatedUnion('type', EVENTS.map((e) => e.extend({ accountId: upstreamId })) as unknown as typeof EVENTS)
export type EventLine = EventBody & { accountId: string }
