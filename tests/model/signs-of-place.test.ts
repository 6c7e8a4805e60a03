import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { COUNTRY_ZONES, SUBDIVISION_ZONES } from '../../src/model/places/country-zones.ts'
import { zonesOf } from '../../src/model/places/jurisdiction.ts'
import { boundSigns, EARLIER_PLACES } from '../../src/model/places/signs-of-place.ts'

const places = [...Object.keys(COUNTRY_ZONES), ...Object.keys(SUBDIVISION_ZONES)]
const zones = Object.values(COUNTRY_ZONES).flat()
const sign = fc.record({
  kind: fc.constantFrom('postal-address', 'device', 'earlier-address'),
  jurisdiction: fc.option(fc.constantFrom(...places)),
  timeZone: fc.option(fc.constantFrom(...zones)),
  at: fc.nat(1_000_000),
})
type Sign = { kind: string; jurisdiction: string | null; timeZone: string | null; at: number }

/** Every zone that a sign may stand for. */
const zonesHeld = (signs: readonly Sign[]): Set<string> =>
  new Set(
    signs.flatMap(({ jurisdiction, timeZone }) => [
      ...(timeZone === null ? [] : [timeZone]),
      ...(jurisdiction === null ? [] : zonesOf(jurisdiction)),
    ]),
  )

describe('signs of place of one person', () => {
  it('are kept as they are while they are few', () => {
    const few: Sign[] = [
      { kind: 'device', jurisdiction: 'US-NY', timeZone: null, at: 2 },
      { kind: 'device', jurisdiction: 'US-CA', timeZone: null, at: 1 },
    ]
    expect(boundSigns(few)).toEqual(few)
  })

  it('that differ in their dates alone are one, the latest', () => {
    const same = (at: number): Sign => ({ kind: 'device', jurisdiction: 'US-NY', timeZone: null, at })
    expect(boundSigns([same(1), same(3), same(2)])).toEqual([same(3)])
  })

  it('are bounded however many come, lose no zone, and keep the latest', () => {
    fc.assert(
      fc.property(fc.array(sign, { minLength: 40, maxLength: 400 }), (signs) => {
        const kept = boundSigns(signs)
        expect(kept.length).toBeLessThanOrEqual(50 + Object.keys(COUNTRY_ZONES).length)
        const [before, after] = [zonesHeld(signs), zonesHeld(kept)]
        expect([...before].filter((zone) => !after.has(zone))).toEqual([])
        const latest = Math.max(...signs.map(({ at }) => at))
        expect(kept.some(({ at }) => at === latest)).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  it('that come year by year grow no further', () => {
    let kept: Sign[] = []
    for (let n = 0; n < 1_000; n++)
      kept = boundSigns([
        ...kept,
        { kind: 'earlier-address', jurisdiction: places[(n * 7) % places.length] as string, timeZone: null, at: n },
      ])
    expect(kept.length).toBeLessThanOrEqual(50 + Object.keys(COUNTRY_ZONES).length)
    expect(
      kept.filter(({ kind }) => kind === EARLIER_PLACES).every(({ jurisdiction }) => jurisdiction?.length === 2),
    ).toBe(true)
  })
})
