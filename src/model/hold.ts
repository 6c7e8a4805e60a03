/** Why contact is paused. Each has a scope (a person or one account) and a way to end. `reply`: somebody wrote what a person has yet to read. */
export const HOLD_KINDS = [
  'promise', 'dispute', 'hardship', 'complaint', 'payment-pending', 'legal-action',
  'breathing-space', 'facts-conflict', 'bankruptcy', 'reversal-pause', 'manual', 'reply',
] as const
export type HoldKind = (typeof HOLD_KINDS)[number]
