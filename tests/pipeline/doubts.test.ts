import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { DoubtResolution } from '../../src/intake/bodies.ts'
import { emptyLedger } from '../support/empty-ledger.ts'
import { eachLedger, type FreshLedger } from '../support/ledger.ts'
import { ScriptedProvider } from '../support/scripted-provider.ts'
import { scriptedRoutes } from '../support/scripted-routes.ts'
import { LENDER, overdueAccount, shippedConfig, Stage } from '../support/stage.ts'

eachLedger('doubts', (_name, openFresh) => {
  let fresh: FreshLedger
  let stage: Stage
  let sms: ScriptedProvider

  beforeAll(async () => {
    fresh = await openFresh()
    sms = new ScriptedProvider('sms')
    stage = await Stage.set(fresh, '2026-11-23T03:00:00Z', {
      config: shippedConfig(),
      overrides: scriptedRoutes({ sms }),
    })
  })
  afterAll(() => stage.app.stop())

  /** One SMS of which nobody knows whether it went out. */
  beforeEach(async () => {
    await emptyLedger(fresh.ledger)
    sms.script.push({ kind: 'unknown', code: 'ECONNRESET', detail: 'the connection broke after the request' })
    await stage.account('a-1', overdueAccount())
    await stage.settle()
  })

  const doubts = async () => (await stage.app.services.listDoubts(LENDER, {})).items
  const resolve = async (as: DoubtResolution['as'], reason = "the provider's ticket 4711") => {
    const [reminder] = await stage.reminders()
    return stage.app.services.resolveDoubt(LENDER, reminder?.id ?? '', 1, { as, reason })
  }

  it('are listed with what is known of them, to their own creditor alone', async () => {
    expect(await doubts()).toMatchObject([
      { attemptNo: 1, channel: 'sms', creditor: 'shili-xiaojin', recipientId: 'r-1', code: 'ECONNRESET', looks: [] },
    ])
    expect((await stage.app.services.listDoubts({ ...LENDER, creditor: 'northwind' }, {})).items).toEqual([])
    const [reminder] = await stage.reminders()
    await expect(
      stage.app.services.resolveDoubt({ ...LENDER, creditor: 'northwind' }, reminder?.id ?? '', 1, {
        as: 'accept',
        reason: 'x',
      }),
    ).rejects.toMatchObject({ code: 'DECORUM_NOT_FOUND' })
  })

  it('accepted by an operator, count as sent from when they were reserved, and are not sent again', async () => {
    expect(await resolve('accept')).toMatchObject({ as: 'accept', reminderStatus: 'sent' })
    expect(await doubts()).toEqual([])
    expect(await stage.contacts()).toMatchObject([{ outcome: 'sent', at: new Date('2026-11-23T03:00:00Z') }])
    expect(await fresh.ledger.db.selectFrom('decorum.attempt').select(['status', 'resolved_by']).execute()).toEqual([
      { status: 'accepted', resolved_by: 'operator:test' },
    ])
  })

  it('rejected by an operator, count nowhere, and the reminder is decided again as a new attempt', async () => {
    const before = sms.calls.length
    expect(await resolve('reject')).toMatchObject({ reminderStatus: 'scheduled' })
    expect(await stage.contacts()).toEqual([])
    expect(
      await fresh.ledger.db.selectFrom('decorum.attempt').select(['status', 'code', 'resolved_by']).execute(),
    ).toEqual([{ status: 'rejected', code: 'operator_rejected', resolved_by: 'operator:test' }])
    stage.clock.stepTo(stage.clock.now() + 60_000)
    await stage.settle()
    expect(sms.calls).toHaveLength(before + 1)
    expect(await stage.reminders()).toMatchObject([{ status: 'sent', tries: 2 }])
  })

  it('left, stay in doubt, and that somebody looked stays on the record', async () => {
    expect(await resolve('leave', 'asked the carrier')).toMatchObject({ reminderStatus: 'in_doubt' })
    expect(await doubts()).toMatchObject([{ looks: [{ as: 'leave', reason: 'asked the carrier', by: 'test' }] }])
  })

  it('are resolved once', async () => {
    await resolve('accept')
    await expect(resolve('reject')).rejects.toMatchObject({ code: 'DECORUM_STATE_CONFLICT' })
    expect(await fresh.ledger.db.selectFrom('decorum.doubt_resolution').select('resolved_as').execute()).toEqual([
      { resolved_as: 'accept' },
    ])
  })
})
