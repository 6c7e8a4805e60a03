import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { switchBody } from '../../src/intake/bodies.ts'
import { parse } from '../../src/intake/parse.ts'
import type { SwitchScope } from '../../src/model/vocabulary.ts'
import { closedBy, shareOf, shareOfRoute, smallestShare } from '../../src/pipeline/dispatch/switch-board.ts'
import type { Actor } from '../../src/pipeline/runtime.ts'
import type { ActiveSwitch } from '../../src/record/switches.ts'
import { emptyLedger } from '../support/empty-ledger.ts'
import { eventually } from '../support/eventually.ts'
import { eachLedger, type FreshLedger } from '../support/ledger.ts'
import { ScriptedProvider } from '../support/scripted-provider.ts'
import { scriptedRoutes } from '../support/scripted-routes.ts'
import { LENDER, overdueAccount, shippedConfig, Stage } from '../support/stage.ts'

const EVERYBODY: Actor = { name: 'ops', creditor: null, live: true }

describe('a switch', () => {
  const subject = {
    creditor: 'c',
    product: null,
    jurisdiction: 'US-NY',
    channel: 'sms',
    route: 'r',
    template: 't',
    ladder: null,
    rung: null,
  }
  const thrownAt = new Date('2026-11-23T03:00:00Z')
  it.each([
    ['stopped, over everything', [{ state: 'stopped', scope: {} }], 'new', 'stopped'],
    [
      'paused, over a country, covers its states',
      [{ state: 'paused', scope: { jurisdiction: 'US' } }],
      'new',
      'paused',
    ],
    [
      'paused, over a state, leaves its neighbours alone',
      [{ state: 'paused', scope: { jurisdiction: 'US-N' } }],
      'new',
      null,
    ],
    [
      'over what the reminder does not have covers nothing',
      [{ state: 'stopped', scope: { product: 'loan' } }],
      'new',
      null,
    ],
    [
      'of two the firmer wins',
      [
        { state: 'paused', scope: {} },
        { state: 'stopped', scope: { channel: 'sms' } },
      ],
      'new',
      'stopped',
    ],
    [
      'draining lets go what was queued before',
      [{ state: 'draining', scope: { creditor: 'c' } }],
      new Date('2026-11-23T02:59:59Z'),
      null,
    ],
    [
      'draining is a pause for what was queued after',
      [{ state: 'draining', scope: { creditor: 'c' } }],
      new Date('2026-11-23T03:00:01Z'),
      'paused',
    ],
    ['slowed closes nothing', [{ state: 'slowed', scope: {} }], 'new', null],
    ['draining does not call back what has its permission', [{ state: 'draining', scope: {} }], 'on-its-way', null],
  ] as const)('%s', (_what, active, queued, closed) => {
    expect(
      closedBy(
        active.map((s, i) => ({ ...s, share: s.state === 'slowed' ? 25 : null, id: String(i), thrownAt })),
        subject,
        queued,
      ),
    ).toBe(closed)
  })
})

describe('a slow switch', () => {
  const subject = {
    creditor: 'c',
    product: 'loan',
    jurisdiction: 'US-NY',
    channel: 'sms',
    route: 'r',
    template: 't',
    ladder: null,
    rung: null,
  }
  const slow = (share: number, scope: SwitchScope): ActiveSwitch => ({
    id: 'x',
    scope,
    state: 'slowed',
    share,
    thrownAt: new Date(0),
  })

  it.each([
    ['gives what it covers its share', [slow(25, { product: 'loan' })], { of: 25, somewhere: 25, everywhere: 100 }],
    [
      'of several that cover it the smallest share counts',
      [slow(25, { channel: 'sms' }), slow(5, { jurisdiction: 'US' }), slow(50, { route: 'r' })],
      { of: 5, somewhere: 5, everywhere: 25 },
    ],
    [
      'leaves other routes alone',
      [slow(25, { route: 'other' }), slow(30, { channel: 'email' })],
      { of: 100, somewhere: 100, everywhere: 100 },
    ],
    [
      'that may concern others on the route is known to the route',
      [slow(40, { creditor: 'another' })],
      { of: 100, somewhere: 40, everywhere: 100 },
    ],
    ['over everything covers every route', [slow(40, {})], { of: 40, somewhere: 40, everywhere: 40 }],
    [
      'none: all of the rate',
      [{ ...slow(1, {}), state: 'paused', share: null } as const],
      { of: 100, somewhere: 100, everywhere: 100 },
    ],
  ])('%s', (_what, active, expected) => {
    expect({
      of: shareOf(active, subject),
      somewhere: smallestShare(active, 'r', 'sms'),
      everywhere: shareOfRoute(active, 'r', 'sms'),
    }).toEqual(expected)
  })

  it.each([
    [{ state: 'slowed' }, 'share'],
    [{ state: 'paused', share: 25 }, 'share'],
    [{ state: 'slowed', share: 0 }, 'share'],
    [{ state: 'slowed', share: 100 }, 'share'],
    [{ state: 'slowed', share: 2.5 }, 'share'],
    [{ state: 'slowed', share: '25' }, 'share'],
  ])('says what is wrong with %j', (body, path) => {
    expect(parse(switchBody, { scope: {}, reason: 'a test', ...body })).toMatchObject({ ok: false, faults: [{ path }] })
  })
})

