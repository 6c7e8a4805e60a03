/**
 * What came of a contact.
 *
 * `pending` is in flight, `in-doubt` may or may not have happened: both count as
 * the worst outcome they can still have in every cap and cooldown. `not-placed`
 * surely never happened and counts nowhere.
 */
export const CONTACT_OUTCOMES = [
  'no-answer', 'voicemail', 'conversation', 'sent', 'delivered', 'failed', 'in-doubt', 'pending',
] as const
export type ContactOutcome = (typeof CONTACT_OUTCOMES)[number]

export const DIRECTIONS = ['outbound', 'inbound'] as const
export type Direction = (typeof DIRECTIONS)[number]
