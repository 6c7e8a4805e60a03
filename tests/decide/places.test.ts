import { describe, expect, it } from 'vitest'
import { compilePack } from '../../src/decide/compile-pack.ts'
import type { CompiledPack } from '../../src/decide/compiled-pack.ts'
import { decide } from '../../src/decide/decide.ts'
import { parseDecideCase } from '../../src/intake/decide-case.ts'
import { zonesOf, zonesOfCountry } from '../../src/model/places/zones-of.ts'
import { SUBDIVISION_ZONES } from '../../src/model/places/subdivision-zones.ts'
import { COUNTRY_ZONES } from '../../src/model/places/country-zones.ts'
import { at, DAYTIME, decided, factsWith, packOf } from './case-of.ts'

const ID = 'r'
/** Candidate zones of a case with this recipient and phone number. */
function zones(recipient: Record<string, unknown>, address?: Record<string, unknown>): string[] {
  const parsed = parseDecideCase({
    now: '2026-11-23T18:00:00Z', reminder: { channel: 'phone' }, recipient: { id: ID, ...recipient }, account: { id: 'a', role: 'collector' }, ...(address === undefined ? {} : { address }),
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
  return decide(parsed.case.facts, [], at('2026-11-23T18:00:00Z')).candidateZones
}
const postal = (jurisdiction: string) => ({ locationEvidence: [{ kind: 'postal-address', jurisdiction, at: '2026-10-01T00:00:00Z' }] })

describe('where a person may be', () => {
  it('is every place that anything points to, in the order stated, jurisdiction, evidence, phone', () => {
    expect(zones({ jurisdiction: 'US-NY', ...postal('US-CA') }, { value: '+13125550123' })).toEqual(['America/New_York', 'America/Los_Angeles', 'America/Chicago'])
    expect(zones({ timeZone: 'Europe/Paris', jurisdiction: 'US-NY' })).toEqual(['Europe/Paris', 'America/New_York'])
  })

  it('includes all zones of a state that keeps several', () => {
    expect(zones({ jurisdiction: 'US-TN' })).toEqual(['America/Chicago', 'America/New_York'])
  })

  it('is the whole country when the country alone is known', () => {
    expect(zones({ jurisdiction: 'US' })).toHaveLength(29)
    expect(zones({ jurisdiction: 'AU' })).toContain('Australia/Perth')
    expect(zones({ jurisdiction: 'CN' })).toEqual(['Asia/Shanghai'])
  })

  it('is narrowed within a country that is all we know by a zone that the person states', () => {
    expect(zones({ jurisdiction: 'US', timeZone: 'America/Denver' })).toEqual(['America/Denver'])
  })

  it('is never narrowed below a known state by a stated zone, which may be a neighbour’s custom', () => {
    expect(zones({ jurisdiction: 'US-GA', timeZone: 'America/Chicago' })).toEqual(['America/Chicago', 'America/New_York'])
  })

  it('is the whole country for a mobile or unknown number that is all we know, and the area for a landline', () => {
    expect(zones({}, { value: '+12125550123', kind: 'mobile' })).toHaveLength(29)
    expect(zones({}, { value: '+12125550123' })).toHaveLength(29)
    expect(zones({}, { value: '+12125550123', kind: 'landline' })).toEqual(['America/New_York'])
    expect(zones({}, { value: '+8613800138000' })).toEqual(['Asia/Shanghai'])
  })

  it('takes a number’s area code as one more place beside other evidence', () => {
    expect(zones({ jurisdiction: 'US-CA' }, { value: '+12125550123', kind: 'mobile' })).toEqual(['America/Los_Angeles', 'America/New_York'])
  })

  it('adds the country of a foreign number', () => {
    expect(zones({ jurisdiction: 'US-CA' }, { value: '+447400123456' })).toEqual(['America/Los_Angeles', 'Europe/London'])
  })

  it('knows territories that have a time of their own', () => {
    expect(zones({ jurisdiction: 'US-PR' })).toEqual(['America/Puerto_Rico'])
    expect(zones({ jurisdiction: 'CN-HK' })).toEqual(['Asia/Hong_Kong'])
    expect(zonesOfCountry('US')).not.toContain('America/Puerto_Rico')
  })

  it('has all zones of the country for a subdivision that the tables do not know', () => {
    expect(zonesOf('RU-MOW')).toEqual(zonesOfCountry('RU'))
  })

  it('names only zones of the same country for every subdivision', () => {
    for (const [place, found] of Object.entries(SUBDIVISION_ZONES)) expect([place, found.filter((zone) => !COUNTRY_ZONES[place.slice(0, 2)]?.includes(zone))]).toEqual([place, []])
  })

  it('refuses when nothing at all is known', () => {
    expect(decided(factsWith({ recipient: { jurisdiction: null } }), [packOf(DAYTIME)], '2026-11-23T18:00:00Z')).toEqual({ verdict: 'refuse', until: null, codes: ['location_unknown'] })
  })

  it('refuses when something is said that cannot be placed', () => {
    expect(decided(factsWith({ recipient: { jurisdiction: 'US-NY', timeZone: 'Moon/Tranquility' } }), [packOf(DAYTIME)], '2026-11-23T18:00:00Z').codes).toEqual(['location_unknown'])
  })
})

describe('whose law applies', () => {
  const inState = (place: string) => packOf({ shape: 'route', because: 'a test', when: { jurisdictions: [place] } })
  const moved = factsWith({ recipient: { jurisdiction: 'US-NY', locationEvidence: [{ kind: 'postal-address', jurisdiction: 'US-MA', timeZone: null, at: 0 }] } })

  it('is the law of the old and the new home, until the move is confirmed', () => {
    expect(decided(moved, [inState('US-NY')], '2026-11-23T18:00:00Z').codes).toEqual(['route_not_eligible'])
    expect(decided(moved, [inState('US-MA')], '2026-11-23T18:00:00Z').codes).toEqual(['route_not_eligible'])
    expect(decided(moved, [inState('US-CA')], '2026-11-23T18:00:00Z').verdict).toBe('send')
  })

  it('is that of the city and of everything above it', () => {
    const city = factsWith({ recipient: { jurisdiction: 'US-NY-NYC' } })
    for (const place of ['US-NY-NYC', 'US-NY', 'US']) expect(decided(city, [inState(place)], '2026-11-23T18:00:00Z').verdict).toBe('refuse')
    expect(decided(factsWith(), [inState('US-NY-NYC')], '2026-11-23T18:00:00Z').verdict).toBe('send')
  })
})

describe('which of the places a pack reads (S5)', () => {
  /** Florida's hours under a location mode, asked of a call to this number at this instant. */
  const asked = (location: Record<string, unknown> | undefined, recipient: Record<string, unknown>, address: Record<string, unknown> | null, now: string) => {
    const compiled = packOf(DAYTIME)
    const pack = compilePack({ ...compiled.pack, applies: { jurisdictions: ['US-FL'] }, location: location as CompiledPack['pack']['location'] })
    const parsed = parseDecideCase({ now, reminder: { channel: 'phone' }, recipient: { id: ID, ...recipient }, account: { id: 'a', role: 'collector' }, ...(address === null ? {} : { address }) })
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
    return decided(parsed.case.facts, [pack], now)
  }
  const MIAMI = { value: '+13055550123', kind: 'mobile' }
  const AT_EIGHT_IN_MIAMI = '2026-11-23T13:00:00Z'
  const ALL = { mode: 'all-candidates' }
  const PRESUME = { mode: 'presume-area-code' }

  it.each([
    ['all candidates, by default', undefined, { jurisdiction: 'US-FL' }, MIAMI, 'defer', '2026-11-23T14:00:00Z'],
    ['all candidates', ALL, { jurisdiction: 'US-FL' }, MIAMI, 'defer', '2026-11-23T14:00:00Z'],
    ['the area code, where nothing says otherwise', PRESUME, { jurisdiction: 'US-FL' }, MIAMI, 'send', '2026-11-24T02:00:00Z'],
    ['without a number there is no area code to presume', PRESUME, { jurisdiction: 'US-FL' }, null, 'defer', '2026-11-23T14:00:00Z'],
    ['a number of another state presumes nothing', PRESUME, { jurisdiction: 'US-FL' }, { value: '+12125550123' }, 'defer', '2026-11-23T14:00:00Z'],
    ['the panhandle’s code is that of two zones', PRESUME, { jurisdiction: 'US-FL' }, { value: '+18505550123' }, 'defer', '2026-11-23T14:00:00Z'],
    ['another address that says otherwise', PRESUME, { jurisdiction: 'US-FL', ...postal('US-CA') }, MIAMI, 'defer', '2026-11-23T16:00:00Z'],
    ['a stated zone of the state narrows a pack that asks for one sign', { mode: 'single' }, { jurisdiction: 'US-FL', timeZone: 'America/New_York' }, null, 'send', '2026-11-24T02:00:00Z'],
    ['and one that asks for all', ALL, { jurisdiction: 'US-FL', timeZone: 'America/New_York' }, null, 'send', '2026-11-24T02:00:00Z'],
    ['nor against a sign that disagrees', { mode: 'single' }, { jurisdiction: 'US-FL', timeZone: 'America/New_York', ...postal('US-TX') }, null, 'defer', '2026-11-23T15:00:00Z'],
    ['the sign ranked first decides', { mode: 'single', ranking: ['jurisdiction', 'stated-zone'] }, { jurisdiction: 'US-FL', timeZone: 'America/Phoenix' }, null, 'defer', '2026-11-23T15:00:00Z'],
    ['a mobile’s area code with its country alone is no one place', { mode: 'single', ranking: ['area-code'] }, { jurisdiction: 'US' }, MIAMI, 'defer', '2026-11-23T18:00:00Z'],
  ] as const)('%s', (_name, location, recipient, address, verdict, until) => {
    expect(asked(location, recipient, address, AT_EIGHT_IN_MIAMI)).toMatchObject({ verdict, until })
  })

  it('a Florida number brings Florida’s law to whoever lives elsewhere, by presumption alone', () => {
    const night = '2026-11-24T03:00:00Z'
    expect(asked(ALL, { jurisdiction: 'US-HI' }, MIAMI, night)).toEqual({ verdict: 'send', until: null, codes: [] })
    expect(asked(PRESUME, { jurisdiction: 'US-HI' }, MIAMI, night)).toEqual({ verdict: 'defer', until: '2026-11-24T18:00:00Z', codes: ['outside_contact_window'] })
  })
})
