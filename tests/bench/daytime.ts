import type { Clock } from '../../src/model/time.ts'

/** Tuesday 24 November 2026, 11:00 in Shanghai: inside every contact window that concerns the invented borrowers. */
export const DAYTIME = Date.parse('2026-11-24T03:00:00Z')

/**
 * Wall time, moved so that it was DAYTIME at the wall instant `origin`: it runs, and may be used with real providers.
 *
 * Every process of one benchmark is given the same origin.
 */
export const daytimeClock = (origin: number): Clock => ({ now: () => DAYTIME + (Date.now() - origin), virtual: false })
