/**
 * The states of a reminder; src/README.md draws them with what leads from one to the next.
 *
 * `scheduled` waits for `next_at` (a deferral leads back here); `queued` has been
 * rung; `sending` has a reserved attempt. Ends: `failed` (every try was surely not
 * delivered), `refused` (a rule forbids it for good), `expired` (its deadline came
 * first), `cancelled` (paid, withdrawn, asked for), `in_doubt` (a try may or may
 * not have gone out: never sent again by itself).
 */
export const REMINDER_STATUSES = [
  'scheduled', 'queued', 'sending', 'sent', 'delivered', 'failed', 'refused', 'expired', 'cancelled', 'in_doubt',
] as const
export type ReminderStatus = (typeof REMINDER_STATUSES)[number]
