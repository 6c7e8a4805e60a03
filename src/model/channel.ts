export const CHANNELS = ['phone', 'sms', 'email'] as const
/** How a reminder reaches a person. */
export type Channel = (typeof CHANNELS)[number]
