import { DAY, HOUR, type Instant } from '../model/instant.ts'
import { dayNumber, type LocalDate } from '../model/local-date.ts'

/** No local day begins or ends further than this from the same day in UTC. */
const FAR = 14 * HOUR

/** Is it one of these days, in any zone of the earth? `until` is the first day that is not. */
export const isInForceAnywhere = (from: LocalDate | undefined, until: LocalDate | null | undefined, now: Instant): boolean =>
  (from === undefined || now >= (dayNumber(from) as number) * DAY - FAR) && (until == null || now < (dayNumber(until) as number) * DAY + FAR)
