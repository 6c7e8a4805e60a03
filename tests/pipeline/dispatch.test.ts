import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Overrides } from '../../src/app/build.ts'
import type { Config } from '../../src/config/config.ts'
import { memoryRateGate } from '../../src/deliver/rate-gate.ts'
import type { Template } from '../../src/model/template.ts'
import { type DispatchContext, DISPATCH_LIMITS } from '../../src/pipeline/dispatch/dispatch-context.ts'
import { reserve } from '../../src/pipeline/dispatch/reserve.ts'
import { SwitchBoard } from '../../src/pipeline/dispatch/switch-board.ts'
import { planDue } from '../../src/pipeline/plan-due.ts'
import { applyReceipt } from '../../src/pipeline/receipts.ts'
import { pollReceipts, lookUpDoubts } from '../../src/pipeline/sweep/doubts.ts'
import { expireLeases } from '../../src/pipeline/sweep/lapses.ts'
import { newId } from '../../src/record/id.ts'
import type { Ledger } from '../../src/record/ledger.ts'
import { policyOf } from '../../src/services/packs-in-force.ts'
import { emptyLedger } from '../support/empty-ledger.ts'
import { eventually } from '../support/eventually.ts'
import { eachLedger, type FreshLedger } from '../support/ledger.ts'
import { ScriptedProvider } from '../support/scripted-provider.ts'
import { scriptedRoutes } from '../support/scripted-routes.ts'
import { openTicket, overdueAccount, shippedConfig, Stage } from '../support/stage.ts'

