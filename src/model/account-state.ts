/**
 * Where an account stands.
 *
 * Only `open` accounts are reminded. `cured` ones are current again and may
 * become `open` in a new spell; the others are finished here.
 */
export const ACCOUNT_STATES = ['open', 'cured', 'settled', 'withdrawn', 'charged-off', 'handed-off'] as const
export type AccountState = (typeof ACCOUNT_STATES)[number]
