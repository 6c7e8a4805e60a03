import packed from 'moment-timezone/data/packed/latest.json' with { type: 'json' }
import { describe, expect, it } from 'vitest'
import { compilePack, compilePacks } from '../../src/decide/compile-pack.ts'
import { decide } from '../../src/decide/decide.ts'
import { parseDecideCase } from '../../src/intake/decide-case.ts'
import { parsePack } from '../../src/model/pack.ts'
import { COUNTRY_ZONES, SUBDIVISION_ZONES } from '../../src/model/places/country-zones.ts'
import { PREFIX_ZONES } from '../../src/model/places/phone-prefix-zones.ts'
import { formatInstant } from '../../src/model/time.ts'
import {
  isOlderEdition,
  checkZoneData,
  localInstant,
  publicationIsRecorded,
  wallClock,
  ZONE_DATA_VERSION,
} from '../../src/model/zones/zone-data.ts'
import { statedZone } from '../../src/model/zones/zone-names.ts'
import { localTime } from '../../src/report/local-time.ts'
import { at, DAYTIME, decided, factsWith, packOf } from './case-of.ts'

describe('places that stopped changing their clocks in 2026', () => {
  it.each([
    ['America/Vancouver', 'Mon 2026-11-30 21:30'],
    ['America/Edmonton', 'Mon 2026-11-30 22:30'],
    ['America/Inuvik', 'Mon 2026-11-30 22:30'],
    ['America/Winnipeg', 'Mon 2026-11-30 23:30'],
    ['Africa/Casablanca', 'Tue 2026-12-01 04:30'],
    ['Africa/El_Aaiun', 'Tue 2026-12-01 04:30'],
  ])('%s shows %s at 2026-12-01T04:30Z', (zone, shown) => {
    expect(localTime(at('2026-12-01T04:30:00Z'), zone)).toBe(shown)
  })

  it.each([
    [
      'British Columbia at half past nine',
      { jurisdiction: 'CA-BC', timeZone: 'America/Vancouver' },
      '2026-12-01T04:30:00Z',
      'defer',
      '2026-12-01T15:00:00Z',
    ],
    ['Alberta at half past ten', { jurisdiction: 'CA-AB' }, '2026-12-01T04:30:00Z', 'defer', '2026-12-01T14:00:00Z'],
    [
      'the Northwest Territories at half past eight',
      { jurisdiction: 'CA-NT' },
      '2026-12-01T14:30:00Z',
      'send',
      '2026-12-02T02:00:00Z',
    ],
    [
      'Alberta one minute before eight in the evening',
      { jurisdiction: 'CA-AB' },
      '2026-12-01T01:59:00Z',
      'send',
      '2026-12-01T02:00:00Z',
    ],
    ['Morocco at half past seven', { jurisdiction: 'MA' }, '2026-12-01T07:30:00Z', 'defer', '2026-12-01T08:00:00Z'],
    ['Morocco at eight', { jurisdiction: 'MA' }, '2026-12-01T08:00:00Z', 'send', '2026-12-01T20:00:00Z'],
  ] as const)('%s', (_where, recipient, now, verdict, until) => {
    const hours = packOf({ ...DAYTIME, allow: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '08:00', to: '20:00' }] })
    expect(decided(factsWith({ recipient }), [hours], now)).toMatchObject({ verdict, until })
  })
})

describe('every decision', () => {
  const facts = factsWith({ recipient: { jurisdiction: 'CN' } })
  it('names the edition of the zone data it was made with', () => {
    for (const now of ['2026-11-23T04:00:00Z', '2026-11-23T20:00:00Z'])
      expect(decide(facts, [packOf(DAYTIME)], at(now)).zoneData).toBe(ZONE_DATA_VERSION)
  })

  it('is held under a pack that needs newer zone data than is in force, and under one that extends it', () => {
    const { pack } = packOf(DAYTIME)
    const HELD = { verdict: 'refuse', codes: ['zone_data_outdated'] }
    expect(decided(facts, [compilePack({ ...pack, zoneData: '2098a' })], '2026-11-23T04:00:00Z')).toMatchObject(HELD)
    expect(decided(facts, [compilePack({ ...pack, zoneData: '2026b' })], '2026-11-23T04:00:00Z').verdict).toBe('send')
    const [, child] = compilePacks([
      { ...pack, zoneData: '2098a' },
      { ...pack, id: 'child', extends: pack.id, rules: [] },
    ])
    expect(decided(facts, [child as ReturnType<typeof compilePack>], '2026-11-23T04:00:00Z')).toMatchObject(HELD)
  })

  it('is not held by a pack that is not in force or speaks of other places', () => {
    const { pack } = packOf(DAYTIME)
    expect(
      decided(facts, [compilePack({ ...pack, zoneData: '2098a', validUntil: '2026-11-01' })], '2026-11-23T04:00:00Z')
        .verdict,
    ).toBe('send')
    expect(
      decided(
        facts,
        [compilePack({ ...pack, zoneData: '2098a', applies: { jurisdictions: ['US'] } })],
        '2026-11-23T04:00:00Z',
      ).verdict,
    ).toBe('send')
  })
})

