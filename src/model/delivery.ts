/** Why a provider surely did not send. The pipeline branches on this and on nothing else. */
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
 * What one call to a provider came to.
 *
 * `accepted`: the provider has it, under `reference`. `rejected`: surely not sent.
 * `unknown`: the request may have reached the provider and no clear answer came;
 * the attempt is in doubt and is never repeated by itself. `detail` is fit for logs:
 * it never holds a name, an address, message text or a credential.
 */
export type CallOutcome =
  | { kind: 'accepted'; reference: string; status?: string }
  | { kind: 'rejected'; class: RejectionClass; code: string; detail: string; retryAfterMs?: number }
  | { kind: 'unknown'; code: string; detail: string }

/** What a provider's later word on an attempt means. */
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

/** A provider's later word, translated. `final` words never give way to non-final ones. */
export interface DeliveryReport {
  state: DeliveryState
  final: boolean
  /** The provider's own code, when it gave one. */
  code: string | null
  /** Set when the failure says something about the address or the recipient's wish. */
  class: RejectionClass | null
}

/** One callback of a provider, translated: which of its references, and what it says. */
export interface Receipt {
  /** The provider's id, as in `CallOutcome.reference`. */
  reference: string
  word: DeliveryReport
  /** Order of firing when the provider numbers its callbacks; they arrive in any order. */
  sequence: number | null
  /** The provider's own status word; with `reference` it tells a repeated callback from a new one. */
  providerStatus: string
}

/** From "never happened" to "surely a talk": the later a state stands, the more it counts in caps and cooldowns. */
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
 * What is known of an attempt once one more word of its provider has come?
 *
 * Callbacks arrive in any order, late and twice, so the answer does not depend on
 * order: a final word never gives way to one that is not; of two of the same rank
 * the one that counts more towards caps stands, because the safer error is to have
 * contacted the person. A talk stays a talk whatever its end is called: a key that was pressed
 * proves it while the call still goes on. A call of which we know that its words could not be
 * said was no talk, though the provider reports at its end that somebody picked up; only a key
 * pressed before outweighs that.
 */
export function mergeDelivery(previous: DeliveryReport | null, next: DeliveryReport): DeliveryReport {
  if (previous === null) return next
  const unsaid = [previous, next].find(wordsWereMissing)
  if (unsaid !== undefined && !(previous.state === 'conversation' && !previous.final))
    return { ...unsaid, final: previous.final || next.final }
  const [talk, again] = [previous, next].filter(({ state }) => state === 'conversation')
  if (talk !== undefined) return { ...moreOf(talk, again ?? talk), final: previous.final || next.final }
  if (previous.final !== next.final) return previous.final ? previous : next
  if (previous.state !== next.state) return WEIGHT[next.state] > WEIGHT[previous.state] ? next : previous
  return moreOf(previous, next)
}

/** Our own word on a call that could not say what it was made for; no provider has this code. */
export const WORDS_UNAVAILABLE: DeliveryReport = {
  state: 'failed',
  final: false,
  code: 'WORDS_UNAVAILABLE',
  class: 'content',
}

/** Did this call fail for want of its words? */
export const wordsWereMissing = ({ code }: Pick<DeliveryReport, 'code'>): boolean => code === WORDS_UNAVAILABLE.code

/** Do two final words exclude each other? The pipeline raises an alarm and keeps the merged word. */
export function contradicts(previous: DeliveryReport | null, next: DeliveryReport): boolean {
  return (
    previous !== null && previous.final && next.final && previous.state !== next.state && !wordsWereMissing(previous)
  )
}

const moreOf = (one: DeliveryReport, other: DeliveryReport): DeliveryReport =>
  detailOf(other) > detailOf(one) ? other : one

/** Orders two words of one state, so that merging them gives the same answer either way round. */
const detailOf = (word: DeliveryReport): string =>
  `${word.class ?? ''}/${word.code ?? ''}/${DELIVERY_STATES.indexOf(word.state)}`
