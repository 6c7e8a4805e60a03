import { Temporal } from 'temporal-polyfill'
import { DateTime } from 'luxon'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileHours, type HoursAnswer } from '../../src/decide/weekly-hours.ts'
import { zoneTable } from '../../src/decide/zone-table.ts'
import { DAY, HOUR, MINUTE, type Instant } from '../../src/model/instant.ts'

/** A busy machine may take its time over all zones of the world. */
const PATIENCE = 60_000
const ZONES = Intl.supportedValuesOf('timeZone')
const FROM = Date.UTC(2025, 0, 1)
const TO = Date.UTC(2029, 0, 1)

/** Every change of offset of a zone from 2025 to 2028, from an independent implementation. */
function transitionsOf(zone: string): Instant[] {
  const found: Instant[] = []
  let here: Temporal.ZonedDateTime | null = Temporal.Instant.fromEpochMilliseconds(FROM).toZonedDateTimeISO(zone)
  while ((here = here.getTimeZoneTransition('next')) !== null && here.epochMilliseconds < TO) found.push(here.epochMilliseconds)
  return found
}
const transitions = new Map(ZONES.map((zone) => [zone, transitionsOf(zone)]))
const changing = ZONES.filter((zone) => (transitions.get(zone) as Instant[]).length > 0)

/** A zone and an instant, most often within two days of a change of clocks. */
const zonedInstant = fc.constantFrom(...changing).chain((zone) => fc.tuple(
  fc.constant(zone),
  fc.oneof(
    { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...(transitions.get(zone) as Instant[])), fc.integer({ min: -2 * DAY, max: 2 * DAY })).map(([change, off]) => change + off) },
    { weight: 1, arbitrary: fc.integer({ min: FROM, max: TO }) },
  ),
))

const wallMinutes = (zone: string, instant: Instant): { minute: number; weekday: number } => {
  const local = DateTime.fromMillis(instant, { zone })
  return { minute: local.hour * 60 + local.minute, weekday: local.weekday }
}
const answer: HoursAnswer = { state: 'open', until: 0 }

describe('contact hours in every zone of the world', () => {
  it('know every change of offset that another implementation knows, to the second', () => {
    for (const zone of ZONES) {
      const table = zoneTable(zone)
      if (table === null) throw new Error(`no table for ${zone}`)
      for (const change of transitions.get(zone) as Instant[]) {
        for (const instant of [change - 1000, change, change + 1000]) {
          const offset = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).offsetNanoseconds / 1e6
          expect([zone, instant, table.at(instant).offset]).toEqual([zone, instant, offset])
        }
      }
    }
  }, PATIENCE)

  it('are open exactly when the wall clock of an independent oracle says so', () => {
    const hours = compileHours({ allow: [{ days: [1, 2, 3, 4, 5], from: '07:30', to: '21:00' }, { days: [6, 7], from: '09:00', to: '21:00' }] })
    fc.assert(fc.property(zonedInstant, ([zone, instant]) => {
      hours.ask(zoneTable(zone) as NonNullable<ReturnType<typeof zoneTable>>, instant, answer)
      const { minute, weekday } = wallMinutes(zone, instant)
      return (answer.state === 'open') === (minute >= (weekday <= 5 ? 450 : 540) && minute < 1260)
    }), { numRuns: 15_000 })
  }, PATIENCE)

  it('name the first instant at which the answer changes, minute by minute', () => {
    // Night hours, so that the change of clocks falls among them; nothing to do with the repeated hour at their edges.
    const hours = compileHours({ allow: [{ from: '04:15', to: '22:45' }] })
    fc.assert(fc.property(zonedInstant, ([zone, start]) => {
      const instant = Math.floor(start / MINUTE) * MINUTE
      hours.ask(zoneTable(zone) as NonNullable<ReturnType<typeof zoneTable>>, instant, answer)
      const { state, until } = answer
      const open = (when: Instant): boolean => {
        const { minute } = wallMinutes(zone, when)
        return minute >= 255 && minute < 1365
      }
      if (repeatsAtAnEdge(zone, instant)) return true
      for (let when = instant; when < Math.min(until, instant + 30 * HOUR); when += 15 * MINUTE) if (open(when) !== (state === 'open')) return false
      return until - instant > 30 * HOUR || (open(until) !== (state === 'open') && open(until - 1) === (state === 'open'))
    }), { numRuns: 1_500 })
  }, PATIENCE)

  it('begin each local day where the first instant with its date is', () => {
    fc.assert(fc.property(zonedInstant, ([zone, instant]) => {
      const table = zoneTable(zone) as NonNullable<ReturnType<typeof zoneTable>>
      const start = table.startOfDay(table.dayAt(instant))
      const oracle = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).startOfDay().epochMilliseconds
      return start === oracle
    }), { numRuns: 5_000 })
  }, PATIENCE)
})

/** Within two days of a repeated hour that holds 04:15 or 22:45, where the stricter reading differs from the plain wall clock. */
function repeatsAtAnEdge(zone: string, instant: Instant): boolean {
  return (transitions.get(zone) as Instant[]).some((change) => {
    if (Math.abs(change - instant) > 3 * DAY) return false
    const before = DateTime.fromMillis(change - 1, { zone })
    const after = DateTime.fromMillis(change, { zone })
    if (after.offset >= before.offset) return false
    const [from, to] = [after.hour * 60 + after.minute, before.hour * 60 + before.minute + 1]
    return [255, 1365].some((edge) => (edge > from && edge < to) || (to < from && (edge > from || edge < to)))
  })
}
