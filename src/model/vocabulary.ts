import type { RejectionClass } from './delivery.ts'

export const CHANNELS = ['phone', 'sms', 'email'] as const
/** How a reminder reaches its recipient. */
export type Channel = (typeof CHANNELS)[number]

/**
 * The state of an account.
 *
 * Only `open` accounts are reminded. `cured` ones are current again and may become `open` in a new spell; the others are
 * final.
 */
export const ACCOUNT_STATES = ['open', 'cured', 'settled', 'withdrawn', 'charged-off', 'handed-off'] as const
export type AccountState = (typeof ACCOUNT_STATES)[number]

export const ADDRESS_KINDS = ['mobile', 'landline', 'voip', 'work', 'home', 'personal', 'other'] as const
/** The kind of number or mailbox. */
export type AddressKind = (typeof ADDRESS_KINDS)[number]

export const RELATIONS = [
  'self',
  'co-borrower',
  'guarantor',
  'spouse',
  'relative',
  'colleague',
  'contact',
  'other',
] as const
/** Whose address it is. Only the borrower's own (`self`) is ever used. */
export type Relation = (typeof RELATIONS)[number]

export const ADDRESS_ORIGINS = [
  'consumer-used',
  'consumer-consent',
  'creditor-notice',
  'prior-collector',
  'other',
] as const
/**
 * How an address came to be known, as far as law distinguishes (12 CFR 1006.6(d)(4)-(5)): the consumer wrote from it,
 * or agreed to its use; the creditor announced its use with a time to object; an earlier collector used it; other.
 */
export type AddressOrigin = (typeof ADDRESS_ORIGINS)[number]

/** Which origin does the stated source of an address name? Null: none is stated; free text is `other`. */
export function originOf(source: string | null | undefined): AddressOrigin | null {
  if (source == null || source.trim() === '') return null
  const word = source.trim().toLowerCase()
  return ADDRESS_ORIGINS.find((origin) => origin === word) ?? 'other'
}

/**
 * The outcome of a contact.
 *
 * `pending` is in flight, `in-doubt` may or may not have happened: in every cap and cooldown both count as the strictest
 * outcome they can still have.
 */
export const CONTACT_OUTCOMES = [
  'no-answer',
  'voicemail',
  'conversation',
  'sent',
  'delivered',
  'failed',
  'in-doubt',
  'pending',
] as const
export type ContactOutcome = (typeof CONTACT_OUTCOMES)[number]

export const DIRECTIONS = ['outbound', 'inbound'] as const
export type Direction = (typeof DIRECTIONS)[number]

/** What upstream systems report about an account or its recipients. */
export const EVENT_TYPES = [
  'payment',
  'payment-pending',
  'payment-failed',
  'payment-reversed',
  'adjustment',
  'settled',
  'due-date-changed',
  'promise',
  'promise-cancelled',
  'dispute',
  'dispute-resolved',
  'hardship',
  'complaint',
  'complaint-closed',
  'bankruptcy',
  'deceased',
  'attorney',
  'legal-action',
  'identity-fraud',
  'notice',
  'charge-off',
  'hand-off',
  'recall',
  'withdrawn',
  'resume',
] as const
export type EventType = (typeof EVENT_TYPES)[number]

/** Why contact is on hold. Each has a scope (a recipient or one account) and a way to end. `reply`: a reply waits to be read by an agent. */
export const HOLD_KINDS = [
  'promise',
  'dispute',
  'hardship',
  'complaint',
  'payment-pending',
  'legal-action',
  'breathing-space',
  'facts-conflict',
  'bankruptcy',
  'reversal-pause',
  'manual',
  'reply',
] as const
export type HoldKind = (typeof HOLD_KINDS)[number]

export const KINDS = ['reminder', 'required-notice', 'service', 'confirmation'] as const
/** What a message is for; some suppressions let a required notice or a confirmation through. */
export type Kind = (typeof KINDS)[number]

export const MODES = ['automated', 'agent'] as const
/** Who makes the contact: the machine, or a human agent. */
export type Mode = (typeof MODES)[number]

/** In which capacity the creditor on an account acts; most rules turn on it. */
export const ROLES = ['original-creditor', 'servicer', 'collector', 'debt-buyer'] as const
export type Role = (typeof ROLES)[number]

