import { describe, expect, it } from 'vitest'
import { simulationPage } from '../../src/report/simulation/page.ts'
import { compareSimulations, type SimulationReport } from '../../src/report/simulation/report.ts'
import { byDay, byHour, comparisonText, simulationText } from '../../src/report/simulation/text.ts'

const REPORT: SimulationReport = {
  of: {
    from: '2026-11-23T00:00:00Z',
    to: '2026-11-26T00:00:00Z',
    days: 3,
    seed: 1,
    payRate: 0.02,
    people: 3,
    accounts: 4,
    ladders: [{ id: 'default', version: '1' }],
    packs: [{ id: 'house', version: '2026-11-01' }],
  },
  totals: {
    sent: 5,
    deferred: 2,
    refused: 1,
    expired: 1,
    failed: 0,
    cancelled: 0,
    stepsForPeople: 1,
    handOffProposals: 0,
    accountsPaid: 1,
    cost: 0.25,
  },
  sent: [
    { day: '2026-11-23', hour: 10, channel: 'sms', tone: 'gentle', count: 3 },
    { day: '2026-11-25', hour: 18, channel: 'phone', tone: 'firm', count: 2 },
  ],
  objections: [
    {
      verdict: 'defer',
      code: 'outside_contact_window',
      rule: 'house/<hours>',
      pack: 'house',
      version: '2026-11-01',
      citation: 'House & "policy"',
      verified: true,
      count: 2,
      binding: 2,
    },
  ],
  caps: [
    {
      rule: 'house/one-call-a-day',
      pack: 'house',
      version: '2026-11-01',
      citation: 'House policy',
      limit: 1,
      people: 2,
      atLimit: 2,
      oneLeft: 0,
      meanUse: 1,
    },
  ],
  routes: [
    {
      route: 'sms-main',
      channel: 'sms',
      messages: 3,
      units: 5,
      perSecond: 50,
      sustainedPerSecond: 44.8,
      peak: { units: 5, at: '2026-11-23T02:00:00Z' },
      busiestHourPerSecond: 0.001,
      longestWaitSeconds: 5400,
      longestQueue: 5,
      tooLate: 1,
      cost: 0.25,
    },
  ],
  ended: [{ as: 'expired', channel: 'sms', reason: 'expired', count: 1 }],
  leftOut: [{ reason: 'entered_late', count: 9 }],
  stepsForPeople: [{ day: '2026-11-24', rung: 'day17', count: 1 }],
  handOffProposals: [],
}

describe('the figures of a simulation', () => {
  it('show a day on which nothing goes out as well', () => {
    expect(byDay(REPORT).map(({ key, all }) => [key, all])).toEqual([
      ['2026-11-23', 3],
      ['2026-11-24', 0],
      ['2026-11-25', 2],
    ])
  })

  it('show all hours of the day', () => {
    expect(byHour(REPORT)).toHaveLength(24)
    expect(byHour(REPORT)[18]).toEqual({ key: '18:00', phone: 2, sms: 0, email: 0, all: 2 })
  })
})

describe('a simulation as tables', () => {
  const text = simulationText(REPORT)

  it('names each rule with its citation', () => {
    expect(text).toContain('house/<hours>')
    expect(text).toContain('House & "policy"')
  })

  it('says how close people come to a cap, what a route must carry and what it costs', () => {
    expect(text).toContain('2 (100 %)')
    expect(text).toContain('1.5 h')
    expect(text).toContain('cost 0.25')
  })

  it('leaves out what there is none of', () => {
    expect(text).not.toContain('Hand-off proposals, by day')
  })
})

describe('two versions beside each other', () => {
  const other: SimulationReport = {
    ...REPORT,
    totals: { ...REPORT.totals, sent: 4, deferred: 0 },
    objections: [],
    sent: [REPORT.sent[0] as SimulationReport['sent'][number]],
  }
  const comparison = compareSimulations('packs=softer', REPORT, other)

  it('say what changes, also where a figure falls to nothing', () => {
    expect(comparison.differences).toContainEqual({ figure: 'sent', base: 5, other: 4, change: -1 })
    expect(comparison.differences).toContainEqual({
      figure: 'deferred by house/<hours>',
      base: 2,
      other: 0,
      change: -2,
    })
    expect(comparison.differences).toContainEqual({ figure: 'sent by phone', base: 2, other: 0, change: -2 })
  })

  it('say nothing of figures that are equal, totals apart', () => {
    expect(comparison.differences.find(({ figure }) => figure === 'units on sms-main')).toBeUndefined()
    expect(comparison.differences.find(({ figure }) => figure === 'refused')).toEqual({
      figure: 'refused',
      base: 1,
      other: 1,
      change: 0,
    })
    expect(comparisonText(comparison)).toContain('packs=softer')
  })

  it('stand on one page', () => {
    const page = simulationPage(REPORT, comparison)
    expect(page).toContain('As it is, and with packs=softer')
    expect(page).toContain('id="with-day-title"')
  })
})

describe('the page', () => {
  const page = simulationPage(REPORT, null)

  it('is whole in itself: no script, nothing from elsewhere', () => {
    expect(page).not.toMatch(/<script|<link|<img|src=|href=|url\(|@import/)
  })

  it('takes texts for texts', () => {
    expect(page).toContain('house/&#60;hours&#62;')
    expect(page).not.toContain('house/<hours>')
  })

  it('tells every chart in words, with the figures behind it', () => {
    const charts = page.match(/<svg viewBox="0 0 880[^>]*role="img" aria-labelledby="[^"]+"/g) ?? []
    expect(charts).toHaveLength(3)
    expect(page.match(/<desc /g)).toHaveLength(3)
    expect(page.match(/<details>\s*<summary>The figures<\/summary>\s*<table>/g)).toHaveLength(3)
  })

  it('gives every id once', () => {
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('closes what it opens', () => {
    for (const tag of ['section', 'figure', 'svg', 'table', 'details', 'main', 'ul', 'li', 'g']) {
      expect((page.match(new RegExp(`<${tag}[ >]`, 'g')) ?? []).length, tag).toBe(
        (page.match(new RegExp(`</${tag}>`, 'g')) ?? []).length,
      )
    }
  })
})
