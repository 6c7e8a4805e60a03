import { DAY } from '../model/instant.ts'

/**
 * How far ahead hours are followed until they meet.
 *
 * Longer than any run of holidays, shorter than the wait for a change of clocks: hours
 * of Los Angeles, Kolkata and London meet again only once summer time has begun in one of
 * them, and by then somebody should have asked where the person is.
 */
export const COMMON_HOURS_SEARCH = 21 * DAY
