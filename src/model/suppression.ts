import type { RejectionClass } from './outcome.ts'

/** What a stop covers: one address, one channel of the person, or everything. */
export const SUPPRESSION_SCOPES = ['address', 'channel', 'all'] as const
export type SuppressionScope = (typeof SUPPRESSION_SCOPES)[number]

export const SUPPRESSION_REASONS = [
  'opt-out', 'cease', 'refusal-to-pay', 'wrong-number', 'deceased', 'attorney', 'bankruptcy', 'identity-fraud', 'bad-address', 'manual',
] as const
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number]

/** Which stop does it bring that a provider refuses an address, or says that its owner wants no more? Null: neither is the case. */
export function suppressionAfter(rejection: RejectionClass | null): Extract<SuppressionReason, 'bad-address' | 'opt-out'> | null {
  if (rejection === 'address') return 'bad-address'
  return rejection === 'opted-out' ? 'opt-out' : null
}

/** What does such a stop cover? The one address, on every channel, until somebody lifts it. */
export const addressSuppression = <Reason extends SuppressionReason>(reason: Reason) => ({ scope: 'address', channel: null, reason, until: null }) as const

/**
 * Is this a fact about the person, at whichever address or channel it was heard?
 *
 * Somebody who died or has an attorney is so by letter too; a written cease and a refusal to pay end
 * communication on the debt, not on one number (12 CFR 1006.6(b)(2), (c)(1)).
 */
export const isAboutPerson = (reason: SuppressionReason): boolean => ABOUT_THE_PERSON.has(reason)

export const PERSON_REASONS = ['deceased', 'bankruptcy', 'identity-fraud', 'attorney', 'cease', 'refusal-to-pay'] as const satisfies readonly SuppressionReason[]
const ABOUT_THE_PERSON: ReadonlySet<SuppressionReason> = new Set<SuppressionReason>(PERSON_REASONS)
