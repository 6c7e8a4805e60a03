import { sql } from 'kysely'
import { afterEach, beforeAll, expect, it } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import type { Rung } from '../../src/model/ladder.ts'
import type { Actor } from '../../src/pipeline/runtime.ts'
import { parse } from '../../src/intake/parse.ts'
import { reminderBody } from '../../src/intake/bodies.ts'
import { emptyLedger } from '../support/empty-ledger.ts'
import { eachLedger, type FreshLedger } from '../support/ledger.ts'
import { ScriptedProvider } from '../support/scripted-provider.ts'
import { scriptedRoutes } from '../support/scripted-routes.ts'
import { LENDER, overdueAccount, shippedConfig, Stage } from '../support/stage.ts'

const PEOPLE = 5
const EVERYBODY: Actor = { name: 'ops', creditor: null, live: true }
const recipient = (n: number) =>
  overdueAccount({
    recipient: {
      id: `r-${n}`,
      name: `人${n}`,
      locale: 'zh-CN',
      jurisdiction: 'CN',
      timeZone: 'Asia/Shanghai',
      addresses: [{ channel: 'sms', value: `1380013${8010 + n}`, kind: 'mobile' }],
    },
  })

/** A ladder whose steps follow each other closely and stay fresh for long: the most that can pile up. */
function crowded(days = [1, 2, 3, 4]): Config {
  const config = shippedConfig()
  const shipped = config.ladders.get('cn-consumer-loan')
  const first = shipped?.ladder.rungs.find((rung) => rung.id === 'm1-day1')
  if (shipped === undefined || first === undefined) throw new TypeError('the shipped ladder has changed')
  const rungs = days.map((dpd): Rung => ({
    ...first,
    id: `day${dpd}`,
    at: { dpd },
    expiresAfter: '10d',
    minimumDwell: '20h',
  }))
  return {
    ...config,
    ladders: new Map([
      ...config.ladders,
      [
        'cn-consumer-loan',
        { ...shipped, version: `crowded ${days.join()}`, ladder: { ...shipped.ladder, bands: {}, rungs } },
      ],
    ]),
  }
}

