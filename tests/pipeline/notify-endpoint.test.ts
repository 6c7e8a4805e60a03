import { sql } from 'kysely'
import { pino } from 'pino'
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { openWebhook } from '../../src/deliver/webhook.ts'
import { EndpointNotifier } from '../../src/pipeline/notify.ts'
import type { Runtime } from '../../src/pipeline/runtime.ts'
import { newId } from '../../src/record/id.ts'
import type { Ledger } from '../../src/record/ledger.ts'
import { takeLocks } from '../../src/record/locks.ts'
import { addNotices, claimNotices } from '../../src/record/outbox.ts'
import { emptyLedger } from '../support/empty-ledger.ts'
import { eachLedger } from '../support/ledger.ts'
import { openReceiver, type Receiver } from '../support/webhook-receiver.ts'
import { accepting } from './accepting-shell.ts'

eachLedger('telling an endpoint', (_name, openFresh) => {
  let ledger: Ledger
  let runtime: Runtime
  let receiver: Receiver
  let notifier: EndpointNotifier
  const opened: { close(): Promise<void> }[] = []
  const log: Record<string, unknown>[] = []

  const open = (told: Receiver, deadlineMs = 60_000): EndpointNotifier => {
    const made = new EndpointNotifier(runtime, openWebhook(told.webhook, deadlineMs), () => 0)
    opened.push(made)
    return made
  }
  const receive = async (id: string): Promise<Receiver> => {
    const made = await openReceiver(id)
    opened.push(made)
    return made
  }

  beforeAll(async () => {
    ;({ ledger } = await openFresh())
  })
  beforeEach(async () => {
    await emptyLedger(ledger)
    log.length = 0
    runtime = {
      ...accepting(ledger).runtime,
      log: pino(
        { level: 'info' },
        { write: (line: string) => void log.push(JSON.parse(line) as Record<string, unknown>) },
      ),
    }
    receiver = await receive('servicing')
    notifier = open(receiver)
  })
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close()
  })

  const recipient = async (): Promise<string> => {
    const id = newId()
    await sql`INSERT INTO decorum.recipient (id, creditor, external_id, created_at, updated_at) VALUES (${id}::uuid, 'acme', ${id}, now(), now())`.execute(
      ledger.db,
    )
    return id
  }
  /** Writes notices about this person, one after another, as the pipeline would. */
  const happens = async (
    recipientKey: string,
    words: readonly string[],
    endpoints: readonly string[] = ['servicing'],
  ): Promise<void> => {
    for (const word of words) {
      await ledger.db
        .transaction()
        .execute(async (trx) =>
          addNotices(
            await takeLocks(trx, { recipients: [recipientKey] }, 'wait'),
            [{ recipientKey, creditor: 'acme', type: 'reminder.sent', data: { word }, endpoints }],
            runtime.clock.now(),
          ),
        )
    }
  }
  const passes = async (...some: EndpointNotifier[]): Promise<void> => {
    const more = await Promise.all(some.map((one) => one.pass()))
    if (more.includes(true)) await passes(...some)
  }
  /** As if the wait for the next try were over. */
  const waitIsOver = () => sql`UPDATE decorum.outbox SET next_try_at = clock_timestamp()`.execute(ledger.db)
  const rows = () =>
    ledger.db
      .selectFrom('decorum.outbox')
      .selectAll()
      .orderBy('recipient_id')
      .orderBy('seq')
      .orderBy('endpoint')
      .execute()
  const words = (told: Receiver = receiver) => told.heard.map((heard) => heard.body.data['word'])

  it('says what happened to each person in the order in which it happened', async () => {
    const [a, b] = [await recipient(), await recipient()]
    await happens(a, ['a1', 'a2', 'a3'])
    await happens(b, ['b1', 'b2'])
    await passes(notifier)
    expect(words().filter((word) => String(word).startsWith('a'))).toEqual(['a1', 'a2', 'a3'])
    expect(words().filter((word) => String(word).startsWith('b'))).toEqual(['b1', 'b2'])
    expect(receiver.heard[0]).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f-]{36}_\d+_0$/),
      body: { type: 'reminder.sent', timestamp: '2026-11-23T02:00:00.000Z', data: { sequence: expect.any(Number) } },
    })
    expect((await rows()).every((row) => row.outcome === 'taken' && row.done_at !== null && row.tries === 1)).toBe(true)
  })

  it('keeps a later notice back while an earlier one about the same person is not taken, and nobody else’s', async () => {
    const [a, b] = [await recipient(), await recipient()]
    await happens(a, ['a1', 'a2'])
    await happens(b, ['b1', 'b2'])
    receiver.manner = ({ body }) => (body.data['word'] === 'a1' ? 500 : 204)
    await passes(notifier)
    expect(words().sort()).toEqual(['a1', 'b1', 'b2'])
    receiver.manner = 204
    await passes(notifier)
    expect(words()).toHaveLength(3)
    await waitIsOver()
    await passes(notifier)
    expect(words().slice(3)).toEqual(['a1', 'a2'])
    const [first, again] = receiver.heard.filter((heard) => heard.body.data['word'] === 'a1')
    expect(again?.id).toBe(first?.id)
    expect(again?.raw).toBe(first?.raw)
  })

  it('by several notifiers at once says each thing once', async () => {
    const recipients = await Promise.all(Array.from({ length: 30 }, recipient))
    for (const one of recipients) await happens(one, ['x', 'y'])
    await passes(notifier, open(receiver), open(receiver))
    expect(new Set(receiver.heard.map((heard) => heard.id)).size).toBe(60)
    expect(receiver.heard).toHaveLength(60)
  })

  it('says it again, under the same id, to one that died with it in hand', async () => {
    await happens(await recipient(), ['a1'])
    receiver.manner = 'die'
    await passes(notifier)
    receiver.manner = 204
    await waitIsOver()
    await passes(notifier)
    expect(new Set(receiver.heard.map((heard) => heard.id)).size).toBe(1)
    expect(receiver.heard).toHaveLength(2)
    expect((await rows())[0]).toMatchObject({ outcome: 'taken', tries: 2 })
  })

  it('says what a notifier took and died with, once its lease is over', async () => {
    await happens(await recipient(), ['a1', 'a2'])
    await claimNotices(ledger.db, { endpoint: 'servicing', limit: 50, leaseMs: 60_000 })
    await passes(notifier)
    expect(words()).toEqual([])
    await waitIsOver()
    await passes(notifier)
    expect(words()).toEqual(['a1', 'a2'])
  })

  it('does not lose what it was told while it hangs', async () => {
    await happens(await recipient(), ['a1'])
    receiver.manner = 'hang'
    await passes(open(receiver, 300))
    expect((await rows())[0]).toMatchObject({ outcome: null, tries: 1 })
    receiver.manner = 204
    await waitIsOver()
    await passes(notifier)
    expect((await rows())[0]).toMatchObject({ outcome: 'taken', tries: 2 })
  })

  it('is no other endpoint’s business: one that is down keeps none from hearing', async () => {
    const billing = await receive('billing')
    receiver.manner = 503
    await happens(await recipient(), ['a1', 'a2'], ['servicing', 'billing'])
    await passes(notifier, open(billing))
    expect(words(billing)).toEqual(['a1', 'a2'])
    expect(words()).toEqual(['a1'])
  })

  it('asks with one notice at a time while nothing gets through, says so once, and recovers', async () => {
    for (const one of await Promise.all(Array.from({ length: 8 }, recipient))) await happens(one, ['x'])
    receiver.manner = 503
    await notifier.pass()
    expect(receiver.heard).toHaveLength(8)
    expect(notifier.problem).toBeNull()
    for (let pass = 0; pass < 3; pass++) {
      await waitIsOver()
      await notifier.pass()
    }
    expect(receiver.heard).toHaveLength(11)
    expect(notifier.problem).toContain('http_503')
    receiver.manner = 204
    await waitIsOver()
    await passes(notifier)
    expect(notifier.problem).toBeNull()
    expect((await rows()).every((row) => row.outcome === 'taken')).toBe(true)
    expect(log.map((line) => line['event'])).toEqual(['webhook.failing', 'webhook.recovered'])
  })

  it('leaves an endpoint alone for as long as it asks, whatever it is to hear, and tells it then', async () => {
    let machine = 1_000
    const patient = new EndpointNotifier(
      runtime,
      openWebhook(receiver.webhook, 60_000),
      () => 0,
      () => machine,
    )
    opened.push(patient)
    const [a, b] = [await recipient(), await recipient()]
    await happens(a, ['a1'])
    receiver.manner = { status: 429, retryAfter: '600' }
    await passes(patient)
    const {
      rows: [wait],
    } = await sql<{
      seconds: number
    }>`SELECT extract(epoch FROM next_try_at - clock_timestamp())::float8 AS seconds FROM decorum.outbox`.execute(
      ledger.db,
    )
    expect(wait?.seconds).toBeGreaterThan(500)
    expect(wait?.seconds).toBeLessThanOrEqual(600)

    receiver.manner = 204
    await happens(b, ['b1'])
    await waitIsOver()
    machine += 599_999
    await passes(patient)
    expect(words()).toEqual(['a1'])
    machine += 1
    await passes(patient)
    expect(words().sort()).toEqual(['a1', 'a1', 'b1'])
    expect((await rows()).every((row) => row.outcome === 'taken')).toBe(true)
  })

  it('ends with 410 until a restart, and what it did not take stays in the ledger', async () => {
    receiver.manner = 410
    await happens(await recipient(), ['a1', 'a2'])
    await passes(notifier)
    await waitIsOver()
    receiver.manner = 204
    await passes(notifier)
    expect(words()).toEqual(['a1'])
    expect(notifier.problem).toContain('410')
    expect(log).toMatchObject([{ level: 50, webhook: 'servicing' }])
    await passes(open(receiver))
    expect(words()).toEqual(['a1', 'a1', 'a2'])
  })

  it('gives up after three days of trying, and goes on with what came after', async () => {
    await happens(await recipient(), ['a1', 'a2'])
    await sql`UPDATE decorum.outbox SET tries = 60, written_at = written_at - interval '3 days' WHERE seq = (SELECT min(seq) FROM decorum.outbox)`.execute(
      ledger.db,
    )
    receiver.manner = ({ body }) => (body.data['word'] === 'a1' ? 500 : 204)
    await notifier.pass()
    await passes(notifier)
    expect((await rows()).map((row) => row.outcome)).toEqual(['given_up', 'taken'])
    expect(log).toMatchObject([{ level: 50, webhook: 'servicing', tries: 61, notice: receiver.heard[0]?.id }])
  })

  it('writes no address, secret or body into the log', async () => {
    const id = await recipient()
    await happens(id, ['a-word-of-the-body'])
    receiver.manner = 'die'
    for (let pass = 0; pass < 4; pass++) {
      await notifier.pass()
      await waitIsOver()
    }
    await receiver.close()
    await notifier.pass()
    expect(log.length).toBeGreaterThan(0)
    for (const secret of ['a-secret-path', '127.0.0.1', receiver.webhook.secret, 'a-word-of-the-body'])
      expect(JSON.stringify(log)).not.toContain(secret)
    expect(notifier.problem).not.toContain('127.0.0.1')
  })
})