/** The delinquency bucket (账龄) that a number of days past due falls into. */
type Stage = 'M0' | 'M1' | 'M2' | 'M3' | 'M3+'

/** M0 not overdue, M1 1–30 days past due, M2 31–60, M3 61–90, M3+ beyond. */
export function stageOf(daysPastDue: number): Stage {
  if (daysPastDue <= 0) return 'M0'
  if (daysPastDue <= 30) return 'M1'
  if (daysPastDue <= 60) return 'M2'
  return daysPastDue <= 90 ? 'M3' : 'M3+'
}

/** What a suppression covers: one address, one channel of the recipient, or everything. */
export const SUPPRESSION_SCOPES = ['address', 'channel', 'all'] as const
export type SuppressionScope = (typeof SUPPRESSION_SCOPES)[number]

export const SUPPRESSION_REASONS = [
  'opt-out',
  'cease',
  'refusal-to-pay',
  'wrong-number',
  'deceased',
  'attorney',
  'bankruptcy',
  'identity-fraud',
  'bad-address',
  'manual',
] as const
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number]

/** Which suppression follows from a provider's rejection? Null: the address is not at fault and its holder did not opt out. */
export function suppressionAfter(
  rejection: RejectionClass | null,
): Extract<SuppressionReason, 'bad-address' | 'opt-out'> | null {
  if (rejection === 'address') return 'bad-address'
  return rejection === 'opted-out' ? 'opt-out' : null
}

/** A suppression of one address, on every channel, until it is lifted. */
export const addressSuppression = <Reason extends SuppressionReason>(reason: Reason) =>
  ({ scope: 'address', channel: null, reason, until: null }) as const

/**
 * Does this reason concern the recipient, whichever address or channel it was reported on?
 *
 * Death or an attorney holds on every address; a written cease and a refusal to pay end communication on the debt, not on
 * one number (12 CFR 1006.6(b)(2), (c)(1)).
 */
export const concernsRecipient = (reason: SuppressionReason): boolean =>
  (RECIPIENT_REASONS as readonly SuppressionReason[]).includes(reason)

export const RECIPIENT_REASONS = [
  'deceased',
  'bankruptcy',
  'identity-fraud',
  'attorney',
  'cease',
  'refusal-to-pay',
] as const satisfies readonly SuppressionReason[]

export const SWITCH_STATES = ['stopped', 'paused', 'draining', 'slowed'] as const
/**
 * What a switch does to the reminders in its scope: `stopped` refuses them, `paused` delays them, `draining` sends what is
 * queued and queues nothing new, `slowed` sends them at a share of their route's rate.
 */
export type SwitchState = (typeof SWITCH_STATES)[number]

export const SWITCH_DIMENSIONS = [
  'creditor',
  'product',
  'jurisdiction',
  'channel',
  'route',
  'template',
  'ladder',
  'rung',
] as const

/** A switch covers what matches every dimension it names; an empty scope covers everything. */
export type SwitchScope = { [D in (typeof SWITCH_DIMENSIONS)[number]]?: string }

/** From gentlest to firmest; comparisons use this order. Labels: 温馨提醒, 逾期通知, 正式催告, 处置前告知. */
export const TONES = ['gentle', 'neutral', 'firm', 'final'] as const
export type Tone = (typeof TONES)[number]

/** Negative when `a` is gentler than `b`, 0 when equal, positive when firmer. */
export const compareTones = (a: Tone, b: Tone): number => TONES.indexOf(a) - TONES.indexOf(b)

/** The gentler of two tones. */
export const gentler = (a: Tone, b: Tone): Tone => (compareTones(a, b) <= 0 ? a : b)

/**
 * The states of a reminder; src/README.md draws them with what leads from one to the next.
 *
 * `scheduled` waits for `next_at` (a deferral leads back here); `queued` has a job in the queue; `sending` has a reserved
 * attempt. Final: `failed` (no attempt was delivered), `refused` (a rule forbids it for good), `expired` (its deadline came
 * first), `cancelled` (paid, withdrawn, requested), `in_doubt` (an attempt may or may not have gone out: never resent
 * automatically).
 */
export const REMINDER_STATUSES = [
  'scheduled',
  'queued',
  'sending',
  'sent',
  'delivered',
  'failed',
  'refused',
  'expired',
  'cancelled',
  'in_doubt',
] as const
export type ReminderStatus = (typeof REMINDER_STATUSES)[number]
