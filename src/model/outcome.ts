/** Why a provider surely did not send. The pipeline branches on this and on nothing else. */
export const REJECTION_CLASSES = [
  'retriable', 'throttled', 'permanent', 'address', 'opted-out', 'content', 'configuration',
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
export const DELIVERY_STATES = ['in-flight', 'sent', 'delivered', 'conversation', 'voicemail', 'no-answer', 'failed', 'not-sent'] as const
export type DeliveryState = (typeof DELIVERY_STATES)[number]

/** A provider's later word, translated. `final` words never give way to non-final ones. */
export interface DeliveryWord {
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
  word: DeliveryWord
  /** Order of firing when the provider numbers its callbacks; they arrive in any order. */
  sequence: number | null
  /** The provider's own status word; with `reference` it tells a repeated callback from a new one. */
  providerStatus: string
}
