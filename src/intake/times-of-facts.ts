import type { EventType } from '../model/vocabulary.ts'
import type { Fault } from '../model/errors.ts'
import { formatInstant, type Instant } from '../model/time.ts'
import type { AccountBody } from './account-body.ts'
import type { EventBody } from './bodies.ts'
import type { RecipientBody } from './recipient-body.ts'

/**
 * Events that may be reported before they take effect: a debit that is under way, a due date that will be moved, and what stops
 * or hands away an account from a day on. They act when they are reported, which is early and never late.
 *
 * Of all others, `effectiveAt` is when it came about: what takes money off, gives it back, or lets reminders
 * go on (`recall`, `resume`, `dispute-resolved`, …) would act before its time.
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

/** One stated time and where it stands. */
export type StatedTime = readonly [path: string, at: Instant | null | undefined]

/**
 * Which of these times of facts lie in the future?
 *
 * @param latest  now, and as much more as clocks may differ
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

/** As of when does an account say what it says? */
export const timesOfAccount = (body: AccountBody): StatedTime[] => [
  ['asOf', body.asOf],
  ...(body.recipient === undefined ? [] : timesOfRecipient(body.recipient, 'recipient.')),
]

/** The same of a person. When consents begin and blocked times end may lie ahead. */
export const timesOfRecipient = (body: Omit<RecipientBody, 'creditor'>, prefix = ''): StatedTime[] => [
  [`${prefix}asOf`, body.asOf],
  ...(body.locationEvidence ?? []).map((sign, i): StatedTime => [`${prefix}locationEvidence[${i}].at`, sign.at]),
  ...(body.addresses ?? []).map((address, i): StatedTime => [
    `${prefix}addresses[${i}].verifiedAt`,
    address.verifiedAt,
  ]),
]

/** When did an event happen? `until` and promised days lie ahead by nature. */
export const timesOfEvent = (body: EventBody): StatedTime[] => [
  ['occurredAt', body.occurredAt],
  ...(MAY_TAKE_EFFECT_LATER.has(body.type) ? [] : [['effectiveAt', body.effectiveAt] as const]),
  ...(body.type === 'notice' ? [['sentAt', body.sentAt] as const] : []),
]
