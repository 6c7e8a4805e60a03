import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileHours, type HoursAnswer } from '../../src/decide/weekly-hours.ts'
import { zoneTable, type ZoneTable } from '../../src/decide/zone-table.ts'
import { DAY, HOUR, MINUTE, type Instant } from '../../src/model/time.ts'
import { allStatedZoneNames } from '../../src/model/zones/zone-names.ts'
import { ZONE_DATA_VERSION } from '../../src/model/zones/zone-data.ts'
import { CHANGED_IN, changedSince, changesByRule, RULES_EDITION, startOfDayOf, wallOf } from './zone-oracle.ts'

/** A busy machine may take its time over all zones of the world. */
const PATIENCE = 300_000
const ZONES = allStatedZoneNames()
const FROM = Date.UTC(2025, 0, 1)
const TO = Date.UTC(2029, 0, 1)

/** Every change of offset of a zone from 2025 to 2028, worked out from the rules by an independent implementation; for places changed since, by the wall clock's. */
const BEYOND_THE_RULES = changedSince(RULES_EDITION)
function transitionsOf(zone: string): Instant[] {
  if (!BEYOND_THE_RULES.has(zone))
    return changesByRule(zone, 2025, 2028)
      .slice(1)
      .map(({ at }) => at)
  const found: Instant[] = []
  for (let at = FROM; at < TO; at += HOUR / 2)
    if (wallOf(zone, at).offset !== wallOf(zone, at - HOUR / 2).offset) found.push(at)
  return found
}
const transitions = new Map(ZONES.map((zone) => [zone, transitionsOf(zone)]))
const changing = ZONES.filter((zone) => (transitions.get(zone) as Instant[]).length > 0)

/** A zone and an instant, most often within two days of a change of clocks. */
const zonedInstant = fc.constantFrom(...changing).chain((zone) =>
  fc.tuple(
    fc.constant(zone),
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc
          .tuple(fc.constantFrom(...(transitions.get(zone) as Instant[])), fc.integer({ min: -2 * DAY, max: 2 * DAY }))
          .map(([change, off]) => change + off),
      },
      { weight: 1, arbitrary: fc.integer({ min: FROM, max: TO }) },
    ),
  ),
)

function tableOf(zone: string): ZoneTable {
  const table = zoneTable(zone)
  if (table === null) throw new Error(`no table for ${zone}`)
  return table
}

/** `GMT-07:30` → milliseconds; `GMT` alone is none. */
function offsetIn(format: Intl.DateTimeFormat, at: Instant): number {
  const text = format.formatToParts(at).find((part) => part.type === 'timeZoneName')?.value ?? ''
  const [, sign, hours, minutes] = /^GMT(?:([+-])(\d\d):(\d\d))?$/.exec(text) ?? []
  return sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * HOUR + Number(minutes) * MINUTE)
}

const answer: HoursAnswer = { state: 'open', until: 0 }

