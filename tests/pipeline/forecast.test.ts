import { monitorEventLoopDelay } from 'node:perf_hooks'
import { sql } from 'kysely'
import { afterEach, beforeAll, expect, it } from 'vitest'
import { memoryRateGate } from '../../src/deliver/rate-gate.ts'
import { largestWeight, type Route } from '../../src/model/route.ts'
import type { Actor } from '../../src/pipeline/runtime.ts'
import type { Doorbell } from '../../src/queue/doorbell.ts'
import { emptyLedger } from '../support/empty-ledger.ts'
import { eventually } from '../support/eventually.ts'
import { eachLedger, type FreshLedger } from '../support/ledger.ts'
import { ScriptedProvider } from '../support/scripted-provider.ts'
import { at, LENDER, overdueAccount, shippedConfig, Stage } from '../support/stage.ts'

const EVERYBODY: Actor = { name: 'ops', creditor: null, live: true }
/** Rings nobody: what is queued stays queued. */
const SILENT: Doorbell = {
  ring: async () => true,
  listen: async () => ({ stop: async () => {}, abort: async () => {} }),
  check: async () => null,
  close: async () => {},
}
/** A process that stands still for so long leaves slots unused. */
const STALL_NS = 60_000_000
/** In units a second: a message of at most four segments, by the rate that a gate really keeps to. */
const innerOf = (perSecond: number): number => (perSecond - 3) / 1.05

const recipient = (n: number) =>
  overdueAccount({
    recipient: {
      id: `r-${n}`,
      name: `人${n}`,
      locale: 'zh-CN',
      jurisdiction: 'CN',
      timeZone: 'Asia/Shanghai',
      addresses: [{ channel: 'sms', value: `138${String(13_800_000 + n).padStart(8, '0')}`, kind: 'mobile' }],
    },
  })

