import { DecorumError, type Fault } from '../model/errors.ts'
import { DAY, parseInstant, type Instant } from '../model/instant.ts'
import { dayNumber } from '../model/local-date.ts'
import { firstInstantAt } from '../model/zones/local-clock.ts'
import { statedZone } from '../model/zones/zone-names.ts'

/**
 * Which stretch of time is meant? From `from` until before `to`.
 *
 * @param from  an instant, or a day: its first moment in the zone
 * @throws DECORUM_BAD_INPUT with every fault
 */
export function readPeriod(from: string, to: string, zone: string): { from: Instant; to: Instant } {
  const stated = statedZone(zone)
  const faults: Fault[] = stated.ok ? [] : [{ path: 'zone', problem: stated.problem, cure: stated.cure }]
  const read = (path: string, text: string): Instant => {
    const day = dayNumber(text)
    const instant = day === null ? parseInstant(text) : (stated.ok ? firstInstantAt(day * DAY, stated.zone) : 0)
    if (instant === null) faults.push({ path, problem: 'is neither a day nor an instant', cure: 'Write it like "2026-11-23", or "2026-11-23T15:00:00Z".' })
    return instant ?? 0
  }
  const period = { from: read('from', from), to: read('to', to) }
  if (faults.length === 0 && period.to <= period.from) faults.push({ path: 'to', problem: 'is not after from', cure: 'The period ends before --to.' })
  if (faults.length > 0) throw new DecorumError('DECORUM_BAD_INPUT', 'this is not a period', { faults })
  return period
}