eachLedger('after an outage', (_name, openFresh) => {
  let fresh: FreshLedger
  let stage: Stage
  let sms: ScriptedProvider
  /** Who was written to, by the day in Shanghai. */
  let wrote: { to: string; day: string }[]

  beforeAll(async () => {
    fresh = await openFresh()
  })
  afterEach(() => stage.app.stop())

  const open = async (now: string, config = shippedConfig()) => {
    await emptyLedger(fresh.ledger)
    sms = new ScriptedProvider('sms')
    wrote = []
    stage = await Stage.set(fresh, now, {
      config,
      overrides: scriptedRoutes({ sms }),
    })
    for (let n = 0; n < PEOPLE; n++) await stage.account(`a-${n}`, recipient(n))
  }
  /** Plans what falls due on the morning of the 23rd, and sends nothing of it: the outage begins. */
  const plannedOnly = async () => {
    const { id } = await stage.app.services.setSwitch(EVERYBODY, {
      scope: {},
      state: 'paused',
      reason: 'so that it waits',
    })
    await stage.app.start([])
    await stage.until('2026-11-23T02:00:00Z')
    expect(await stage.reminders()).toMatchObject(
      Array.from({ length: PEOPLE }, () => ({ status: 'scheduled', tries: 0 })),
    )
    expect(sms.calls).toEqual([])
    await stage.app.services.liftSwitch(EVERYBODY, id, { reason: 'the outage begins' })
    await stage.app.start([])
  }
  /** Lets everything happen at this instant, after a time in which nothing ran. */
  const at = async (instant: string) => {
    const before = sms.calls.length
    stage.clock.stepTo(Date.parse(instant))
    // The core reports too, or nothing would go for want of fresh balances.
    for (let n = 0; n < PEOPLE; n++) await stage.account(`a-${n}`, { ...recipient(n), asOf: instant })
    await stage.settle()
    const day = new Date(stage.clock.now() + 8 * 3_600_000).toISOString().slice(0, 10)
    wrote.push(...sms.calls.slice(before).map(({ to }) => ({ to, day })))
  }
  const mostForOneOnOneDay = () =>
    Math.max(0, ...wrote.map((one) => wrote.filter(({ to, day }) => to === one.to && day === one.day).length))

  it('of some hours, what fell due meanwhile goes once, decided at the hour of the return', async () => {
    await open('2026-11-23T01:00:00Z')
    await plannedOnly()
    await at('2026-11-23T07:00:00Z')
    expect(wrote).toHaveLength(PEOPLE)
    const reminders = await stage.reminders()
    expect(reminders.map((one) => one.status)).toEqual(Array.from({ length: PEOPLE }, () => 'sent'))
    for (const { id } of reminders)
      expect((await stage.decisions(id)).at(-1)?.at.toISOString()).toBe('2026-11-23T07:00:00.000Z')
  })

  it('of a night, what may not go at the hour of the return waits for the morning', async () => {
    await open('2026-11-23T01:00:00Z')
    await plannedOnly()
    await at('2026-11-23T19:00:00Z')
    expect(wrote).toEqual([])
    expect((await stage.reminders()).map((one) => one.status)).toEqual(
      Array.from({ length: PEOPLE }, () => 'scheduled'),
    )
    await at('2026-11-24T01:00:00Z')
    expect(mostForOneOnOneDay()).toBeLessThanOrEqual(1)
    expect(wrote).toHaveLength(PEOPLE)
  })

  it('of days, what is past its deadline ends with that reason, steps gone stale are recorded so, and nobody gets a backlog', async () => {
    await open('2026-11-23T01:00:00Z')
    await plannedOnly()
    const before = (await stage.reminders()).map((one) => one.id)
    await at('2026-12-05T02:30:00Z')
    const reminders = await stage.reminders()
    expect(
      reminders.filter((one) => before.includes(one.id)).map(({ status, end_reason: reason }) => [status, reason]),
    ).toEqual(Array.from({ length: PEOPLE }, () => ['expired', 'expired']))
    for (const id of before)
      expect((await stage.decisions(id)).at(-1)).toMatchObject({ verdict: 'refuse', code: 'expired' })
    const { rows } = await sql<{
      rung: string
      reason: string
    }>`SELECT DISTINCT rung, reason FROM decorum.rung_record WHERE state = 'skipped' ORDER BY rung`.execute(
      fresh.ledger.db,
    )
    expect(rows).toEqual(expect.arrayContaining([{ rung: 'm1-day7', reason: 'stale' }]))
    expect(mostForOneOnOneDay()).toBeLessThanOrEqual(1)
    for (const day of ['06', '07', '08']) await at(`2026-12-${day}T02:30:00Z`)
    expect(mostForOneOnOneDay()).toBeLessThanOrEqual(1)
    expect(wrote.length).toBeLessThanOrEqual(2 * PEOPLE)
  })

  it('a message that waited through it is that day’s: steps missed meanwhile follow on other days, one a day', async () => {
    await open('2026-11-23T01:00:00Z', crowded())
    await plannedOnly()
    // Back on the 26th, day four past due: days two and three were missed, day one still waits.
    for (const time of ['01:00', '01:30', '01:59', '04:00']) await at(`2026-11-26T${time}:00Z`)
    expect(wrote).toHaveLength(PEOPLE)
    for (const day of ['27', '28', '29', '30'])
      for (const time of ['01:00', '02:30', '06:00']) await at(`2026-11-${day}T${time}:00Z`)
    expect(mostForOneOnOneDay()).toBe(1)
  })

  /** Asks for a message, whatever a ladder says. */
  const askFor = async (n: number, expiresAt: string, channels = ['sms'], tone = 'neutral'): Promise<string> => {
    const body = parse(reminderBody, { accountId: `a-${n}`, template: 'cn-consumer-loan', tone, channels, expiresAt })
    if (!body.ok) throw new TypeError(JSON.stringify(body.faults))
    return (await stage.app.services.createReminder(LENDER, null, body.value)).id
  }
  const statusOf = async (id: string) =>
    (await stage.reminders())
      .filter((one) => one.id === id)
      .map(({ status, end_reason: reason }) => [status, reason])[0]

  it('of two that waited through it for one account one goes on the day of the return; the other waits for the next day, or ends by its deadline', async () => {
    // Two that were asked for one by one with different words are two; a ladder's beside one of them would be the same said twice.
    await open('2026-11-23T01:00:00Z', crowded([20]))
    for (let n = 0; n < PEOPLE; n++) await askFor(n, '2026-11-29T12:00:00Z', ['sms'], 'gentle')
    await plannedOnly()
    const patient = await askFor(0, '2026-11-29T12:00:00Z')
    const impatient = await askFor(1, '2026-11-25T12:00:00Z')
    // Nobody has a number for calls: it comes as a text, and no sooner for having another id.
    const redirected = await askFor(2, '2026-11-29T12:00:00Z', ['phone', 'sms'])
    // Two days later, and again and again on that day: nothing but the day keeps the second one back.
    for (const time of ['02:00', '02:01', '06:00', '11:00']) await at(`2026-11-25T${time}:00Z`)
    expect(wrote).toHaveLength(PEOPLE)
    expect(mostForOneOnOneDay()).toBe(1)
    expect((await stage.decisions(patient)).at(-1)).toMatchObject({
      verdict: 'defer',
      code: 'cap_reached',
      rule: 'decorum/one-catch-up-a-day',
    })
    expect((await stage.decisions(patient)).at(-1)?.until?.toISOString()).toBe('2026-11-26T00:00:00.000Z')

    for (const time of ['01:00', '02:00']) await at(`2026-11-26T${time}:00Z`)
    expect(await statusOf(patient)).toEqual(['sent', null])
    expect(await statusOf(impatient)).toEqual(['expired', 'expired'])
    expect(await statusOf(redirected)).toEqual(['refused', 'route_not_eligible'])
    expect((await stage.reminders()).find((one) => one.follows === redirected)).toMatchObject({
      status: 'sent',
      due_at: new Date('2026-11-23T02:00:00Z'),
    })
    expect(wrote).toHaveLength(PEOPLE + 2)
    expect(mostForOneOnOneDay()).toBe(1)
    const timeline = await stage.app.services.accountTimeline(LENDER, { creditor: null, id: 'a-0' }, { limit: 100 })
    expect(timeline?.items.map(({ words }) => words)).toContainEqual(
      expect.stringMatching(
        /^Decided to wait, until 2026-11-26T00:00:00Z: .*rule decorum\/one-catch-up-a-day, Decorum: what is late goes one message a day, on a day without another/,
      ),
    )
  })
})
