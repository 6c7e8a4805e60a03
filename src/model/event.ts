/** What upstream systems report about an account or its people. */
export const EVENT_TYPES = [
  'payment', 'payment-pending', 'payment-failed', 'payment-reversed', 'adjustment', 'settled', 'due-date-changed',
  'promise', 'promise-cancelled', 'dispute', 'dispute-resolved', 'hardship', 'complaint', 'complaint-closed',
  'bankruptcy', 'deceased', 'attorney', 'legal-action', 'identity-fraud', 'notice', 'charge-off', 'hand-off', 'recall',
  'withdrawn', 'resume',
] as const
export type EventType = (typeof EVENT_TYPES)[number]