eachLedger('switches', (_name, openFresh) => {
  let fresh: FreshLedger
  let stage: Stage
  let sms: ScriptedProvider

  beforeAll(async () => {
    fresh = await openFresh()
  })

  const open = async () => {
    await emptyLedger(fresh.ledger)
    sms = new ScriptedProvider('sms')
    stage = await Stage.set(fresh, '2026-11-23T03:00:00Z', {
      config: shippedConfig(),
      overrides: { ...scriptedRoutes({ sms }), monotonic: () => performance.now() },
    })
  }
  afterEach(() => stage.app.stop())

  /** Time goes by meanwhile: without fresh switches nothing goes, and it is tried again a second later. */
  const soon = <T>(check: () => Promise<T>) =>
    eventually(() => {
      stage.clock.stepTo(stage.clock.now() + 250)
      return check()
    })
  const set = (body: object, actor: Actor = EVERYBODY) => {
    const parsed = parse(switchBody, { reason: 'a test', ...body })
    if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.faults))
    return stage.app.services.setSwitch(actor, parsed.value)
  }
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

  it('one that is thrown is obeyed by a running dispatcher within two seconds, and once it is lifted what waited goes out', async () => {
    await open()
    await stage.app.start(['planner'])
    await stage.account('a-0', recipient(0))
    await soon(async () => expect(sms.calls).toHaveLength(1))

    let lastCall = 0
    sms.script.push(
      ...Array.from({ length: 1_000 }, () => () => {
        lastCall = performance.now()
        return { kind: 'accepted', reference: 'r' } as const
      }),
    )
    const stop = await set({ scope: { creditor: 'shili-xiaojin', channel: 'sms' }, state: 'stopped' })
    const thrown = performance.now()
    const stopped = () =>
      fresh.ledger.db
        .selectFrom('decorum.waiting')
        .select('reminder_id')
        .where('decided_as', 'like', 'refuse|decorum/switch@%')
        .execute()
    // People keep arriving, each as soon as the one before has been decided, until one of them is held.
    let held = 0
    for (let n = 1; n < 1_000 && held === 0; n++) {
      await stage.account(`a-${n}`, recipient(n))
      held = await soon(async () => {
        const now = (await stopped()).length
        expect(sms.calls.length + now).toBeGreaterThan(n)
        return now
      })
    }
    expect(held).toBe(1)
    expect(lastCall - thrown).toBeLessThan(2_000)
    const before = sms.calls.length
    await stage.account('a-1000', recipient(1_000))
    await soon(async () => expect((await stopped()).length).toBeGreaterThan(1))
    expect(sms.calls).toHaveLength(before)

    await stage.app.services.liftSwitch(EVERYBODY, stop.id, { reason: 'the test is over' })
    await eventually(async () => {
      stage.clock.stepTo(stage.clock.now() + 5_000)
      expect(new Set((await stage.reminders()).map((r) => r.status))).toEqual(new Set(['sent']))
    }, 300)
    expect(sms.calls).toHaveLength((await stage.reminders()).length)
  })

  it('that would hold nothing is refused, with what was probably meant', async () => {
    await open()
    await expect(set({ scope: { route: 'sms-mian' }, state: 'paused' })).rejects.toMatchObject({
      code: 'DECORUM_BAD_INPUT',
      faults: [{ path: 'scope.route', cure: 'Did you mean "sms-main"?' }],
    })
    await expect(set({ scope: { ladder: 'cn-consumer-loan', rung: 'none' }, state: 'paused' })).rejects.toMatchObject({
      faults: [{ path: 'scope.rung' }],
    })
    expect(parse(switchBody, { scope: { chanel: 'sms' }, state: 'halted', reason: '' })).toMatchObject({
      ok: false,
      faults: expect.arrayContaining([
        expect.objectContaining({ path: 'scope.chanel' }),
        expect.objectContaining({ path: 'state' }),
        expect.objectContaining({ path: 'reason' }),
      ]),
    })
  })

  it('of a key of one creditor holds that creditor alone, and a test key throws none', async () => {
    await open()
    expect(await set({ scope: {}, state: 'paused' }, LENDER)).toMatchObject({
      scope: { creditor: 'shili-xiaojin' },
      setBy: 'test',
    })
    await expect(set({ scope: { creditor: 'northwind' }, state: 'paused' }, LENDER)).rejects.toMatchObject({
      code: 'DECORUM_FORBIDDEN',
    })
    await expect(set({ scope: {}, state: 'paused' }, { ...LENDER, live: false })).rejects.toMatchObject({
      code: 'DECORUM_FORBIDDEN',
    })
    const ours = await set({ scope: { creditor: 'northwind' }, state: 'paused' })
    await expect(stage.app.services.liftSwitch(LENDER, ours.id, { reason: 'not mine' })).rejects.toMatchObject({
      code: 'DECORUM_NOT_FOUND',
    })
    expect((await stage.app.services.listSwitches(LENDER, { active: true })).items).toHaveLength(1)
    expect((await stage.app.services.listSwitches(EVERYBODY, { active: true })).items).toHaveLength(2)
  })

  it('is lifted once, with who did it and why on the record', async () => {
    await open()
    const { id } = await set({ scope: { template: 'cn-consumer-loan' }, state: 'paused' })
    expect(await stage.app.services.liftSwitch(EVERYBODY, id, { reason: 'words corrected' })).toEqual({
      id,
      changed: true,
    })
    expect(await stage.app.services.liftSwitch(EVERYBODY, id, { reason: 'again' })).toEqual({ id, changed: false })
    expect((await stage.app.services.listSwitches(EVERYBODY, {})).items).toMatchObject([
      { id, liftedBy: 'ops', liftReason: 'words corrected' },
    ])
  })
})