describe('contact hours in every zone of the world', () => {
  it(
    'know every change of offset that the rules make, to the second, and no other',
    () => {
      for (const zone of ZONES.filter((name) => !BEYOND_THE_RULES.has(name))) {
        const table = tableOf(zone)
        const byRule = changesByRule(zone, 2025, 2028)
        byRule.forEach(({ at, offset }, i) => {
          const before = byRule[i - 1]
          if (before !== undefined)
            expect([zone, at - 1000, table.at(at - 1000).offset]).toEqual([zone, at - 1000, before.offset])
          for (const instant of [at, at + 1000, at + DAY])
            expect([zone, instant, table.at(instant).offset]).toEqual([zone, instant, offset])
        })
        const known = new Set(byRule.map(({ at }) => at))
        for (let at = FROM; at < TO;) {
          const stretch = table.at(at)
          if (stretch.end < TO && table.at(stretch.end).offset !== stretch.offset)
            expect([zone, known.has(stretch.end)]).toEqual([zone, true])
          at = stretch.end
        }
      }
    },
    PATIENCE,
  )

  it(
    'follow the same rules beyond the years that the data lists',
    () => {
      for (const zone of [
        'Europe/London',
        'America/New_York',
        'Australia/Lord_Howe',
        'America/Santiago',
        'Africa/Cairo',
        'Antarctica/Troll',
        'Asia/Shanghai',
        'America/Vancouver',
      ]) {
        for (const year of [2040, 2498, 2600]) {
          for (const { at, offset } of changesByRule(zone, year, year + 3)) {
            expect([zone, at, tableOf(zone).at(at).offset]).toEqual([zone, at, offset])
          }
        }
        const [january, july] = [Date.UTC(9999, 0, 15), Date.UTC(9999, 6, 15)].map((at) => tableOf(zone).at(at).offset)
        expect([zone, january, july]).toEqual([
          zone,
          tableOf(zone).at(Date.UTC(2040, 0, 15)).offset,
          tableOf(zone).at(Date.UTC(2040, 6, 15)).offset,
        ])
      }
    },
    PATIENCE,
  )

  it(
    'agree with the runtime’s own data wherever no later edition changed the clocks, and nowhere else',
    () => {
      const edition = process.versions.tz ?? ''
      const changed = changedSince(edition)
      const instants = [...new Set(changing.flatMap((zone) => transitions.get(zone) as Instant[]))].flatMap((at) => [
        at - MINUTE,
        at,
      ])
      const known = new Set(Intl.supportedValuesOf('timeZone'))
      const asked = ZONES.filter((zone) => known.has(zone))
      expect(asked.length).toBeGreaterThan(350)
      const different = asked.filter((zone) => {
        const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
        return instants.some((at) => tableOf(zone).at(at).offset !== offsetIn(format, at))
      })
      expect([edition, different]).toEqual([edition, asked.filter((zone) => changed.has(zone))])
    },
    PATIENCE,
  )

  it('have their oracles told what the edition in force changed', () => {
    expect(Object.keys(CHANGED_IN).at(-1)).toBe(ZONE_DATA_VERSION)
  })

  it(
    'are open exactly when the wall clock of an independent oracle says so',
    () => {
      const hours = compileHours({
        allow: [
          { days: [1, 2, 3, 4, 5], from: '07:30', to: '21:00' },
          { days: [6, 7], from: '09:00', to: '21:00' },
        ],
      })
      fc.assert(
        fc.property(zonedInstant, ([zone, instant]) => {
          hours.ask(tableOf(zone), instant, answer)
          const { minute, weekday } = wallOf(zone, instant)
          return (answer.state === 'open') === (minute >= (weekday <= 5 ? 450 : 540) && minute < 1260)
        }),
        { numRuns: 15_000 },
      )
    },
    PATIENCE,
  )

  it(
    'name the first instant at which the answer changes, minute by minute',
    () => {
      // Night hours, so that the change of clocks falls among them; nothing to do with the repeated hour at their edges.
      const hours = compileHours({ allow: [{ from: '04:15', to: '22:45' }] })
      fc.assert(
        fc.property(zonedInstant, ([zone, start]) => {
          const instant = Math.floor(start / MINUTE) * MINUTE
          hours.ask(tableOf(zone), instant, answer)
          const { state, until } = answer
          const open = (when: Instant): boolean => {
            const { minute } = wallOf(zone, when)
            return minute >= 255 && minute < 1365
          }
          if (repeatsAtAnEdge(zone, instant)) return true
          for (let when = instant; when < Math.min(until, instant + 30 * HOUR); when += 15 * MINUTE)
            if (open(when) !== (state === 'open')) return false
          return (
            until - instant > 30 * HOUR ||
            (open(until) !== (state === 'open') && open(until - 1) === (state === 'open'))
          )
        }),
        { numRuns: 1_500 },
      )
    },
    PATIENCE,
  )

  it(
    'begin each local day where the first instant with its date is',
    () => {
      fc.assert(
        fc.property(zonedInstant, ([zone, instant]) => {
          const table = tableOf(zone)
          return table.startOfDay(table.dayAt(instant)) === startOfDayOf(zone, instant)
        }),
        { numRuns: 2_000 },
      )
    },
    PATIENCE,
  )
})

/** Within two days of a repeated hour that holds 04:15 or 22:45, where the stricter reading differs from the plain wall clock. */
function repeatsAtAnEdge(zone: string, instant: Instant): boolean {
  return (transitions.get(zone) as Instant[]).some((change) => {
    if (Math.abs(change - instant) > 3 * DAY) return false
    const [before, after] = [wallOf(zone, change - 1), wallOf(zone, change)]
    if (after.offset >= before.offset) return false
    const [from, to] = [after.minute, before.minute + 1]
    return [255, 1365].some((edge) => (edge > from && edge < to) || (to < from && (edge > from || edge < to)))
  })
}
