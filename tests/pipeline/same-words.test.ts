import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { policyOf } from '../../src/services/packs-in-force.ts'
import type { Config } from '../../src/config/config.ts'
import { memoryRateGate } from '../../src/deliver/rate-gate.ts'
import { reminderBody } from '../../src/intake/bodies.ts'
import { DISPATCH_LIMITS, type DispatchContext } from '../../src/pipeline/dispatch/dispatch-context.ts'
import { reserve } from '../../src/pipeline/dispatch/reserve.ts'
import { SwitchBoard } from '../../src/pipeline/dispatch/switch-board.ts'
import { planDue } from '../../src/pipeline/plan-due.ts'
import { emptyLedger } from '../support/empty-ledger.ts'
import { eachLedger, type FreshLedger } from '../support/ledger.ts'
import { ScriptedProvider } from '../support/scripted-provider.ts'
import { scriptedRoutes } from '../support/scripted-routes.ts'
import { openTicket, LENDER, overdueAccount, shippedConfig, Stage } from '../support/stage.ts'

eachLedger('the same words', (_name, openFresh) => {
  let fresh: FreshLedger
  let stage: Stage
  let sms: ScriptedProvider
  let email: ScriptedProvider

  beforeAll(async () => {
    fresh = await openFresh()
  })

  /** 11:00 in Shanghai, on the first day past due: the ladder owes a gentle SMS. */
  beforeEach(async () => {
    await emptyLedger(fresh.ledger)
    sms = new ScriptedProvider('sms')
    email = new ScriptedProvider('email')
    stage = await open({ house: [], without: ['house', 'house-limits'] })
  })
  afterEach(() => stage.app.stop())

  /** Without the house's caps and spacing where nothing but the words shall keep a second one back. */
  const open = (policies: Config['policies']) => {
    const shipped = shippedConfig()
    return Stage.set(fresh, '2026-11-23T03:00:00Z', {
      config: { ...shipped, policies, routes: shipped.routes.filter((route) => route.id.endsWith('-main')) },
      overrides: scriptedRoutes({ sms, email }),
    })
  }

  const direct = (over: Record<string, unknown> = {}) =>
    stage.app.services.createReminder(
      LENDER,
      null,
      reminderBody.parse({
        accountId: 'a-1',
        template: 'cn-consumer-loan',
        tone: 'gentle',
        channels: ['sms'],
        ...over,
      }),
    )
  const byStatus = async (status: string) => (await stage.reminders()).filter((reminder) => reminder.status === status)
  const reasonsOf = async (reminderId: string) => (await stage.decisions(reminderId)).at(-1)?.reasons

  it('an overdue account and one reminder asked for beside it: one message goes out, and the other names it', async () => {
    await stage.account('a-1', overdueAccount())
    await direct()
    await stage.settle()
    expect(sms.calls).toHaveLength(1)
    const [sent] = await byStatus('sent')
    const [refused] = await byStatus('refused')
    expect(refused).toMatchObject({ end_reason: 'too_soon', tries: 0 })
    expect(await reasonsOf(refused?.id ?? '')).toMatchObject([
      { code: 'too_soon', rule: 'decorum/same-words', until: null, reminderId: sent?.id },
    ])
    const told = await stage.app.services.explainReminder(LENDER, refused?.id ?? '')
    expect(told?.lines.join('\n')).toContain(`reminder ${sent?.id} stands in the way`)
    const timeline = await stage.app.services.accountTimeline(LENDER, { creditor: null, id: 'a-1' }, { limit: 100 })
    expect(timeline?.items.map((entry) => entry.words).join('\n')).toContain(`the same as reminder ${sent?.id}`)
  })

  it('does not wait for the house’s caps to let it say the same again: it ends at once, for that reason first', async () => {
    await stage.app.stop()
    stage = await open(shippedConfig().policies)
    await stage.account('a-1', overdueAccount())
    await direct()
    await stage.settle()
    expect(sms.calls).toHaveLength(1)
    const [sent] = await byStatus('sent')
    const [refused] = await byStatus('refused')
    expect(refused).toMatchObject({ end_reason: 'too_soon', tries: 0 })
    const reasons = (await reasonsOf(refused?.id ?? '')) as { rule: string; reminderId?: string }[]
    expect(reasons[0]).toMatchObject({ rule: 'decorum/same-words', reminderId: sent?.id })
    expect(reasons.map(({ rule }) => rule)).toContain('house/one-message-a-day')
    expect(await stage.app.services.auditDecisions(100)).toMatchObject({ differences: [], notByRules: 0 })
  })

  it('is decided the same again from the facts that were kept', async () => {
    await stage.account('a-1', overdueAccount())
    await direct()
    await stage.settle()
    const report = await stage.app.services.auditDecisions(100)
    expect(report).toMatchObject({ differences: [], notByRules: 0 })
    expect(report.same).toBe(report.sampled)
  })

  it('is no step by another channel: the other one is not tried instead', async () => {
    await stage.account(
      'a-1',
      overdueAccount({
        recipient: {
          ...(overdueAccount()['recipient'] as object),
          addresses: [
            { channel: 'sms', value: '13800138000' },
            { channel: 'email', value: 'z@example.com' },
          ],
        },
      }),
    )
    await stage.settle()
    await direct({ channels: ['sms', 'email'] })
    await stage.settle()
    expect([sms.calls.length, email.calls.length]).toEqual([1, 0])
    expect(await stage.reminders()).toHaveLength(2)
  })

  it('two that were asked for with the same words are one, two with different words are two', async () => {
    // Five days past due: what the ladder still owes is a call.
    await stage.account('a-1', overdueAccount({ dueDate: '2026-11-18' }))
    for (const tone of ['neutral', 'neutral', 'gentle']) await direct({ tone })
    await stage.settle()
    expect(
      (await stage.reminders())
        .filter(({ origin }) => origin === 'direct')
        .map(({ tone, status, end_reason }) => [tone, status, end_reason]),
    ).toEqual([
      ['neutral', 'sent', null],
      ['neutral', 'refused', 'too_soon'],
      ['gentle', 'sent', null],
    ])
  })

  it('a ladder’s and one asked for are one within the span even where the words differ, and two after it', async () => {
    await stage.account('a-1', overdueAccount())
    await stage.settle()
    await direct({ tone: 'neutral' })
    await stage.settle()
    expect(await byStatus('refused')).toMatchObject([{ tone: 'neutral', end_reason: 'too_soon' }])
    stage.clock.stepTo(Date.parse('2026-11-24T00:00:00Z'))
    await stage.account('a-1', overdueAccount({ asOf: '2026-11-24T00:00:00Z' }))
    await stage.settle()
    await direct({ tone: 'neutral' })
    await stage.settle()
    // 08:00 of the next day is 21 hours after 11:00.
    expect(await byStatus('sent')).toHaveLength(2)
  })

  it('what was surely not sent does not count', async () => {
    sms.script.push({ kind: 'rejected', class: 'permanent', code: '30007', detail: 'filtered' })
    await stage.account('a-1', overdueAccount())
    await stage.settle()
    expect(await byStatus('failed')).toHaveLength(1)
    await direct()
    await stage.settle()
    expect(await byStatus('sent')).toMatchObject([{ origin: 'direct' }])
  })

  it('what is in doubt counts as sent', async () => {
    sms.script.push({ kind: 'unknown', code: 'ETIMEDOUT', detail: 'no answer' })
    await stage.account('a-1', overdueAccount())
    await stage.settle()
    await direct()
    await stage.settle()
    const [doubt] = await byStatus('in_doubt')
    expect(sms.calls).toHaveLength(1)
    const [refused] = await byStatus('refused')
    expect(await reasonsOf(refused?.id ?? '')).toMatchObject([{ rule: 'decorum/same-words', reminderId: doubt?.id }])
  })

  it('what the person waits for, and what the law asks for, is told all the same', async () => {
    await stage.account('a-1', overdueAccount())
    await stage.settle()
    await direct({ kind: 'service' })
    await direct({ kind: 'required-notice', tone: 'neutral' })
    await stage.settle()
    expect((await stage.reminders()).filter((reminder) => reminder.end_reason === 'too_soon')).toEqual([])
  })

  describe('under the person’s lock', () => {
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
    const both = async () => {
      await stage.account('a-1', overdueAccount())
      await planDue(stage.app.runtime)
      await direct()
      return (await stage.reminders()).map((reminder) => reminder.id)
    }
    const queue = (ids: readonly string[]) => openTicket(stage.app.runtime.ledger, ids)

    it('two in one batch: one is reserved', async () => {
      const ticket = await queue(await both())
      expect((await reserve(stage.app.runtime, context(), ticket)).reserved).toHaveLength(1)
      expect(await byStatus('refused')).toMatchObject([{ end_reason: 'too_soon' }])
    })

    it('two workers with one each: one is reserved', async () => {
      const [first, second] = await both()
      const tickets = [await queue([first ?? '']), await queue([second ?? ''])]
      let reserved = 0
      // Whoever finds the person locked comes back, as a worker does.
      const work = async (ticket: (typeof tickets)[number]) => {
        for (let held = ticket.reminderIds; held.length > 0;) {
          const part = await reserve(stage.app.runtime, context(), { ...ticket, reminderIds: held })
          reserved += part.reserved.length
          held = part.held
        }
      }
      await Promise.all(tickets.map(work))
      expect(reserved).toBe(1)
      expect(await byStatus('refused')).toMatchObject([{ end_reason: 'too_soon' }])
    })
  })
})