eachLedger('the forecast', (name, openFresh) => {
  let fresh: FreshLedger
  let stage: Stage
  let sms: ScriptedProvider

  beforeAll(async () => {
    fresh = await openFresh()
  })
  afterEach(() => stage.app.stop())

  const open = async (now: string, perSecond: number, bell: { doorbell?: Doorbell } = { doorbell: SILENT }) => {
    await emptyLedger(fresh.ledger)
    const config = shippedConfig()
    sms = new ScriptedProvider('sms')
    const scripted = { sms, phone: new ScriptedProvider('phone'), email: new ScriptedProvider('email') }
    stage = await Stage.set(fresh, now, {
      config: {
        ...config,
        routes: config.routes.map((route): Route =>
          route.id === 'sms-main' ? { ...route, rate: { perSecond } } : route,
        ),
      },
      overrides: {
        ...bell,
        providers: (route) => scripted[route.channel],
        gates: (route) =>
          memoryRateGate(route.id, { perSecond: route.rate.perSecond, largestWeight: largestWeight(route) }),
      },
    })
  }
  const recipients = async (from: number, to: number) => {
    for (let n = from; n < to; n++) await stage.account(`a-${n}`, recipient(n))
  }
  const smsForecast = async (actor: Actor = EVERYBODY) => {
    const forecast = await stage.app.services.forecast(actor, { zone: 'Asia/Shanghai' })
    const route = forecast.routes.find((one) => one.route === 'sms-main')
    if (route === undefined) throw new TypeError('no forecast for sms-main')
    return { ...route, words: forecast.words.filter((words) => words.startsWith('sms-main')).join() }
  }
  const planned = async (count: number) => {
    await recipients(0, count)
    await stage.app.pass('planner')
    expect(await stage.reminders()).toHaveLength(count)
  }

  it('says of nothing that it is empty now', async () => {
    await open('2026-11-23T03:00:00Z', 50)
    expect(await smsForecast()).toMatchObject({ waiting: 0, goes: 0, emptyAt: '2026-11-23T03:00:00Z', words: '' })
  })

  it('counts what is queued and what waits, and when the last of them goes, at the rate that slow switches leave', async () => {
    await open('2026-11-23T03:00:00Z', 5)
    await planned(40)
    const full = await smsForecast()
    expect(full).toMatchObject({
      waiting: 40,
      dueNow: 40,
      dueLaterToday: 0,
      goes: 40,
      missesWindow: 0,
      share: 100,
      ratePerSecond: 5,
      everyNth: 1,
      assumed: true,
    })
    const takes = (forecast: { emptyAt: string | null }) => at(forecast.emptyAt ?? '') - at('2026-11-23T03:00:00Z')
    expect(takes(full)).toBeCloseTo((39 * 1_000) / innerOf(5), -2)
    expect(full.words).toContain('at this rate the sms queue empties at 11:00')

    await stage.app.services.setSwitch(EVERYBODY, {
      scope: { channel: 'sms' },
      state: 'slowed',
      share: 10,
      reason: 'a test',
    })
    const slowed = await smsForecast()
    expect(slowed).toMatchObject({ goes: 40, share: 10, ratePerSecond: 0.5 })
    expect(takes(slowed)).toBeCloseTo((39 * 1_000) / (0.5 / 1.05), -3)
  })

  it('tells who will miss today’s window, and who will expire before their turn', async () => {
    // An SMS may begin until 22:00 in mainland China: thirty seconds are left.
    await open('2026-11-23T13:59:30Z', 4)
    await planned(60)
    await sql`UPDATE decorum.reminder SET expires_at = '2026-11-23T13:59:31Z' WHERE id IN (SELECT reminder_id FROM decorum.waiting ORDER BY next_at DESC, reminder_id DESC LIMIT 5)`.execute(
      fresh.ledger.db,
    )
    const goes = Math.ceil(30 * innerOf(4))
    const forecast = await smsForecast()
    expect(forecast.expires).toBeGreaterThanOrEqual(4)
    expect(forecast).toMatchObject({ goes, missesWindow: 60 - goes - forecast.expires, notToday: 0 })
    expect(forecast.words).toContain(
      `the sms queue empties at 21:59; ${forecast.missesWindow} will miss today’s window; ${forecast.expires} will expire before they can go`,
    )
  })

  it('sets apart what a switch holds, and what the rules keep past today', async () => {
    await open('2026-11-23T03:00:00Z', 5)
    await planned(10)
    const { id } = await stage.app.services.setSwitch(EVERYBODY, {
      scope: { creditor: 'shili-xiaojin' },
      state: 'paused',
      reason: 'a test',
    })
    expect(await smsForecast()).toMatchObject({ waiting: 10, goes: 0, heldBySwitch: 10, emptyAt: null })
    expect((await smsForecast()).words).toContain('nothing of it goes today; a switch holds 10')
    await stage.app.services.liftSwitch(EVERYBODY, id, { reason: 'the test goes on' })
    await sql`INSERT INTO decorum.suppression (id, creditor, recipient_id, scope, reason, source, starts_at, received_at, created_by, seq)
      SELECT gen_random_uuid(), creditor, id, 'all', 'opt-out', 'test', '2026-11-23T00:00:00Z', '2026-11-23T00:00:00Z', 'test', 99 FROM decorum.recipient ORDER BY id LIMIT 3`.execute(
      fresh.ledger.db,
    )
    expect(await smsForecast()).toMatchObject({ waiting: 10, goes: 7, notToday: 3, heldBySwitch: 0 })
  })

  it('tells a creditor of its own reminders only', async () => {
    await open('2026-11-23T03:00:00Z', 5)
    await planned(6)
    expect(await smsForecast(LENDER)).toMatchObject({ waiting: 6, goes: 6 })
    expect(await smsForecast({ ...LENDER, creditor: 'northwind' })).toMatchObject({ waiting: 0, goes: 0 })
  })

  // The embedded ledger works on the thread that calls the provider: on a busy machine slots are missed for it.
  const tolerance = name === 'PostgreSQL' ? 0.1 : 1
  it('comes true, on a server within a tenth: sixty messages at a provider', { retry: 3 }, async () => {
    await open('2026-11-23T03:00:00Z', 20, {})
    await recipients(0, 10)
    await stage.settle()
    expect((await stage.reminders()).map((one) => one.status)).toEqual(Array.from({ length: 10 }, () => 'sent'))
    const { id } = await stage.app.services.setSwitch(EVERYBODY, {
      scope: {},
      state: 'paused',
      reason: 'until all of them wait',
    })
    await stage.app.start([])
    await recipients(10, 70)
    await stage.app.pass('planner')
    await stage.app.services.liftSwitch(EVERYBODY, id, { reason: 'now' })
    const forecast = await smsForecast()
    expect(forecast).toMatchObject({ waiting: 60, goes: 60, assumed: false })

    const calls: number[] = []
    sms.script.push(
      ...Array.from({ length: 60 }, () => () => {
        calls.push(performance.now())
        return { kind: 'accepted', reference: 'r' } as const
      }),
    )
    const stalls = monitorEventLoopDelay({ resolution: 5 })
    stalls.enable()
    await stage.app.start(['planner'])
    await eventually(() => expect(calls).toHaveLength(60))
    const foretold = at(forecast.emptyAt ?? '') - stage.clock.now()
    const took = (calls.at(-1) as number) - (calls[0] as number)
    const { rows: missed } = await sql`SELECT no FROM decorum.attempt WHERE code = 'slot_missed'`.execute(
      fresh.ledger.db,
    )
    // Never sooner; later only where the machine did not keep up.
    const keptUp = missed.length === 0 && stalls.max < STALL_NS
    expect((took - foretold) / foretold).toBeGreaterThan(-tolerance)
    expect((took - foretold) / foretold).toBeLessThan(keptUp ? tolerance : Number.POSITIVE_INFINITY)
  })
})
