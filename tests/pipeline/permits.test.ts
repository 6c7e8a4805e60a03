import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { memoryRateGate } from '../../src/deliver/rate-gate.ts'
import { contactBody, permitBody, permitSettlement, reminderBody } from '../../src/intake/bodies.ts'
import { parse } from '../../src/intake/parse.ts'
import { type DispatchContext, DISPATCH_LIMITS } from '../../src/pipeline/dispatch/dispatch-context.ts'
import { reserve } from '../../src/pipeline/dispatch/reserve.ts'
import { SwitchBoard } from '../../src/pipeline/dispatch/switch-board.ts'
import type { Actor } from '../../src/pipeline/runtime.ts'
import { policyOf } from '../../src/services/packs-in-force.ts'
import { callCapPack } from '../support/call-cap-pack.ts'
import { emptyLedger } from '../support/empty-ledger.ts'
import { eachLedger, type FreshLedger } from '../support/ledger.ts'
import { ScriptedProvider } from '../support/scripted-provider.ts'
import { scriptedRoutes } from '../support/scripted-routes.ts'
import { openTicket, LENDER, overdueAccount, shippedConfig, Stage } from '../support/stage.ts'

const NUMBER = '+8613800138000'

eachLedger('permits', (_name, openFresh) => {
  let fresh: FreshLedger
  let stage: Stage
  let standing = false
  let phone: ScriptedProvider

  beforeAll(async () => {
    fresh = await openFresh()
  })

  /** 11:00 in Shanghai on the first day past due; three calls in seven days. */
  const open = async (limit = 3) => {
    if (standing) await stage.app.stop()
    standing = true
    await emptyLedger(fresh.ledger)
    phone = new ScriptedProvider('phone')
    stage = await Stage.set(fresh, '2026-11-23T03:00:00Z', {
      config: shippedConfig({}, { packs: [callCapPack(limit)], policies: { house: [] } }),
      overrides: scriptedRoutes({ phone }),
    })
    await stage.account('a-1', overdueAccount())
  }
  beforeEach(() => open())
  afterAll(() => stage.app.stop())

  const ask = (over: Record<string, unknown> = {}, key: string | null = null, actor: Actor = LENDER) => {
    const parsed = parse(permitBody, {
      recipientId: 'r-1',
      accountIds: ['a-1'],
      address: NUMBER,
      by: 'north-agency',
      ...over,
    })
    if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.faults))
    return stage.app.services.askPermit(actor, key, parsed.value)
  }
  const settle = (id: string | null, over: Record<string, unknown>, actor: Actor = LENDER) => {
    const parsed = parse(permitSettlement, over)
    if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.faults))
    return stage.app.services.settlePermit(actor, id ?? '', parsed.value)
  }
  const called = async (id: string, at: string, outcome = 'no-answer') => {
    const parsed = parse(contactBody, {
      id,
      recipientId: 'r-1',
      accountIds: ['a-1'],
      at,
      channel: 'phone',
      outcome,
      address: NUMBER,
    })
    if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.faults))
    await stage.app.services.addContact(LENDER, parsed.value)
  }
  const permits = () => fresh.ledger.db.selectFrom('decorum.permit').selectAll().orderBy('id').execute()

  it('one that is given counts from that moment as a call in flight by whoever asked', async () => {
    const answer = await ask()
    expect(answer).toMatchObject({ verdict: 'send', reasons: [], expiresAt: '2026-11-23T03:15:00Z' })
    expect(await stage.contacts()).toMatchObject([
      {
        id: answer.permitId,
        outcome: 'pending',
        made_by: 'north-agency',
        channel: 'phone',
        mode: 'agent',
        reminder_id: null,
      },
    ])
    expect(await ask()).toMatchObject({
      verdict: 'defer',
      permitId: null,
      expiresAt: null,
      reasons: expect.arrayContaining([
        expect.objectContaining({ code: 'too_soon', rule: 'decorum/one-call-at-a-time' }),
      ]),
    })
  })

  it('runs no longer than the hours are open, and none is given when they are about to close', async () => {
    stage.clock.stepTo(Date.parse('2026-11-23T12:50:00Z'))
    expect(await ask()).toMatchObject({
      verdict: 'send',
      until: '2026-11-23T13:00:00Z',
      expiresAt: '2026-11-23T13:00:00Z',
    })
    await open()
    stage.clock.stepTo(Date.parse('2026-11-23T12:59:55Z'))
    expect(await ask()).toMatchObject({
      verdict: 'defer',
      until: '2026-11-24T00:00:00Z',
      permitId: null,
      reasons: [{ code: 'outside_contact_window', rule: 'test-calls/hours' }],
    })
    expect(await stage.contacts()).toEqual([])
  })

  it('is refused with the rule and its citation once the cap is used up, and every answer is kept with its facts', async () => {
    await called('c-1', '2026-11-21T03:00:00Z')
    await called('c-2', '2026-11-22T03:00:00Z')
    await called('c-3', '2026-11-23T01:00:00Z')
    expect(await ask()).toMatchObject({
      verdict: 'defer',
      until: '2026-11-28T00:00:00Z',
      reasons: [{ code: 'cap_reached', rule: 'test-calls/calls', citation: 'Test Act § 1' }],
    })
    expect(await permits()).toMatchObject([
      { status: 'denied', verdict: 'defer', expires_at: null, packs: [{ id: 'test-calls', version: '1' }] },
    ])
    expect((await permits())[0]?.facts.contacts).toHaveLength(3)
  })

  describe('settled', () => {
    it('with its outcome, it stands as that call, and saying it again changes nothing', async () => {
      const { permitId } = await ask()
      expect(await settle(permitId, { outcome: 'no-answer', at: '2026-11-23T03:00:00Z' })).toEqual({
        id: permitId,
        outcome: 'no-answer',
        repeated: false,
      })
      expect(await settle(permitId, { outcome: 'no-answer' })).toMatchObject({ repeated: true })
      await expect(settle(permitId, { outcome: 'conversation' })).rejects.toMatchObject({
        code: 'DECORUM_STATE_CONFLICT',
      })
      expect(await stage.contacts()).toMatchObject([{ outcome: 'no-answer' }])
      expect(await stage.app.services.getPermit(LENDER, permitId ?? '')).toMatchObject({
        status: 'settled',
        outcome: 'no-answer',
        recipientId: 'r-1',
        accountIds: ['a-1'],
        settledBy: 'test',
      })
    })

    it('as a conversation, it starts cooldowns from when it was had, and what waits is decided anew', async () => {
      const { permitId } = await ask()
      await sql`UPDATE decorum.account SET plan_at = '2030-01-01'`.execute(fresh.ledger.db)
      stage.clock.stepTo(Date.parse('2026-11-23T03:10:00Z'))
      await settle(permitId, { outcome: 'conversation', at: '2026-11-23T03:05:00Z' })
      expect(await stage.contacts()).toMatchObject([
        { outcome: 'conversation', party: 'recipient', at: new Date('2026-11-23T03:05:00Z') },
      ])
      expect(await fresh.ledger.db.selectFrom('decorum.account').select('plan_at').execute()).toEqual([
        { plan_at: new Date('2026-11-23T03:10:00Z') },
      ])
      expect(await ask()).toMatchObject({
        verdict: 'defer',
        until: '2026-11-25T00:00:00Z',
        reasons: expect.arrayContaining([expect.objectContaining({ code: 'cooldown' })]),
      })
    })

    it('as not placed, it gives its place back', async () => {
      const { permitId } = await ask()
      await settle(permitId, { outcome: 'not-placed' })
      expect(await stage.contacts()).toEqual([])
      expect(await ask()).toMatchObject({ verdict: 'send' })
    })

    it('not with a time before it was given or ahead of now, and not by another creditor', async () => {
      const { permitId } = await ask()
      await expect(settle(permitId, { outcome: 'no-answer', at: '2026-11-23T02:59:59Z' })).rejects.toMatchObject({
        code: 'DECORUM_BAD_INPUT',
        faults: [{ path: 'at' }],
      })
      await expect(settle(permitId, { outcome: 'no-answer', at: '2026-11-23T03:02:00Z' })).rejects.toMatchObject({
        code: 'DECORUM_BAD_INPUT',
      })
      await expect(
        settle(permitId, { outcome: 'no-answer' }, { ...LENDER, creditor: 'northwind' }),
      ).rejects.toMatchObject({ code: 'DECORUM_NOT_FOUND' })
    })
  })

  it('one of which nobody says what came is in doubt when its time is over, counts as used, and can still be settled', async () => {
    const { permitId } = await ask()
    await stage.app.pass('sweeper')
    expect(await permits()).toMatchObject([{ status: 'open' }])
    stage.clock.stepTo(Date.parse('2026-11-23T03:15:00Z'))
    await stage.app.pass('sweeper')
    expect(await permits()).toMatchObject([{ status: 'in_doubt' }])
    expect(await stage.contacts()).toMatchObject([{ outcome: 'in-doubt' }])
    expect((await ask()).reasons).toContainEqual(expect.objectContaining({ code: 'cooldown' }))
    expect(await settle(permitId, { outcome: 'no-answer' })).toMatchObject({ repeated: false })
    expect(await stage.contacts()).toMatchObject([{ outcome: 'no-answer' }])
    expect(await ask()).toMatchObject({ verdict: 'send' })
  })

  it('of two requests under one key one is done, and both get its answer', async () => {
    const [first, again] = [await ask({}, 'k-1'), await ask({}, 'k-1')]
    expect(again).toEqual(first)
    expect(await stage.contacts()).toHaveLength(1)
    await expect(ask({ by: 'south-agency' }, 'k-1')).rejects.toMatchObject({ code: 'DECORUM_CONFLICT' })
  })

  it("none is given to a test key, while a switch holds calls, or for what is not the person's own", async () => {
    await expect(ask({}, null, { ...LENDER, live: false })).rejects.toMatchObject({ code: 'DECORUM_FORBIDDEN' })
    const held = await stage.app.services.setSwitch(LENDER, {
      scope: { channel: 'phone' },
      state: 'draining',
      reason: 'a rehearsal',
    })
    expect(await ask()).toMatchObject({ verdict: 'refuse', reasons: [{ code: 'switched_off' }] })
    await stage.app.services.liftSwitch(LENDER, held.id, { reason: 'over' })
    await expect(ask({ address: '+8613900139000' })).rejects.toMatchObject({
      code: 'DECORUM_BAD_INPUT',
      faults: [{ path: 'address' }],
    })
    await expect(ask({ accountIds: ['a-1', 'a-2'] })).rejects.toMatchObject({ faults: [{ path: 'accountIds[1]' }] })
    await expect(ask({ recipientId: 'r-2' })).rejects.toMatchObject({ code: 'DECORUM_NOT_FOUND' })
    expect(await ask()).toMatchObject({ verdict: 'send' })
  })

  // The embedded ledger's one session takes them one after another; the answer has to be the same.
  describe('raced', () => {
    it('of sixteen that ask at once for the last call that a cap allows, one gets it', async () => {
      for (const round of [1, 2, 3]) {
        await open()
        await called('c-1', '2026-11-21T03:00:00Z')
        await called('c-2', '2026-11-22T03:00:00Z')
        const answers = await Promise.all(Array.from({ length: 16 }, (_, i) => ask({ by: `agency-${i}` })))
        expect(
          answers.filter((a) => a.verdict === 'send'),
          `round ${round}`,
        ).toHaveLength(1)
        for (const lost of answers.filter((a) => a.verdict !== 'send'))
          expect(lost.reasons).toContainEqual(expect.objectContaining({ code: 'cap_reached' }))
        expect(await stage.contacts()).toHaveLength(3)
      }
    })

    it('against our own dispatcher, the two together never pass the cap', async () => {
      let [ours, theirs] = [0, 0]
      for (let round = 0; round < 6; round++) {
        await open(1)
        const ticket = await queuedCall()
        // Who begins differs from round to round; who wins is left to the locks.
        const asks = () => Promise.all(Array.from({ length: 4 }, (_, i) => ask({ by: `agency-${i}` })))
        const reserving = () => reserve(stage.app.runtime, context(), ticket)
        const [given, reserved] =
          round % 2 === 0
            ? await Promise.all([asks(), reserving()])
            : await Promise.all([reserving(), asks()]).then(([r, a]) => [a, r] as const)
        const sent = given.filter((a) => a.verdict === 'send').length
        expect(sent + reserved.reserved.length).toBeLessThanOrEqual(1)
        expect(await stage.contacts()).toHaveLength(sent + reserved.reserved.length)
        ours += reserved.reserved.length
        theirs += sent
      }
      expect(ours + theirs).toBeGreaterThan(0)
    })
  })

  const queuedCall = async () => {
    const parsed = parse(reminderBody, {
      accountId: 'a-1',
      template: 'cn-consumer-loan',
      tone: 'neutral',
      channels: ['phone'],
      expiresAt: '2026-11-24T03:00:00Z',
    })
    if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.faults))
    const { id } = await stage.app.services.createReminder(LENDER, null, parsed.value)
    return openTicket(fresh.ledger, [id], 'phone-main')
  }
  const context = (): DispatchContext => {
    const { runtime, config } = stage.app
    const route = config.routes.find((r) => r.channel === 'phone')
    if (route === undefined) throw new Error('no route')
    return {
      route,
      provider: phone,
      testProvider: phone,
      gate: memoryRateGate(route.id, { perSecond: 1_000, largestWeight: 4 }),
      packs: policyOf(config),
      switches: new SwitchBoard(runtime),
      worker: 'test',
      clockCertain: () => true,
      optOutUrl: () => null,
      limits: DISPATCH_LIMITS,
    }
  }
})
