import type { EventType } from '../model/vocabulary.ts'
import type { Fault } from '../model/errors.ts'
import { formatInstant, type Instant } from '../model/time.ts'
import type { AccountBody } from './account-body.ts'
import type { EventBody } from './bodies.ts'
import type { RecipientBody } from './recipient-body.ts'

/**
 * Events that may be reported before they take effect: a pending debit, a due date that will change, and what ends or hands
 * off an account from a day on. They act when reported, which is early and never late.
 *
 * Of all others `effectiveAt` must not lie ahead: events that change the balance or resume reminders (`recall`, `resume`,
 * `dispute-resolved`, …) would act too early.
 */
const MAY_TAKE_EFFECT_LATER: ReadonlySet<EventType> = new Set<EventType>([
  'payment-pending',
  'due-date-changed',
  'hardship',
  'legal-action',
  'charge-off',
  'hand-off',
  'withdrawn',
])

/** One stated time and its path. */
export type StatedTime = readonly [path: string, at: Instant | null | undefined]

/**
 * Which of these times of facts lie in the future?
 *
 * @param latest  now plus the allowed clock skew
 */
export const futureFaults = (times: readonly StatedTime[], latest: Instant): Fault[] =>
  times.flatMap(([path, at]) =>
    at == null || at <= latest
      ? []
      : [
          {
            path,
            problem: 'lies in the future; nothing can be known as of then',
            cure: `State when it was true, not later than now (${formatInstant(latest)} at the latest), and check the sender's clock and time zone.`,
          },
        ],
  )

/** The times of facts that an account states. */
export const timesOfAccount = (body: AccountBody): StatedTime[] => [
  ['asOf', body.asOf],
  ...(body.recipient === undefined ? [] : timesOfRecipient(body.recipient, 'recipient.')),
]

/** The same of a recipient. Starts of consents and ends of blocked times may lie ahead. */
export const timesOfRecipient = (body: Omit<RecipientBody, 'creditor'>, prefix = ''): StatedTime[] => [
  [`${prefix}asOf`, body.asOf],
  ...(body.locationEvidence ?? []).map((sign, i): StatedTime => [`${prefix}locationEvidence[${i}].at`, sign.at]),
  ...(body.addresses ?? []).map((address, i): StatedTime => [
    `${prefix}addresses[${i}].verifiedAt`,
    address.verifiedAt,
  ]),
]

/** The same of an event. `until` and promised days may lie ahead. */
export const timesOfEvent = (body: EventBody): StatedTime[] => [
  ['occurredAt', body.occurredAt],
  ...(MAY_TAKE_EFFECT_LATER.has(body.type) ? [] : [['effectiveAt', body.effectiveAt] as const]),
  ...(body.type === 'notice' ? [['sentAt', body.sentAt] as const] : []),
]
