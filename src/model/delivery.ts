/** Why a provider certainly did not send. The pipeline branches on this alone. */
export const REJECTION_CLASSES = [
  'retriable',
  'throttled',
  'permanent',
  'address',
  'opted-out',
  'content',
  'configuration',
] as const
export type RejectionClass = (typeof REJECTION_CLASSES)[number]

/**
 * The outcome of one call to a provider.
 *
 * `accepted`: the provider has it, under `reference`. `rejected`: certainly not sent. `unknown`: the request may have
 * reached the provider and no clear answer came; the attempt is in doubt and never repeated automatically. `detail` is fit
 * for logs: no name, address, message text or credential.
 */
export type CallOutcome =
  | { kind: 'accepted'; reference: string; status?: string }
  | { kind: 'rejected'; class: RejectionClass; code: string; detail: string; retryAfterMs?: number }
  | { kind: 'unknown'; code: string; detail: string }

/** The state that a provider reports for an attempt after accepting it. */
export const DELIVERY_STATES = [
  'in-flight',
  'sent',
  'delivered',
  'conversation',
  'voicemail',
  'no-answer',
  'failed',
  'not-sent',
] as const
export type DeliveryState = (typeof DELIVERY_STATES)[number]

/** A delivery report of a provider, translated. A `final` one is never replaced by one that is not. */
export interface DeliveryReport {
  state: DeliveryState
  final: boolean
  /** The provider's own code, when it gave one. */
  code: string | null
  /** Set when the failure concerns the address or an opt-out. */
  class: RejectionClass | null
}

/** One callback of a provider, translated. */
export interface Receipt {
  /** The provider's id, as in `CallOutcome.reference`. */
  reference: string
  word: DeliveryReport
  /** The provider's own number of the callback, if any; callbacks arrive in any order. */
  sequence: number | null
  /** The provider's own status; with `reference` it identifies repeated callbacks. */
  providerStatus: string
}

/** In ascending order of how strictly a state counts in caps and cooldowns. */
const WEIGHT: Record<DeliveryState, number> = {
  'not-sent': 0,
  failed: 1,
  'no-answer': 2,
  'in-flight': 3,
  sent: 4,
  voicemail: 5,
  delivered: 6,
  conversation: 7,
}

/**
 * What is known of an attempt after one more delivery report?
 *
 * Callbacks arrive in any order, late and twice, so the result does not depend on order: a final report is never replaced
 * by one that is not; of two of the same rank the one that counts more towards caps stands, because assuming a contact is
 * the safer error. A conversation stays one whatever status the call ends with: a pressed key proves it during the call. A
 * call whose text could not be spoken is not a conversation, even if the provider reports that it was answered, unless a
 * key was pressed before.
 */
export function mergeDelivery(previous: DeliveryReport | null, next: DeliveryReport): DeliveryReport {
  if (previous === null) return next
  const unsaid = [previous, next].find(wordsWereMissing)
  if (unsaid !== undefined && !(previous.state === 'conversation' && !previous.final))
    return { ...unsaid, final: previous.final || next.final }
  const [conversation, again] = [previous, next].filter(({ state }) => state === 'conversation')
  if (conversation !== undefined)
    return { ...moreOf(conversation, again ?? conversation), final: previous.final || next.final }
  if (previous.final !== next.final) return previous.final ? previous : next
  if (previous.state !== next.state) return WEIGHT[next.state] > WEIGHT[previous.state] ? next : previous
  return moreOf(previous, next)
}

/** Our own report for a call whose text could not be spoken; no provider has this code. */
export const WORDS_UNAVAILABLE: DeliveryReport = {
  state: 'failed',
  final: false,
  code: 'WORDS_UNAVAILABLE',
  class: 'content',
}

/** Did this call fail because its text was unavailable? */
export const wordsWereMissing = ({ code }: Pick<DeliveryReport, 'code'>): boolean => code === WORDS_UNAVAILABLE.code

/** Do two final reports exclude each other? The pipeline logs an error and keeps the merged one. */
export function contradicts(previous: DeliveryReport | null, next: DeliveryReport): boolean {
  return (
    previous !== null && previous.final && next.final && previous.state !== next.state && !wordsWereMissing(previous)
  )
}

const moreOf = (one: DeliveryReport, other: DeliveryReport): DeliveryReport =>
  detailOf(other) > detailOf(one) ? other : one

/** Orders two reports of one state, so that merging is commutative. */
const detailOf = (report: DeliveryReport): string =>
  `${report.class ?? ''}/${report.code ?? ''}/${DELIVERY_STATES.indexOf(report.state)}`