describe('zone data', () => {
  it('that is older than a year is a fault, and so is what is older than a pack demands', () => {
    expect(checkZoneData([], at('2027-04-22T00:00:00Z'), '2026b')).toEqual({
      version: '2026b',
      published: '2026-04-22',
      faults: [],
    })
    expect(checkZoneData([], at('2027-04-24T00:00:00Z'), '2026b').faults).toEqual([
      expect.stringMatching(/^time zone data 2026b was published on 2026-04-22, more than a year ago/),
    ])
    const packs = [
      { id: 'ca-bc', version: '1', zoneData: '2026c' },
      { id: 'other', version: '1' },
    ]
    expect(checkZoneData(packs, at('2026-12-01T00:00:00Z'), '2026b').faults).toEqual([
      expect.stringMatching(/^policy pack ca-bc 1 needs time zone data 2026c or later, and 2026b is in force/),
    ])
    expect(checkZoneData(packs, at('2026-12-01T00:00:00Z')).faults).toEqual([])
  })

  it('whose day of publication is not known is taken to be as old as it can be', () => {
    expect(checkZoneData([], at('2031-01-02T00:00:00Z'), '2030c').published).toBe('2030-01-01')
    expect(publicationIsRecorded(ZONE_DATA_VERSION)).toBe(true)
  })

  it('has editions in the order in which they come out', () => {
    const inOrder = ['2025c', '2026a', '2026b', '2026z', '2026za', '2027a']
    for (const [i, edition] of inOrder.slice(1).entries())
      expect(isOlderEdition(inOrder[i] as string, edition)).toBe(true)
  })

  it('is demanded by packs as an edition', () => {
    const { pack } = packOf(DAYTIME)
    const faults = (zoneData: unknown) => {
      const read = parsePack({ ...pack, zoneData })
      return read.ok ? [] : read.faults.map(({ path, problem }) => `${path} ${problem}`)
    }
    expect(faults('2026b')).toEqual([])
    expect(faults('latest')).toEqual(['zoneData must be an edition of the time zone data, as "2026b"'])
  })

  it('gives each country the zones that the tables give it', () => {
    const listed = new Map(
      packed.countries.map((text) => {
        const [country = '', zones = ''] = text.split('|')
        return [country, zones.split(' ')] as const
      }),
    )
    for (const [country, zones] of Object.entries(COUNTRY_ZONES))
      expect([country, zones.filter((zone) => !listed.get(country)?.includes(zone))]).toEqual([country, []])
    // The data adds the zone of another country where both keep the same time since 1970; what no country's table has would be a new place.
    const known = new Set([...Object.values(COUNTRY_ZONES).flat(), 'Asia/Urumqi'])
    expect([...listed.values()].flat().filter((zone) => !known.has(zone))).toEqual([])
    expect([...listed.keys()].filter((country) => COUNTRY_ZONES[country] === undefined)).toEqual([])
  })

  it('knows every zone of the tables of places under its name of today', () => {
    const named = [
      ...Object.values(COUNTRY_ZONES),
      ...Object.values(SUBDIVISION_ZONES),
      ...PREFIX_ZONES.map(([zones]) => zones),
    ].flat()
    expect(
      named.filter((zone) => {
        const read = statedZone(zone)
        return !read.ok || read.zone !== zone
      }),
    ).toEqual([])
  })

  it('is read the same way back from a local time, in a gap, twice, and on a day that was left out', () => {
    expect(formatInstant(localInstant('2011-12-30', '10:00', 'Pacific/Apia'))).toBe('2011-12-30T10:00:00Z')
    expect(formatInstant(localInstant('9999-07-01', '12:00', 'Europe/London'))).toBe('9999-07-01T11:00:00Z')
    expect(wallClock(at('1900-01-01T00:00:00Z'), 'Asia/Shanghai') - at('1900-01-01T00:00:00Z')).toBe(
      ((8 * 60 + 5) * 60 + 43) * 1000,
    )
    expect(() => localInstant('2026-02-30', '10:00', 'UTC')).toThrow(RangeError)
  })
})

describe('a zone that a ledger recorded under an abbreviation or an offset', () => {
  it.each(['BST', 'CST', 'EST', 'Etc/GMT+8', 'PRC', '+08:00'])('%s is an unknown place, not that zone', (timeZone) => {
    expect(
      decided(factsWith({ recipient: { jurisdiction: 'US-NY', timeZone } }), [packOf(DAYTIME)], '2026-11-23T18:00:00Z')
        .codes,
    ).toEqual(['location_unknown'])
  })

  it('is refused where somebody states it in a decide case, with the field and the cure', () => {
    const parsed = parseDecideCase({
      now: '2026-11-23T18:00:00Z',
      reminder: { channel: 'phone' },
      recipient: { id: 'r', timeZone: 'BST', locationEvidence: [{ kind: 'stated', timeZone: 'Japan' }] },
      account: { id: 'a', role: 'collector' },
    })
    expect(parsed.ok ? [] : parsed.faults).toEqual([
      {
        path: 'recipient.timeZone',
        problem: 'is an abbreviation, and several places share those',
        cure: 'Name the place, as "America/New_York" or "Europe/London", or write "UTC".',
      },
      {
        path: 'recipient.locationEvidence[0].timeZone',
        problem: 'is not of the form Area/Location',
        cure: 'Write "Asia/Tokyo".',
      },
    ])
  })

  it('is read under its place’s name of today when it is an old one', () => {
    const parsed = parseDecideCase({
      now: '2026-11-23T18:00:00Z',
      reminder: { channel: 'phone' },
      recipient: { id: 'r', timeZone: 'Asia/Calcutta' },
      account: { id: 'a', role: 'collector' },
    })
    expect(parsed.ok && parsed.case.facts.recipient.timeZone).toBe('Asia/Kolkata')
  })
})
