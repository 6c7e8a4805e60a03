import { describe, expect, it } from 'vitest'
import { compilePack } from '../../src/decide/compile-pack.ts'
import { decide } from '../../src/decide/decide.ts'
import type { CompiledPack } from '../../src/decide/packs.ts'
import { parseDecideCase } from '../../src/intake/decide-case.ts'
import { COUNTRY_ZONES, SUBDIVISION_ZONES } from '../../src/model/places/country-zones.ts'
import { zonesOf, zonesOfCountry } from '../../src/model/places/jurisdiction.ts'
import { at, DAYTIME, decided, factsWith, packOf } from './case-of.ts'
import { compiledPacks } from './packs.ts'

const ID = 'r'
/** Candidate zones of a case with this recipient and phone number. */
function zones(recipient: Record<string, unknown>, address?: Record<string, unknown>): string[] {
  const parsed = parseDecideCase({
    now: '2026-11-23T18:00:00Z',
    reminder: { channel: 'phone' },
    recipient: { id: ID, ...recipient },
    account: { id: 'a', role: 'collector' },
    ...(address === undefined ? {} : { address }),
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
  return decide(parsed.case.facts, [], at('2026-11-23T18:00:00Z')).candidateZones
}
const postal = (jurisdiction: string) => ({
  locationEvidence: [{ kind: 'postal-address', jurisdiction, at: '2026-10-01T00:00:00Z' }],
})

describe('where a person may be', () => {
  it('is every place that anything points to, in the order stated, jurisdiction, evidence, phone', () => {
    expect(zones({ jurisdiction: 'US-NY', ...postal('US-CA') }, { value: '+13125550123' })).toEqual([
      'America/New_York',
      'America/Los_Angeles',
      'America/Chicago',
    ])
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
    expect(zones({ jurisdiction: 'US-GA', timeZone: 'America/Chicago' })).toEqual([
      'America/Chicago',
      'America/New_York',
    ])
  })

  it('is the whole country for a mobile or unknown number that is all we know, and the area for a landline', () => {
    expect(zones({}, { value: '+12125550123', kind: 'mobile' })).toHaveLength(29)
    expect(zones({}, { value: '+12125550123' })).toHaveLength(29)
    expect(zones({}, { value: '+12125550123', kind: 'landline' })).toEqual(['America/New_York'])
    expect(zones({}, { value: '+8613800138000' })).toEqual(['Asia/Shanghai'])
  })

  it('takes a number’s area code as one more place beside other evidence', () => {
    expect(zones({ jurisdiction: 'US-CA' }, { value: '+12125550123', kind: 'mobile' })).toEqual([
      'America/Los_Angeles',
      'America/New_York',
    ])
  })

  it('adds the country of a foreign number', () => {
    expect(zones({ jurisdiction: 'US-CA' }, { value: '+447400123456' })).toEqual([
      'America/Los_Angeles',
      'Europe/London',
    ])
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
    for (const [place, found] of Object.entries(SUBDIVISION_ZONES))
      expect([place, found.filter((zone) => !COUNTRY_ZONES[place.slice(0, 2)]?.includes(zone))]).toEqual([place, []])
  })

  it('refuses when nothing at all is known', () => {
    expect(
      decided(factsWith({ recipient: { jurisdiction: null } }), [packOf(DAYTIME)], '2026-11-23T18:00:00Z'),
    ).toEqual({ verdict: 'refuse', until: null, codes: ['location_unknown'] })
  })

  it('refuses when something is said that cannot be placed', () => {
    expect(
      decided(
        factsWith({ recipient: { jurisdiction: 'US-NY', timeZone: 'Moon/Tranquility' } }),
        [packOf(DAYTIME)],
        '2026-11-23T18:00:00Z',
      ).codes,
    ).toEqual(['location_unknown'])
  })
})

describe('whose law applies', () => {
  const inState = (place: string) => packOf({ shape: 'route', because: 'a test', when: { jurisdictions: [place] } })
  const moved = factsWith({
    recipient: {
      jurisdiction: 'US-NY',
      locationEvidence: [{ kind: 'postal-address', jurisdiction: 'US-MA', timeZone: null, at: 0 }],
    },
  })

  it('is the law of the old and the new home, until the move is confirmed', () => {
    expect(decided(moved, [inState('US-NY')], '2026-11-23T18:00:00Z').codes).toEqual(['route_not_eligible'])
    expect(decided(moved, [inState('US-MA')], '2026-11-23T18:00:00Z').codes).toEqual(['route_not_eligible'])
    expect(decided(moved, [inState('US-CA')], '2026-11-23T18:00:00Z').verdict).toBe('send')
  })

  it('is that of the city and of everything above it', () => {
    const city = factsWith({ recipient: { jurisdiction: 'US-NY-NYC' } })
    for (const place of ['US-NY-NYC', 'US-NY', 'US'])
      expect(decided(city, [inState(place)], '2026-11-23T18:00:00Z').verdict).toBe('refuse')
    expect(decided(factsWith(), [inState('US-NY-NYC')], '2026-11-23T18:00:00Z').verdict).toBe('send')
  })
})

describe('which of the places a pack reads (S5)', () => {
  /** Florida's hours under a location mode, asked of a call to this number at this instant. */
  const asked = (
    location: Record<string, unknown> | undefined,
    recipient: Record<string, unknown>,
    address: Record<string, unknown> | null,
    now: string,
  ) => {
    const compiled = packOf(DAYTIME)
    const pack = compilePack({
      ...compiled.pack,
      applies: { jurisdictions: ['US-FL'] },
      location: location as CompiledPack['pack']['location'],
    })
    const parsed = parseDecideCase({
      now,
      reminder: { channel: 'phone' },
      recipient: { id: ID, ...recipient },
      account: { id: 'a', role: 'collector' },
      ...(address === null ? {} : { address }),
    })
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
    [
      'the area code, where nothing says otherwise',
      PRESUME,
      { jurisdiction: 'US-FL' },
      MIAMI,
      'send',
      '2026-11-24T02:00:00Z',
    ],
    [
      'without a number there is no area code to presume',
      PRESUME,
      { jurisdiction: 'US-FL' },
      null,
      'defer',
      '2026-11-23T14:00:00Z',
    ],
    [
      'a number of another state presumes nothing',
      PRESUME,
      { jurisdiction: 'US-FL' },
      { value: '+12125550123' },
      'defer',
      '2026-11-23T14:00:00Z',
    ],
    [
      'the panhandle’s code is that of two zones',
      PRESUME,
      { jurisdiction: 'US-FL' },
      { value: '+18505550123' },
      'defer',
      '2026-11-23T14:00:00Z',
    ],
    [
      'another address that says otherwise',
      PRESUME,
      { jurisdiction: 'US-FL', ...postal('US-CA') },
      MIAMI,
      'defer',
      '2026-11-23T16:00:00Z',
    ],
    [
      'a stated zone of the state narrows a pack that asks for one sign',
      { mode: 'single' },
      { jurisdiction: 'US-FL', timeZone: 'America/New_York' },
      null,
      'send',
      '2026-11-24T02:00:00Z',
    ],
    [
      'and one that asks for all',
      ALL,
      { jurisdiction: 'US-FL', timeZone: 'America/New_York' },
      null,
      'send',
      '2026-11-24T02:00:00Z',
    ],
    [
      'nor against a sign that disagrees',
      { mode: 'single' },
      { jurisdiction: 'US-FL', timeZone: 'America/New_York', ...postal('US-TX') },
      null,
      'defer',
      '2026-11-23T15:00:00Z',
    ],
    [
      'the sign ranked first decides',
      { mode: 'single', ranking: ['jurisdiction', 'stated-zone'] },
      { jurisdiction: 'US-FL', timeZone: 'America/Phoenix' },
      null,
      'defer',
      '2026-11-23T15:00:00Z',
    ],
    [
      'a mobile’s area code with its country alone is no one place',
      { mode: 'single', ranking: ['area-code'] },
      { jurisdiction: 'US' },
      MIAMI,
      'defer',
      '2026-11-23T18:00:00Z',
    ],
  ] as const)('%s', (_name, location, recipient, address, verdict, until) => {
    expect(asked(location, recipient, address, AT_EIGHT_IN_MIAMI)).toMatchObject({ verdict, until })
  })

  it('a Florida number brings Florida’s law to whoever lives elsewhere, by presumption alone', () => {
    const night = '2026-11-24T03:00:00Z'
    expect(asked(ALL, { jurisdiction: 'US-HI' }, MIAMI, night)).toEqual({ verdict: 'send', until: null, codes: [] })
    expect(asked(PRESUME, { jurisdiction: 'US-HI' }, MIAMI, night)).toEqual({
      verdict: 'defer',
      until: '2026-11-24T18:00:00Z',
      codes: ['outside_contact_window'],
    })
  })
})

describe('a stated zone', () => {
  const candidatesOf = (
    jurisdiction: string | null,
    timeZone: string | null,
    evidence: Record<string, unknown>[] = [],
  ) =>
    zones({
      jurisdiction,
      timeZone,
      locationEvidence: evidence.map((sign) => ({ kind: 'stated', at: '2026-10-01T00:00:00Z', ...sign })),
    })

  it.each<[string, string | null, string | null, Record<string, unknown>[], string[]]>([
    ['stands for the state that it lies in', 'CA-ON', 'America/Toronto', [], ['America/Toronto']],
    ['in Australia too', 'AU-SA', 'Australia/Adelaide', [], ['Australia/Adelaide']],
    ['and leaves Broken Hill and Lord Howe out', 'AU-NSW', 'Australia/Sydney', [], ['Australia/Sydney']],
    ['by an older name as well', 'CA-ON', 'America/Montreal', [], ['America/Toronto']],
    [
      'adds to a state that it does not lie in',
      'US-GA',
      'America/Chicago',
      [],
      ['America/Chicago', 'America/New_York'],
    ],
    [
      'stands for the same place in another sign that names no zone',
      'US-FL',
      'America/New_York',
      [{ jurisdiction: 'US-FL' }],
      ['America/New_York'],
    ],
    [
      'but not for another state that has that zone too',
      'US-FL',
      'America/New_York',
      [{ jurisdiction: 'US-TN' }],
      ['America/New_York', 'America/Chicago'],
    ],
    [
      'of one sign stands for that sign’s own place',
      null,
      null,
      [{ jurisdiction: 'US-FL', timeZone: 'America/New_York' }],
      ['America/New_York'],
    ],
    [
      'and not for what the person states',
      'US-FL',
      null,
      [{ timeZone: 'America/New_York' }],
      ['America/New_York', 'America/Chicago'],
    ],
    ['narrows a country of which nothing else is known', 'US', 'America/Denver', [], ['America/Denver']],
    [
      'leaves what else is known',
      'CA-ON',
      'America/Toronto',
      [{ jurisdiction: 'JP' }],
      ['America/Toronto', 'Asia/Tokyo'],
    ],
    [
      'and another zone that is stated',
      'CA-ON',
      'America/Toronto',
      [{ timeZone: 'America/Winnipeg' }],
      ['America/Toronto', 'America/Winnipeg'],
    ],
  ])('%s', (_name, jurisdiction, timeZone, evidence, expected) => {
    expect(candidatesOf(jurisdiction, timeZone, evidence).sort()).toEqual([...expected].sort())
  })

  it('leaves the area of a landline', () => {
    expect(
      zones({ jurisdiction: 'US-FL', timeZone: 'America/New_York' }, { value: '+13125550123', kind: 'landline' }),
    ).toEqual(['America/New_York', 'America/Chicago'])
  })
})

describe('a territory of the United States', () => {
  it.each(['PR', 'GU', 'VI', 'AS', 'MP'])(
    '%s is within the United States by law, under either name, and keeps its own time',
    (code) => {
      const federal = packOf({ shape: 'route', because: 'a test', when: { jurisdictions: ['US'] } })
      const local = packOf({ shape: 'route', because: 'a test', when: { jurisdictions: [code] } })
      for (const jurisdiction of [code, `US-${code}`]) {
        expect(zones({ jurisdiction })).toEqual(zonesOfCountry(code))
        for (const pack of [federal, local])
          expect(decided(factsWith({ recipient: { jurisdiction } }), [pack], '2026-11-23T18:00:00Z').codes).toEqual([
            'route_not_eligible',
          ])
      }
    },
  )

  it('is where its numbers are, by law and by time', () => {
    expect(zones({}, { value: '+17875550123' })).toEqual(['America/Puerto_Rico'])
  })

  it('does not make an unknown place in the United States a known one', () => {
    expect(zones({ jurisdiction: 'US', ...postal('PR') })).toHaveLength(30)
  })
})

describe('a place across the sea that a state also lists among its own', () => {
  it.each([
    ['FR-974', 'RE', ['Indian/Reunion']],
    ['FR-RE', 'RE', ['Indian/Reunion']],
    ['FR-971', 'GP', ['America/Guadeloupe']],
    ['FR-972', 'MQ', ['America/Martinique']],
    ['FR-973', 'GF', ['America/Cayenne']],
    ['FR-976', 'YT', ['Indian/Mayotte']],
    ['FR-PF', 'PF', ['Pacific/Tahiti', 'Pacific/Marquesas', 'Pacific/Gambier']],
    ['FR-NC', 'NC', ['Pacific/Noumea']],
    ['FR-PM', 'PM', ['America/Miquelon']],
    ['NL-AW', 'AW', ['America/Aruba']],
    ['NL-BQ1', 'BQ', ['America/Kralendijk']],
    ['FI-01', 'AX', ['Europe/Mariehamn']],
    ['NO-21', 'SJ', ['Arctic/Longyearbyen']],
  ])('%s is %s, and keeps its own time', (subdivision, code, expected) => {
    for (const jurisdiction of [subdivision, code]) expect(zones({ jurisdiction })).toEqual(expected)
  })

  it.each(['RE', 'GP', 'MQ', 'GF', 'YT', 'MF', 'FR-RE', 'FR-974', 'AX', 'FI-01'])(
    '%s is under the law of the European Union',
    (jurisdiction) => {
      const union = packOf({ shape: 'route', because: 'a test', when: { jurisdictions: ['FR', 'FI'] } })
      expect(decided(factsWith({ recipient: { jurisdiction } }), [union], '2026-11-23T18:00:00Z').codes).toEqual([
        'route_not_eligible',
      ])
    },
  )

  it.each(['NC', 'FR-PF', 'NL-AW', 'HK'])('%s is under its own', (jurisdiction) => {
    const states = packOf({ shape: 'route', because: 'a test', when: { jurisdictions: ['FR', 'NL', 'CN'] } })
    expect(decided(factsWith({ recipient: { jurisdiction } }), [states], '2026-11-23T18:00:00Z').verdict).toBe('send')
  })
})

describe('where somebody lived before', () => {
  const moved = (jurisdiction: string | null, timeZone: string | null = null) => ({
    locationEvidence: [{ kind: 'earlier-address', jurisdiction, timeZone, at: '2026-10-01T00:00:00Z' }],
  })

  it('is a place more, and tells nothing of where they are now', () => {
    expect(zones({ jurisdiction: 'US', ...moved('US-NY') })).toHaveLength(29)
    expect(zones({ jurisdiction: 'US', ...moved(null, 'America/New_York') })).toHaveLength(29)
    expect(zones({ jurisdiction: 'CA', ...moved('CA-ON', 'America/Toronto') })).toEqual(
      expect.arrayContaining(['America/Vancouver', 'America/St_Johns']),
    )
    expect(zones({ jurisdiction: 'US-CA', ...moved('US-NY') })).toEqual(['America/Los_Angeles', 'America/New_York'])
    expect(zones({ jurisdiction: 'US-CA', ...moved('US') })).toEqual(['America/Los_Angeles'])
  })

  it('is every place of its country where several were put together, whatever is known of today', () => {
    const merged = { locationEvidence: [{ kind: 'earlier-places', jurisdiction: 'US', at: '2026-10-01T00:00:00Z' }] }
    expect(zones({ jurisdiction: 'US-CA', ...merged })).toHaveLength(29)
    expect(zones({ jurisdiction: 'US-CA', timeZone: 'America/Los_Angeles', ...merged })).toContain('Pacific/Honolulu')
  })

  it('leaves it unknown where they are when nothing else is known', () => {
    const facts = factsWith({
      reminder: { channel: 'email' },
      recipient: {
        jurisdiction: null,
        locationEvidence: [{ kind: 'earlier-address', jurisdiction: 'US-NY', timeZone: null, at: 0 }],
      },
    })
    expect(decided(facts, [], '2026-11-23T18:00:00Z').codes).toEqual(['location_unknown'])
  })

  it('does not make a number’s whole country its area alone', () => {
    expect(zones(moved('US-NY'), { value: '+13125550123', kind: 'mobile' })).toHaveLength(29)
  })

  it('does not let a pack presume one zone of a country', () => {
    const there = { channel: 'phone' as const }
    const { pack } = packOf(DAYTIME)
    const presuming = compilePack({
      ...pack,
      location: { mode: 'presume-area-code' },
      applies: { jurisdictions: ['US-FL'] },
    })
    const facts = factsWith({
      reminder: there,
      recipient: {
        jurisdiction: 'US',
        locationEvidence: [{ kind: 'earlier-address', jurisdiction: 'US-FL', timeZone: null, at: 0 }],
      },
      rest: {
        address: {
          id: 'n',
          kind: 'mobile',
          relation: 'self',
          country: 'US',
          zones: ['America/New_York'],
          subdivisions: ['US-FL'],
        },
      },
    })
    // 09:00 in New York, the middle of the night in Hawaii.
    expect(decided(facts, [presuming], '2026-11-23T14:00:00Z').verdict).toBe('defer')
  })
})

describe('a ZIP code', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    ['names the zone of a state that keeps two', { jurisdiction: 'US-FL', postcode: '33101' }, ['America/New_York']],
    ['in its other half', { jurisdiction: 'US-FL', postcode: '32501-1234' }, ['America/Chicago']],
    [
      'leaves both where its area lies in both',
      { jurisdiction: 'US-FL', postcode: '32401' },
      ['America/New_York', 'America/Chicago'],
    ],
    [
      'names the state where the country alone is stated',
      { jurisdiction: 'US', postcode: '60601' },
      ['America/Chicago'],
    ],
    [
      'never replaces a zone that is stated',
      { jurisdiction: 'US-FL', timeZone: 'America/New_York', postcode: '32501' },
      ['America/New_York', 'America/Chicago'],
    ],
    [
      'of another state is one place more',
      { jurisdiction: 'US-NY', postcode: '75201' },
      ['America/New_York', 'America/Chicago'],
    ],
    [
      'says nothing in another country',
      { jurisdiction: 'DE', postcode: '10117' },
      ['Europe/Berlin', 'Europe/Busingen'],
    ],
    ['may be that of Puerto Rico', { jurisdiction: 'US', postcode: '00901' }, ['America/Puerto_Rico']],
    [
      'is read without the zero that a spreadsheet took',
      { jurisdiction: 'US', postcode: '2134' },
      ['America/New_York'],
    ],
    ['and without it in nine digits', { jurisdiction: 'US', postcode: '21341234' }, ['America/New_York']],
    ['is read with its state before it', { jurisdiction: 'US-FL', postcode: 'FL 33101' }, ['America/New_York']],
    ['is read in wide digits', { jurisdiction: 'US-FL', postcode: '３３１０１' }, ['America/New_York']],
    ['and with any dash', { jurisdiction: 'US-FL', postcode: '33101–1234' }, ['America/New_York']],
  ])('%s', (_name, recipient, expected) => {
    expect(zones(recipient).sort()).toEqual([...expected].sort())
  })

  it.each<[string, Record<string, unknown>, string[]]>([
    [
      'names the zone of a province that keeps several',
      { jurisdiction: 'CA-ON', postcode: 'M5V 2T6' },
      ['America/Toronto'],
    ],
    ['without its space', { jurisdiction: 'CA-BC', postcode: 'v6b1a1' }, ['America/Vancouver']],
    ['by its first half', { jurisdiction: 'CA', postcode: 'H3A' }, ['America/Toronto']],
    ['names the province of Canada', { jurisdiction: 'CA', postcode: 'R3B 0T6' }, ['America/Winnipeg']],
    ['and the territory', { jurisdiction: 'CA', postcode: 'X1A 0A1' }, ['America/Inuvik', 'America/Edmonton']],
    ['leaves every zone where it may be in any', { jurisdiction: 'CA-ON', postcode: 'P9N 1A1' }, [...zonesOf('CA-ON')]],
    [
      'of another province is one place more',
      { jurisdiction: 'CA-ON', postcode: 'V6B 1A1' },
      [...zonesOf('CA-ON'), 'America/Vancouver'],
    ],
    [
      'is none with a letter that no province has',
      { jurisdiction: 'CA-MB', postcode: 'D1A 1A1' },
      ['America/Winnipeg'],
    ],
  ])('of Canada %s', (_name, recipient, expected) => {
    expect(zones(recipient).sort()).toEqual([...expected].sort())
  })

  it.each([
    ['10001', true],
    ['10301', true],
    ['10475', true],
    ['11201', true],
    ['11691', true],
    ['11001', true],
    ['11040', true],
    ['NY 10001', true],
    ['NY10001-1234', true],
    ['100011234', true],
    ['12207', false],
    ['11550', false],
    ['10701', false],
  ])('%s brings the rules of New York City: %s', (postcode, inCity) => {
    const city = packOf({ shape: 'route', because: 'a test', when: { jurisdictions: ['US-NY-NYC'] } })
    for (const recipient of [
      { id: ID, jurisdiction: 'US-NY', postcode },
      { id: ID, locationEvidence: [{ kind: 'postal-address', jurisdiction: 'US', postcode }] },
    ]) {
      const parsed = parseDecideCase({
        now: '2026-11-23T18:00:00Z',
        reminder: { channel: 'email' },
        recipient,
        account: { id: 'a', role: 'collector' },
      })
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
      expect(decide(parsed.case.facts, [city], at('2026-11-23T18:00:00Z')).verdict).toBe(inCity ? 'refuse' : 'send')
      expect(JSON.stringify(parsed.case.facts)).not.toContain(postcode)
    }
  })

  it('is refused without a country beside it', () => {
    const parsed = parseDecideCase({
      now: '2026-11-23T18:00:00Z',
      reminder: { channel: 'email' },
      recipient: { id: ID, postcode: '10001' },
      account: { id: 'a', role: 'collector' },
    })
    expect(parsed).toMatchObject({
      ok: false,
      faults: [{ path: 'recipient.postcode', problem: 'needs the jurisdiction beside it' }],
    })
  })
})

