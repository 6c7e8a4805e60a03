/** What a stop covers: one address, one channel of the person, or everything. */
export const SUPPRESSION_SCOPES = ['address', 'channel', 'all'] as const
export type SuppressionScope = (typeof SUPPRESSION_SCOPES)[number]

export const SUPPRESSION_REASONS = [
  'opt-out', 'cease', 'refusal-to-pay', 'wrong-number', 'deceased', 'attorney', 'bankruptcy', 'identity-fraud', 'bad-address', 'manual',
] as const
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number]