eachLedger('dispatch', (_name, openFresh) => {
  let fresh: FreshLedger
  let ledger: Ledger
  let stage: Stage
  let sms: ScriptedProvider
  let phone: ScriptedProvider

  beforeAll(async () => {
    fresh = await openFresh()
    ledger = fresh.ledger
  })

  /** A clean ledger and a process on it, at 11:00 in Shanghai on the first day past due. */
  const open = async (
    over: Partial<Config> = {},
    now = '2026-11-23T03:00:00Z',
    gates: Pick<Overrides, 'gates'> = {},
  ) => {
    await stage?.app.stop()
    await emptyLedger(ledger)
    sms = new ScriptedProvider('sms')
    phone = new ScriptedProvider('phone')
    const shipped = shippedConfig()
    stage = await Stage.set(fresh, now, {
      // One route a channel: each more is another listener to start and stop for every test.
      config: { ...shipped, routes: shipped.routes.filter((route) => route.id.endsWith('-main')), ...over },
      overrides: { ...scriptedRoutes({ sms, phone }), ...gates },
    })
  }
  beforeEach(() => open())
  afterEach(() => stage.app.stop())

  const only = async () => {
    const [reminder, ...others] = await stage.reminders()
    expect(others).toEqual([])
    if (reminder === undefined) throw new Error('no reminder')
    return reminder
  }
  /** But for those that a busy machine was too slow to begin in their slot; they are decided again. */
  const attempts = () =>
    ledger.db
      .selectFrom('decorum.attempt')
      .selectAll()
      .where((on) => on.or([on('code', 'is', null), on('code', '!=', 'slot_missed')]))
      .orderBy('no')
      .execute()

  describe('one reminder', () => {
    it('that a busy process begins too late for its slot takes another, and is not reserved again', async () => {
      let asked = 0
      const passedBy = { askedAt: -Infinity, answeredAt: 0, delaysMs: [0] }
      const free = { askedAt: Infinity, answeredAt: 0, delaysMs: [0] }
      const gate = {
        take: async () => (asked++ === 0 ? passedBy : free),
        backlogMs: async () => 0,
        close: async () => {},
      }
      await open({}, undefined, { gates: () => gate })
      await stage.account('a-1', overdueAccount())
      await stage.settle()
      expect(sms.calls).toHaveLength(1)
      expect(asked).toBe(2)
      expect(await ledger.db.selectFrom('decorum.reservation').select('no').execute()).toEqual([{ no: 1 }])
    })

    it('is decided, reserved, sent once and settled', async () => {
      await stage.account('a-1', overdueAccount())
      await stage.settle()
      expect(await only()).toMatchObject({ status: 'sent', channel: 'sms', tone: 'gentle', tries: 1, attempts: 0 })
      expect(sms.calls).toHaveLength(1)
      expect(sms.calls[0]).toMatchObject({ to: '+8613800138000', message: { channel: 'sms', form: 'text' } })
      expect(await attempts()).toMatchObject([{ no: 1, status: 'accepted', provider_ref: 'ref-1', locale: 'zh-CN' }])
      expect(await stage.contacts()).toMatchObject([{ outcome: 'sent', channel: 'sms', made_by: 'decorum' }])
    })

    it('is not sent on a balance that the ledger has as of a day that has not come, and is once the balance is stated', async () => {
      await stage.account('a-1', overdueAccount())
      await ledger.db
        .updateTable('decorum.account')
        .set({ as_of: new Date('2027-11-26T20:00:00Z'), stated_at: null, stated_by: null, stated_minor: null })
        .execute()
      await stage.settle()
      expect(sms.calls).toHaveLength(0)
      expect((await stage.decisions((await only()).id)).at(-1)).toMatchObject({
        verdict: 'refuse',
        code: 'facts_conflict',
      })
      await stage.account('a-1', overdueAccount({ asOf: '2026-11-23T02:00:00Z' }))
      await stage.settle()
      expect(sms.calls).toHaveLength(1)
    })

    it('may be kept by the carrier no longer than the window is open', async () => {
      await stage.account('a-1', overdueAccount())
      await stage.settle()
      // 11:00 in Shanghai; the window closes at 22:00, and carriers keep an SMS ten hours at most.
      expect(sms.calls[0]?.validForSeconds).toBe(36_000)
      await stage.account(
        'a-2',
        overdueAccount({
          recipient: {
            id: 'r-2',
            name: '李四',
            locale: 'zh-CN',
            jurisdiction: 'CN',
            addresses: [{ channel: 'sms', value: '13900139000' }],
          },
        }),
      )
      await stage.until('2026-11-23T13:30:00Z')
      expect(sms.calls[1]?.validForSeconds).toBe(1_800)
    })

    it('waits for the morning without spending a try when the night falls first', async () => {
      await open({}, '2026-11-23T14:30:00Z')
      await stage.account('a-1', overdueAccount())
      await stage.settle()
      expect(sms.calls).toEqual([])
      expect(await only()).toMatchObject({
        status: 'scheduled',
        tries: 0,
        attempts: 0,
        next_at: new Date('2026-11-24T00:00:00Z'),
      })
      await stage.until('2026-11-24T00:00:00Z')
      expect(await only()).toMatchObject({ status: 'sent' })
    })

    it('is not sent before it is due, though a process whose clock is ahead queued it', async () => {
      await stage.account('a-1', overdueAccount())
      await planDue(stage.app.runtime)
      await ledger.db
        .updateTable('decorum.reminder')
        .set({ due_at: new Date('2026-11-23T06:00:00Z') })
        .execute()
      await stage.settle()
      expect(await only()).toMatchObject({
        status: 'scheduled',
        decisions: 0,
        tries: 0,
        next_at: new Date('2026-11-23T06:00:00Z'),
      })
      await stage.until('2026-11-23T06:00:00Z')
      expect(await only()).toMatchObject({ status: 'sent' })
    })

    it('keeps no name, number or text outside the vault', async () => {
      await stage.account('a-1', overdueAccount())
      await stage.settle()
      const rows = JSON.stringify([
        await stage.reminders(),
        await stage.decisions((await only()).id),
        await attempts(),
        await stage.contacts(),
      ])
      for (const secret of ['张三', '13800138000', '还款', '示例消金']) expect(rows).not.toContain(secret)
    })
  })

  describe('at most one acceptance', () => {
    /** A desk of our own beside the running process, so that a test decides when to reserve. */
    const context = (): DispatchContext => {
      const { runtime, config } = stage.app
      const route = config.routes.find((r) => r.id === 'sms-main')
      if (route === undefined) throw new Error('no route')
      return {
        route,
        provider: sms,
        testProvider: sms,
        gate: memoryRateGate('sms-main', { perSecond: 1_000, largestWeight: 4 }),
        packs: policyOf(config),
        switches: new SwitchBoard(runtime),
        worker: 'test',
        clockCertain: () => true,
        optOutUrl: () => null,
        limits: DISPATCH_LIMITS,
      }
    }
    const queued = async () => {
      await stage.account('a-1', overdueAccount())
      await planDue(stage.app.runtime)
      const reminder = await only()
      return openTicket(ledger, [reminder.id])
    }

    it('of two workers that hear one ticket, one reserves', async () => {
      const ticket = await queued()
      const [a, b] = await Promise.all([
        reserve(stage.app.runtime, context(), ticket),
        reserve(stage.app.runtime, context(), ticket),
      ])
      expect(a.reserved.length + b.reserved.length).toBe(1)
      expect(await attempts()).toHaveLength(1)
    })

    it('an old ring wakes nobody', async () => {
      const ticket = await queued()
      expect((await reserve(stage.app.runtime, context(), { ...ticket, ring: randomUUID() })).reserved).toEqual([])
      expect(await attempts()).toEqual([])
    })

    it('a worker that dies after reserving leaves an attempt in doubt, which is never sent again by itself', async () => {
      const ticket = await queued()
      const shortLease = { ...context(), limits: { ...DISPATCH_LIMITS, leaseMs: 1 } }
      expect((await reserve(stage.app.runtime, shortLease, ticket)).reserved).toHaveLength(1)
      await eventually(async () => expect(await expireLeases(stage.app.runtime)).toBe(1))
      expect(await expireLeases(stage.app.runtime)).toBe(0)
      expect(await only()).toMatchObject({ status: 'in_doubt' })
      expect(await stage.contacts()).toMatchObject([{ outcome: 'in-doubt' }])
      await stage.until('2026-11-25T03:00:00Z')
      expect(await stage.reminders()).toContainEqual(expect.objectContaining({ status: 'in_doubt', rung: 'm1-day1' }))
      expect(sms.calls.every((call) => call.attempt.reminderId !== ticket.reminderIds[0])).toBe(true)
    })

    it('an attempt in doubt that the provider knows is accepted', async () => {
      sms.script.push({ kind: 'unknown', code: 'ECONNRESET', detail: 'the connection broke after the request' })
      await stage.account('a-1', overdueAccount())
      await stage.settle()
      expect(await only()).toMatchObject({ status: 'in_doubt' })
      sms.lookUpAnswer = {
        kind: 'found',
        reference: 'SM1',
        word: { state: 'delivered', final: true, code: null, class: null },
      }
      await lookUpDoubts(stage.app.runtime, () => ({ provider: sms, from: 'x' }), 0)
      expect(await only()).toMatchObject({ status: 'delivered' })
      expect(await attempts()).toMatchObject([{ status: 'accepted', provider_ref: 'SM1', resolved_by: 'look-up' }])
      expect(sms.calls).toHaveLength(1)
    })

    it('"not found" is not believed while the message could still turn up', async () => {
      sms.script.push({ kind: 'unknown', code: 'ETIMEDOUT', detail: 'no answer' })
      await stage.account('a-1', overdueAccount())
      await stage.settle()
      await lookUpDoubts(stage.app.runtime, () => ({ provider: sms, from: 'x' }), 0)
      expect(await only()).toMatchObject({ status: 'in_doubt' })
      await sql`UPDATE decorum.reservation SET lease_until = clock_timestamp() - interval '12 hours'`.execute(ledger.db)
      await lookUpDoubts(stage.app.runtime, () => ({ provider: sms, from: 'x' }), 0)
      expect(await attempts()).toMatchObject([{ status: 'rejected', code: 'not_in_books' }])
      expect(await only()).toMatchObject({ status: 'scheduled', attempts: 1 })
    })

    it('"not found" is never believed of a provider whose books prove nothing', async () => {
      sms.script.push({ kind: 'unknown', code: 'ETIMEDOUT', detail: 'no answer' })
      sms.lookUpIsConclusive = false
      await stage.account('a-1', overdueAccount())
      await stage.settle()
      await sql`UPDATE decorum.reservation SET lease_until = clock_timestamp() - interval '30 days'`.execute(ledger.db)
      await lookUpDoubts(stage.app.runtime, () => ({ provider: sms, from: 'x' }), 0)
      expect(await only()).toMatchObject({ status: 'in_doubt' })
    })
  })

  describe('what a provider refuses', () => {
    it('a failure that may pass is tried again after a growing pause, and ends after five', async () => {
      const fault = { kind: 'rejected', class: 'retriable', code: 'ECONNREFUSED', detail: 'refused' } as const
      sms.script.push(fault, 'accepted')
      await stage.account('a-1', overdueAccount())
      await stage.settle()
      const waiting = await only()
      expect(waiting).toMatchObject({ status: 'scheduled', attempts: 1 })
      expect(await stage.contacts()).toEqual([])
      await stage.until('2026-11-23T03:01:00Z')
      expect(await only()).toMatchObject({ status: 'sent', tries: 2, attempts: 1 })
    })

    it('a number that does not exist is stopped, and the step goes out on the next channel if the ladder names one', async () => {
      sms.script.push({ kind: 'rejected', class: 'address', code: '21211', detail: 'invalid To' })
      await stage.account('a-1', overdueAccount())
      await stage.settle()
      expect(await ledger.db.selectFrom('decorum.suppression').selectAll().execute()).toMatchObject([
        { scope: 'address', reason: 'bad-address' },
      ])
      expect(await only()).toMatchObject({ status: 'refused', end_reason: 'suppressed', tries: 1 })
      expect(sms.calls).toHaveLength(1)
    })

    it('an opt-out that the provider knows becomes ours at once', async () => {
      sms.script.push({ kind: 'rejected', class: 'opted-out', code: '21610', detail: 'unsubscribed' })
      await stage.account('a-1', overdueAccount())
      await stage.settle()
      expect(await ledger.db.selectFrom('decorum.suppression').selectAll().execute()).toMatchObject([
        { reason: 'opt-out', source: 'provider:21610' },
      ])
      expect(await only()).toMatchObject({ status: 'refused' })
    })

    it('wrong credentials cost the person no try', async () => {
      sms.script.push({ kind: 'rejected', class: 'configuration', code: '20003', detail: 'authentication' }, 'accepted')
      await stage.account('a-1', overdueAccount())
      await stage.settle()
      expect(await only()).toMatchObject({ status: 'scheduled', attempts: 0 })
      await stage.until('2026-11-23T03:05:00Z')
      expect(await only()).toMatchObject({ status: 'sent', attempts: 0, tries: 2 })
    })
  })

  describe('receipts', () => {
    const receipt =
      (state: 'sent' | 'delivered' | 'failed', over: object = {}) =>
      async () => {
        const { id } = await only()
        return applyReceipt(stage.app.runtime, {
          reminderId: id,
          attemptNo: 1,
          dedupe: state,
          saidAt: null,
          word: { state, final: state !== 'sent', code: null, class: null },
          ...over,
        })
      }

    it('may come twice and out of order', async () => {
      await stage.account('a-1', overdueAccount())
      await stage.settle()
      expect(await receipt('delivered')()).toBe('applied')
      expect(await receipt('delivered')()).toBe('repeated')
      expect(await receipt('sent')()).toBe('no_change')
      expect(await only()).toMatchObject({ status: 'delivered' })
      expect(await stage.contacts()).toMatchObject([{ outcome: 'delivered' }])
    })

    it('resolve a doubt', async () => {
      sms.script.push({ kind: 'unknown', code: 'ETIMEDOUT', detail: 'no answer' })
      await stage.account('a-1', overdueAccount())
      await stage.settle()
      expect(await receipt('delivered')()).toBe('applied')
      expect(await attempts()).toMatchObject([{ status: 'accepted', resolved_by: 'receipt' }])
      expect(await only()).toMatchObject({ status: 'delivered' })
    })

    it('that never came are asked for', async () => {
      await stage.account('a-1', overdueAccount())
      await stage.settle()
      stage.clock.stepTo(stage.clock.now() + 10 * 60_000)
      sms.lookUpAnswer = {
        kind: 'found',
        reference: 'ref-1',
        word: { state: 'delivered', final: true, code: null, class: null },
      }
      const real = Object.assign(Object.create(sms) as ScriptedProvider, { harmless: false })
      expect(await pollReceipts(stage.app.runtime, () => ({ provider: real, from: 'x' }), 0)).toBe(1)
      expect(await only()).toMatchObject({ status: 'delivered' })
      expect(await pollReceipts(stage.app.runtime, () => ({ provider: real, from: 'x' }), 0)).toBe(0)
    })

    it('of an attempt that is none of ours are not invented', async () => {
      expect(
        await applyReceipt(stage.app.runtime, {
          reminderId: newId(),
          attemptNo: 1,
          dedupe: 'x',
          saidAt: null,
          word: { state: 'delivered', final: true, code: null, class: null },
        }),
      ).toBe('unknown')
    })
  })

  describe('stops', () => {
    const hold = async (kind: string) => {
      const recipient = await ledger.db
        .selectFrom('decorum.recipient')
        .select(['id', 'creditor'])
        .executeTakeFirstOrThrow()
      await sql`INSERT INTO decorum.hold (id, creditor, recipient_id, kind, starts_at, created_by, created_at, seq)
        VALUES (${newId()}::uuid, ${recipient.creditor}, ${recipient.id}::uuid, ${kind}, '2026-11-23T00:00:00Z', 'test', '2026-11-23T00:00:00Z', 99)`.execute(
        ledger.db,
      )
    }

    it('one that was committed before the reservation prevents the call, and the reminder waits for its end', async () => {
      await stage.account('a-1', overdueAccount())
      await planDue(stage.app.runtime)
      await hold('complaint')
      await stage.settle()
      expect(sms.calls).toEqual([])
      const reminder = await only()
      expect(reminder).toMatchObject({ status: 'scheduled', tries: 0 })
      expect((await stage.decisions(reminder.id)).at(-1)).toMatchObject({ verdict: 'refuse', code: 'on_hold' })
      await stage.until('2026-11-26T03:00:00Z')
      expect(await stage.reminders()).toContainEqual(
        expect.objectContaining({ id: reminder.id, status: 'expired', end_reason: 'expired' }),
      )
      expect(sms.calls).toEqual([])
    })
  })

  describe('words that lack what law wants said', () => {
    it('are refused with the rule and its citation, before any provider is asked', async () => {
      const { templates } = shippedConfig()
      const signed = templates.get('cn-consumer-loan') as Template
      await open({
        templates: new Map([
          ...templates,
          [signed.id, { ...signed, manifest: { ...signed.manifest, signed: 'chinese' } }],
        ]),
      })
      const account = overdueAccount()
      await stage.account('a-1', { ...account, recipient: { ...(account['recipient'] as object), locale: 'en' } })
      await stage.settle()
      expect(sms.calls).toEqual([])
      const [decision] = await ledger.db.selectFrom('decorum.decision').selectAll().execute()
      expect(decision).toMatchObject({ verdict: 'refuse' })
      expect(JSON.stringify(decision)).toContain('cn-sms/signature')
    })
  })

  describe('a number that an SMS does not go to', () => {
    const reachedBy = (addresses: unknown[]) =>
      overdueAccount({
        recipient: {
          id: 'r-1',
          name: '张三',
          locale: 'zh-CN',
          jurisdiction: 'CN',
          timeZone: 'Asia/Shanghai',
          addresses,
        },
      })
    const landline = { channel: 'sms', value: '+861012345678', kind: 'home' }

    it('is a landline, whatever it is used for; the step goes on by its next channel', async () => {
      await stage.account(
        'a-1',
        overdueAccount({
          ...reachedBy([landline, { channel: 'phone', value: '+861012345678' }]),
          dueDate: '2026-12-22',
        }),
      )
      const asked = await stage.app.services.createReminder(
        { name: 'key:test', creditor: 'shili-xiaojin', live: true },
        null,
        {
          accountId: 'a-1',
          template: 'cn-consumer-loan',
          tone: 'gentle',
          kind: 'reminder',
          channels: ['sms', 'phone'],
          variables: {},
        },
      )
      await stage.settle()
      expect(sms.calls).toEqual([])
      const reminders = await stage.reminders()
      expect(reminders).toContainEqual(
        expect.objectContaining({ id: asked.id, channel: 'sms', status: 'refused', end_reason: 'route_not_eligible' }),
      )
      expect(JSON.stringify(await stage.decisions(asked.id))).toContain('decorum/sms-to-landline')
      expect(reminders).toContainEqual(expect.objectContaining({ channel: 'phone', follows: asked.id }))
    })

    it('is passed over for a mobile', async () => {
      await stage.account(
        'a-1',
        reachedBy([
          { ...landline, kind: 'landline' },
          { channel: 'sms', value: '+8613900139000' },
        ]),
      )
      await stage.settle()
      expect(sms.calls.map((call) => call.to)).toEqual(['+8613900139000'])
    })

    it('is reached where the operator has set that landlines of its country take texts', async () => {
      await open({ delivery: { onlyTo: [], sameWordsWithin: 72_000_000, smsToLandlines: ['CN'] } })
      await stage.account('a-1', reachedBy([landline]))
      await stage.settle()
      expect(sms.calls.map((call) => call.to)).toEqual(['+861012345678'])
    })
  })

  it('a name that holds a link is not sent: the decision names the fact, and a corrected name goes out', async () => {
    await stage.account('a-1', overdueAccount({ variables: { familyName: 'evil.com/pay', honorific: '女士' } }))
    await stage.settle()
    expect(sms.calls).toEqual([])
    const reminder = await only()
    expect(reminder.status).toBe('scheduled')
    expect(JSON.stringify(await stage.decisions(reminder.id))).toMatch(/content_unsafe.*variables\.familyName/)
    await stage.account(
      'a-1',
      overdueAccount({ asOf: '2026-11-23T01:00:00Z', variables: { familyName: '张', honorific: '女士' } }),
    )
    await stage.settle()
    expect(sms.calls).toHaveLength(1)
  })

  describe('who may be reached', () => {
    it('nobody but those in delivery.onlyTo, when it is set', async () => {
      await open({ delivery: { ...shippedConfig().delivery, onlyTo: ['+8613900000000'] } })
      await stage.account('a-1', overdueAccount())
      await stage.settle()
      expect(await only()).toMatchObject({ status: 'refused', end_reason: 'test_mode' })
      expect(sms.calls).toEqual([])
    })

    it('nobody through a provider, when a test key registered the account', async () => {
      await stage.account('a-1', overdueAccount(), { name: 'key:test', creditor: 'shili-xiaojin', live: false })
      await stage.settle()
      expect(sms.calls).toEqual([])
      expect(await attempts()).toMatchObject([{ provider: 'capture', status: 'accepted' }])
    })
  })
})