describe('where the state or province is not known', () => {
  const stated = (jurisdiction: string, channel: string, now: string, rest: Record<string, unknown> = {}) => {
    const parsed = parseDecideCase({
      now,
      reminder: { channel },
      recipient: { id: ID, jurisdiction, ...rest },
      account: { id: 'a', role: 'collector', product: 'consumer-loan' },
    })
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
    return decided(parsed.case.facts, compiledPacks, now)
  }

  it.each<[string, string, string, Record<string, unknown>, string]>([
    ['a holiday of Ontario alone closes Canada', 'CA', '2027-02-15T17:00:00Z', {}, 'holiday'],
    ['one of Quebec alone, in Quebec’s zone', 'CA', '2027-06-24T17:00:00Z', { timeZone: 'America/Toronto' }, 'holiday'],
    ['a holiday of São Paulo closes Brazil', 'BR', '2027-07-09T15:00:00Z', {}, 'holiday'],
  ])('%s', (_name, jurisdiction, now, rest, code) => {
    expect(stated(jurisdiction, 'email', now, rest).codes).toContain(code)
  })

  it('hours of a state are asked in that state’s zones: no holiday of Ontario in Vancouver', () => {
    expect(stated('CA', 'email', '2027-02-15T19:00:00Z', { timeZone: 'America/Vancouver' }).codes).toContain('holiday')
    expect(stated('CA', 'email', '2027-06-24T19:00:00Z', { timeZone: 'America/Vancouver' }).verdict).toBe('send')
  })

  it.each([
    ['CA-XX', '2027-02-15T17:00:00Z'],
    ['CA-ZZ-TOR', '2027-02-15T17:00:00Z'],
    ['BR-35', '2027-07-09T15:00:00Z'],
  ])('%s is no state, and so may be any of them', (jurisdiction, now) => {
    expect(stated(jurisdiction, 'email', now).codes).toContain('holiday')
  })

  it('nothing but hours speaks on a mere possibility', () => {
    const massachusetts = packOf({ shape: 'route', because: 'a test', when: { jurisdictions: ['US-MA'] } })
    expect(
      decided(factsWith({ recipient: { jurisdiction: 'US' } }), [massachusetts], '2026-11-23T18:00:00Z').verdict,
    ).toBe('send')
  })
})
