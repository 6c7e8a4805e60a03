import { sql } from 'kysely'
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { eventBody } from '../../src/intake/bodies.ts'
import { parse } from '../../src/intake/parse.ts'
import type { DeliveryReport } from '../../src/model/delivery.ts'
import type { Webhook } from '../../src/model/webhook.ts'
import { applyReceipt } from '../../src/pipeline/receipts.ts'
import { applyVoiceKey } from '../../src/pipeline/voice-keys.ts'
import { planDue } from '../../src/pipeline/plan-due.ts'
import { expireLeases } from '../../src/pipeline/sweep/lapses.ts'
import { emptyLedger } from '../support/empty-ledger.ts'
import { eventually } from '../support/eventually.ts'
import { eachLedger, type FreshLedger } from '../support/ledger.ts'
import { ScriptedProvider } from '../support/scripted-provider.ts'
import { scriptedRoutes } from '../support/scripted-routes.ts'
import { LENDER, overdueAccount, shippedConfig, Stage } from '../support/stage.ts'
import { openReceiver, type Receiver } from '../support/webhook-receiver.ts'

eachLedger('upstream hears', (_name, openFresh) => {
  let fresh: FreshLedger
  let receiver: Receiver
  let stage: Stage
  let sms: ScriptedProvider

  beforeAll(async () => {
    fresh = await openFresh()
  })
  beforeEach(async () => {
    receiver = await openReceiver('servicing')
    await open([receiver.webhook])
  })
  afterEach(async () => {
    await stage.app.stop()
    await receiver.close()
  })

  /** A clean ledger and a process on it, at 11:00 in Shanghai on the first day past due, with one account. */
  const open = async (webhooks: Webhook[]) => {
    await stage?.app.stop()
    await emptyLedger(fresh.ledger)
    sms = new ScriptedProvider('sms')
    stage = await Stage.set(fresh, '2026-11-23T03:00:00Z', {
      config: shippedConfig({}, { webhooks }),
      overrides: scriptedRoutes({ sms }),
    })
    await stage.account('a-1', overdueAccount())
  }
  /** What the receiver was told, the same at a second try once: a busy machine may miss the deadline of the first. */
  const told = async () => {
    await eventually(async () => {
      await sql`UPDATE decorum.outbox SET next_try_at = clock_timestamp() WHERE outcome IS NULL`.execute(
        fresh.ledger.db,
      )
      while (await stage.app.pass('notifier'));
      expect((await written()).filter((row) => row.outcome === null)).toEqual([])
    })
    return [...new Map(receiver.heard.map((heard) => [heard.id, heard.body])).values()]
  }
  const types = async () => (await told()).map((body) => body.type)
  const only = async () => {
    const [reminder] = await stage.reminders()
    if (reminder === undefined) throw new Error('no reminder')
    return reminder
  }
  const says = async (word: Partial<DeliveryReport>) =>
    applyReceipt(stage.app.runtime, {
      reminderId: (await only()).id,
      attemptNo: 1,
      saidAt: null,
      dedupe: JSON.stringify(word),
      word: { state: 'delivered', final: true, code: null, class: null, ...word },
    })
  const written = () => fresh.ledger.db.selectFrom('decorum.outbox').selectAll().execute()

  it('that a reminder was sent and delivered, in upstream’s own ids and in order', async () => {
    await stage.settle()
    await says({ state: 'delivered' })
    const reminder = await only()
    const bodies = await told()
    expect(bodies).toMatchObject([
      { type: 'reminder.sent', timestamp: '2026-11-23T03:00:00.000Z' },
      { type: 'reminder.delivered' },
    ])
    const { sequence, ...data } = bodies[0]?.data ?? {}
    expect(data).toEqual({
      reminderId: reminder.id,
      creditor: 'shili-xiaojin',
      recipientId: 'r-1',
      accountIds: ['a-1'],
      live: true,
      status: 'sent',
      channel: 'sms',
      tone: 'gentle',
      rung: reminder.rung,
      endReason: null,
      attemptNo: 1,
      code: null,
      at: '2026-11-23T03:00:00.000Z',
    })
    expect(bodies[1]?.data['sequence']).toBeGreaterThan(Number(sequence))
  })

  it('no name, number or text', async () => {
    await stage.settle()
    await says({ state: 'failed', code: '30005', class: 'address' })
    const everything = JSON.stringify([await told(), await written()])
    for (const secret of ['张三', '13800138000', '还款', '示例消金']) expect(everything).not.toContain(secret)
  })

  it('nothing twice: a word that changes nothing is no news', async () => {
    await stage.settle()
    await says({ state: 'sent', final: false })
    await says({ state: 'delivered' })
    await says({ state: 'delivered' })
    await says({ state: 'in-flight', final: false })
    expect(await types()).toEqual(['reminder.sent', 'reminder.delivered'])
  })

  it('that the provider called the number useless, and that the reminder failed', async () => {
    await stage.settle()
    await says({ state: 'failed', code: '30005', class: 'address' })
    const bodies = await told()
    expect(bodies.map((body) => body.type)).toEqual(['reminder.sent', 'suppression.added', 'reminder.failed'])
    expect(bodies[1]?.data).toMatchObject({
      recipientId: 'r-1',
      scope: 'address',
      reason: 'bad-address',
      by: 'provider',
      code: '30005',
      attemptNo: 1,
    })
    expect(bodies[2]?.data).toMatchObject({ status: 'failed', endReason: 'provider_address', code: '30005' })
  })

  it('that the provider refused because the person opted out', async () => {
    sms.script.push({ kind: 'rejected', class: 'opted-out', code: '21610', detail: 'opted out' })
    await stage.settle()
    const [first] = (await told()).filter((body) => body.type === 'suppression.added')
    expect(first?.data).toMatchObject({ reason: 'opt-out', code: '21610', recipientId: 'r-1' })
  })

  it('that a rule forbids a reminder for good', async () => {
    await stage.app.services.addSuppression(LENDER, {
      creditor: 'shili-xiaojin',
      scope: 'all',
      recipientId: 'r-1',
      reason: 'cease',
      source: 'letter',
      channel: null,
    } as never)
    await stage.settle()
    expect((await told()).map((body) => [body.type, body.data['endReason'] ?? body.data['by']])).toEqual([
      ['suppression.added', 'test'],
      ['reminder.refused', 'suppressed'],
    ])
  })

  it('that an answer never came, and later what it was', async () => {
    sms.script.push({ kind: 'unknown', code: 'timeout', detail: 'no answer' })
    await stage.settle()
    await says({ state: 'delivered' })
    expect((await told()).map((body) => [body.type, body.data['code']])).toEqual([
      ['reminder.in_doubt', 'timeout'],
      ['reminder.delivered', null],
    ])
  })

  it('that the worker of an attempt was lost', async () => {
    await stage.settle()
    const reminder = await only()
    await sql`DELETE FROM decorum.settlement`.execute(fresh.ledger.db)
    await sql`UPDATE decorum.reservation SET lease_until = clock_timestamp() - interval '1 second'`.execute(
      fresh.ledger.db,
    )
    await sql`UPDATE decorum.dispatch_batch SET look_at = clock_timestamp() - interval '1 second'`.execute(
      fresh.ledger.db,
    )
    await sql`UPDATE decorum.reminder SET status = 'scheduled' WHERE id = ${reminder.id}`.execute(fresh.ledger.db)
    expect(await expireLeases(stage.app.runtime)).toBe(1)
    expect((await told()).at(-1)).toMatchObject({
      type: 'reminder.in_doubt',
      data: { code: 'lease_expired', attemptNo: 1 },
    })
  })

  it('that a reminder was called off, by a payment', async () => {
    // Planned and not yet queued: what is on its way cannot be called off.
    await planDue(stage.app.runtime)
    const paid = parse(eventBody, { type: 'payment', id: 'p-1', occurredAt: '2026-11-23T02:59:00Z', amount: '1250.00' })
    if (!paid.ok) throw new TypeError(JSON.stringify(paid.faults))
    await stage.app.services.addEvent(LENDER, 'a-1', paid.value)
    expect((await told()).map((body) => [body.type, body.data['status']])).toEqual([
      ['reminder.cancelled', 'cancelled'],
    ])
  })

  it('that a reminder was called off by whoever asked for it', async () => {
    await planDue(stage.app.runtime)
    await stage.app.services.cancelReminder(LENDER, (await only()).id)
    expect((await told()).map((body) => [body.type, body.data['endReason']])).toEqual([
      ['reminder.cancelled', 'asked by test'],
    ])
  })

  it('that a person pressed the key for a wrong number', async () => {
    await stage.settle()
    await applyVoiceKey(stage.app.runtime, { reminderId: (await only()).id, attemptNo: 1, meaning: 'wrong-number' })
    expect((await told()).at(-1)).toMatchObject({
      type: 'suppression.added',
      data: { reason: 'wrong-number', by: 'call-key' },
    })
  })

  it.each<[string, Partial<Webhook>]>([
    ['of another creditor', { creditors: ['northwind'] }],
    ['of other types', { types: ['reminder.expired'] }],
  ])('only what it listens to: nothing is written for an endpoint that wants news %s', async (_what, over) => {
    await open([{ ...receiver.webhook, ...over }])
    await stage.settle()
    await says({ state: 'delivered' })
    expect(await written()).toEqual([])
  })

  it('nothing, and nothing is written, when no webhook is configured', async () => {
    await open([])
    await stage.settle()
    await says({ state: 'failed', code: '30005', class: 'address' })
    expect(await written()).toEqual([])
    expect(await stage.app.pass('notifier')).toBe(false)
  })

  it('as a daemon too, and health names an endpoint that keeps failing, which is somebody else’s', async () => {
    receiver.manner = 500
    await stage.settle()
    await stage.app.start(['notifier'])
    const failing = async () => {
      await sql`UPDATE decorum.outbox SET next_try_at = clock_timestamp()`.execute(fresh.ledger.db)
      return (await stage.app.health()).find((part) => part.part === 'webhook servicing')
    }
    await eventually(async () =>
      expect(await failing()).toMatchObject({ ok: true, warning: expect.stringContaining('http_500') }),
    )
    receiver.manner = 204
    await eventually(async () => expect(await failing()).toBeUndefined())
    expect((await written()).map((row) => row.outcome)).toEqual(['taken'])
  })
})
