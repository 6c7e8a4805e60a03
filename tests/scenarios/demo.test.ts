import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { beforeAll, describe, expect, it } from 'vitest'
import { demoText, runDemo } from '../../src/demo/run.ts'
import { TONES } from '../../src/model/vocabulary.ts'
import type { DemoAccount } from '../../src/demo/text.ts'

const ledgersLeft = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('decorum-demo-'))

/** Twelve days over the night in which the United States set their clocks back (2027-11-07), a Sunday. */
describe('the demonstration, over a change of clocks', () => {
  const before = ledgersLeft()
  let account: DemoAccount
  let text: string

  beforeAll(async () => {
    // What a deployment would be told: the demonstration must neither need it nor listen to it.
    const told = {
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
      REDIS_URL: 'redis://127.0.0.1:1',
      SMTP_URL: 'smtp://127.0.0.1:1',
      TWILIO_ACCOUNT_SID: 'AC0',
      DECORUM_DATA_DIR: '/nowhere',
    }
    const saved = Object.fromEntries(Object.keys(told).map((name) => [name, process.env[name]]))
    Object.assign(process.env, told)
    try {
      account = await runDemo({ firstDay: '2027-11-01', days: 12, seed: 7, keepIn: null })
    } finally {
      for (const [name, value] of Object.entries(saved)) {
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      }
    }
    text = demoText(account)
  })

  it('keeps every promise, counted again from the ledger', () => {
    expect(account.promises.length).toBeGreaterThanOrEqual(6)
    for (const promise of account.promises) expect(promise, promise.found).toMatchObject({ kept: true })
  })

  it('has at least sixty borrowers, most of them in China, the rest in eight other jurisdictions', () => {
    const china = account.portfolio.places
      .filter(({ jurisdiction }) => jurisdiction.startsWith('CN'))
      .reduce((sum, place) => sum + place.borrowers, 0)
    const countries = new Set(account.portfolio.places.map(({ jurisdiction }) => jurisdiction.slice(0, 2)))
    expect(account.portfolio.borrowers).toBeGreaterThanOrEqual(60)
    expect(china).toBeGreaterThan(account.portfolio.borrowers / 2)
    expect(countries.size - 1).toBeGreaterThanOrEqual(8)
  })

  it('sends at every tone but the last within twelve days, over every channel', () => {
    const tones = new Set(account.sent.map(({ tone }) => tone))
    expect(TONES.filter((tone) => tones.has(tone))).toEqual(expect.arrayContaining(['gentle', 'neutral', 'firm']))
    expect(new Set(account.sent.map(({ channel }) => channel))).toEqual(new Set(['phone', 'sms', 'email']))
  })

  it('says of what was not sent which rule decided, and what that rule cites', () => {
    const codes = account.objections.map(({ code }) => code)
    expect(codes).toEqual(
      expect.arrayContaining([
        'outside_contact_window',
        'stale_balance',
        'location_unknown',
        'route_not_eligible',
        'consent_missing',
      ]),
    )
    for (const objection of account.objections) expect(objection.citation).not.toBe('')
  })

  it('counts the same day by day as altogether', () => {
    const sumOf = (rows: readonly { count: number }[]): number => rows.reduce((sum, row) => sum + row.count, 0)
    expect(sumOf(account.days.flatMap((day) => day.sent))).toBe(sumOf(account.sent))
    expect(account.days.reduce((sum, day) => sum + day.tasks + day.handOffs, 0)).toBe(account.tasks.count)
  })

  it('tells three histories on the borrowers’ own clocks, and one message of three loans', () => {
    expect(account.timelines.map((timeline) => timeline.account)).toEqual(['SL-1001-A', 'SL-1002', 'SL-1004'])
    expect(
      account.timelines[0]?.entries.some(({ words }) => words.includes('SL-1001-B') && words.includes('SL-1001-C')),
    ).toBe(true)
    expect(account.timelines[1]?.entries.some(({ words }) => words.includes('promise not kept'))).toBe(true)
    expect(account.timelines[2]?.entries.some(({ words }) => words.includes('payment reversed'))).toBe(true)
  })

  it('shows the words that were sent, in both languages', () => {
    expect(account.samples.map(({ locale }) => locale.slice(0, 2))).toEqual(expect.arrayContaining(['zh', 'en']))
    for (const sample of account.samples) expect(sample.parts.length).toBeGreaterThan(0)
  })

  it('prints the same numbers, rules and words as the document has', () => {
    for (const { rule, citation } of account.objections) {
      expect(text).toContain(rule)
      expect(text).toContain(citation)
    }
    for (const { promise } of account.promises) expect(text).toContain(`✓ ${promise}`)
    for (const { parts } of account.samples)
      for (const part of parts) expect(text).toContain(part.text.trim().split('\n')[0])
    for (const { entries } of account.timelines) for (const { words } of entries) expect(text).toContain(words)
    for (const { day } of account.days) expect(text).toContain(day)
  })

  it('leaves nothing behind', () => {
    expect(account.keptIn).toBeNull()
    expect(ledgersLeft()).toEqual(before)
    expect(existsSync('/nowhere')).toBe(false)
  })
})
