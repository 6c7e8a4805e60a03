import { describe, expect, it } from 'vitest'
import { zoneNamesInData } from '../../src/model/zones/zone-data.ts'
import { allStatedZoneNames, statedZone, statedZoneNames } from '../../src/model/zones/zone-names.ts'

const zoneOf = (text: string): string | null => {
  const stated = statedZone(text)
  return stated.ok ? stated.zone : null
}
const cureOf = (text: string): string => {
  const stated = statedZone(text)
  return stated.ok ? `accepted as ${stated.zone}` : stated.cure
}
const problemOf = (text: string): string => {
  const stated = statedZone(text)
  return stated.ok ? 'accepted' : stated.problem
}

describe('a zone that somebody states', () => {
  it.each([
    ['Europe/London', 'Europe/London'],
    ['UTC', 'UTC'],
    ['utc', 'UTC'],
    ['america/new_york', 'America/New_York'],
    ['America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
    ['Europe/Oslo', 'Europe/Oslo'],
    ['Atlantic/Reykjavik', 'Atlantic/Reykjavik'],
    ['Asia/Singapore', 'Asia/Singapore'],
    ['Asia/Urumqi', 'Asia/Urumqi'],
  ])('%s is kept', (text, zone) => {
    expect(zoneOf(text)).toBe(zone)
  })

  it.each([
    ['Asia/Calcutta', 'Asia/Kolkata'],
    ['Etc/UTC', 'UTC'],
    ['US/Pacific', 'America/Los_Angeles'],
    ['Canada/Pacific', 'America/Vancouver'],
    ['America/Montreal', 'America/Toronto'],
    ['Europe/Kiev', 'Europe/Kyiv'],
    ['Asia/Rangoon', 'Asia/Yangon'],
    ['Asia/Saigon', 'Asia/Ho_Chi_Minh'],
    ['America/Indianapolis', 'America/Indiana/Indianapolis'],
    ['Pacific/Truk', 'Pacific/Chuuk'],
    ['Africa/Timbuktu', 'Africa/Bamako'],
  ])('%s is an old name, and becomes %s', (text, zone) => {
    expect(zoneOf(text)).toBe(zone)
  })

  it.each([
    'BST',
    'CST',
    'IST',
    'EST',
    'MST',
    'HST',
    'PST',
    'CET',
    'EET',
    'MET',
    'WET',
    'EST5EDT',
    'CST6CDT',
    'PST8PDT',
    'AKDT',
    'bst',
    'EST5',
    'NST',
    'ACT',
    'SST',
  ])('%s is an abbreviation, refused with examples', (text) => {
    expect(problemOf(text)).toBe('is an abbreviation, and several places share those')
    expect(cureOf(text)).toBe('Name the place, as "America/New_York" or "Europe/London", or write "UTC".')
  })

  it.each(['Etc/GMT+8', 'Etc/GMT-14', 'GMT+8', 'GMT-5', 'UTC+8', 'UTC-05:00', '+08:00', '-0500', '+8', '8', 'Z+1'])(
    '%s is an offset, which knows no summer time',
    (text) => {
      expect(problemOf(text)).toBe('is an offset, which says nothing of summer time')
    },
  )

  it.each(['Etc/GMT', 'Etc/GMT+0', 'GMT', 'GMT0', 'Zulu', 'UCT', 'Universal', 'Greenwich', 'Z', 'Etc/Zulu'])(
    '%s is to be written UTC, or as the place that is meant',
    (text) => {
      expect(cureOf(text)).toBe('Write "UTC", or name the place, as "Europe/London".')
    },
  )

  it.each([
    ['GB', 'Europe/London'],
    ['Japan', 'Asia/Tokyo'],
    ['PRC', 'Asia/Shanghai'],
    ['ROC', 'Asia/Taipei'],
    ['ROK', 'Asia/Seoul'],
    ['Singapore', 'Asia/Singapore'],
    ['Hongkong', 'Asia/Hong_Kong'],
    ['Iceland', 'Atlantic/Reykjavik'],
    ['Eire', 'Europe/Dublin'],
    ['NZ', 'Pacific/Auckland'],
    ['W-SU', 'Europe/Moscow'],
    ['Turkey', 'Europe/Istanbul'],
    ['Navajo', 'America/Denver'],
    ['japan', 'Asia/Tokyo'],
  ])('%s is one word, refused with the zone to write: %s', (text, zone) => {
    expect(cureOf(text)).toBe(`Write "${zone}".`)
  })

  it.each([
    ['America/NewYork', 'America/New_York'],
    ['America/New York', 'America/New_York'],
    ['America/New_Yrok', 'America/New_York'],
    ['New York', 'America/New_York'],
    ['Shanghai', 'Asia/Shanghai'],
    ['Asia/Shangai', 'Asia/Shanghai'],
    [' Europe/Paris ', 'Europe/Paris'],
    ['Europe-London', 'Europe/London'],
  ])('%s is a slip for %s', (text, zone) => {
    expect(cureOf(text)).toBe(`Did you mean "${zone}"?`)
  })

  it.each([
    '',
    'Moon/Tranquility',
    'Eastern Standard Time',
    'local',
    'Factory',
    'posixrules',
    'SystemV/PST8',
    '__proto__',
    'constructor',
    'toString',
    '../etc/localtime',
    'Etc/Unknown',
    'Asia/',
    '/',
    'x'.repeat(64),
  ])('%s is none', (text) => {
    expect(zoneOf(text)).toBeNull()
    expect(cureOf(text)).toMatch(/^Write it like "Asia\/Shanghai"\.$/)
  })

  it('every name in the data is a place with an area, or is refused', () => {
    for (const name of zoneNamesInData())
      expect([name, zoneOf(name) !== null]).toEqual([
        name,
        ['UTC', 'Etc/UTC'].includes(name) || (name.includes('/') && !name.startsWith('Etc/')),
      ])
  })

  it('is read as a name that is read as itself', () => {
    for (const name of allStatedZoneNames())
      expect([name, zoneOf(zoneOf(name) as string)]).toEqual([name, zoneOf(name)])
    for (const name of statedZoneNames()) expect([name, zoneOf(name)]).toEqual([name, name])
  })
})
