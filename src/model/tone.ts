/** From gentlest to firmest; the order is the meaning. Labels: 温馨提醒, 逾期通知, 正式催告, 处置前告知. */
export const TONES = ['gentle', 'neutral', 'firm', 'final'] as const
export type Tone = (typeof TONES)[number]

/** Negative when `a` is gentler than `b`, 0 when equal, positive when firmer. */
export const compareTones = (a: Tone, b: Tone): number => TONES.indexOf(a) - TONES.indexOf(b)

/** The gentler of two tones. */
export const gentler = (a: Tone, b: Tone): Tone => (compareTones(a, b) <= 0 ? a : b)
