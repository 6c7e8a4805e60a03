import { DAY, HOUR, MINUTE } from './instant.ts'

const UNITS: Record<string, number> = { s: 1000, m: MINUTE, h: HOUR, d: DAY }

/**
 * How many milliseconds does an operator's duration mean?
 *
 * @param text  a whole number and a unit: `90s`, `30m`, `20h`, `3d` (a `d` is 24 hours)
 * @returns     milliseconds, or null when the text is not a duration
 */
export function parseDuration(text: string): number | null {
  const m = /^(\d{1,6})(s|m|h|d)$/.exec(text)
  return m === null ? null : Number(m[1]) * (UNITS[m[2] as string] as number)
}
