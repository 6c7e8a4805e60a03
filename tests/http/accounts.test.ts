import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { emptyLedger } from '../support/empty-ledger.ts'
import { eachLedger, type FreshLedger } from '../support/ledger.ts'
import { account, serve, type Served } from './served.ts'

eachLedger('accounts over HTTP', (_name, openFresh) => {
  let fresh: FreshLedger
  let served: Served
  let admin: string
  beforeAll(async () => {
    fresh = await openFresh()
  })
  beforeEach(async () => {
    await emptyLedger(fresh.ledger)
    served = await serve(fresh.ledger)
    admin = await served.key(['admin'])
  })
  afterEach(() => served.close())

  const ask = (method: string, url: string, body?: unknown) => served.call(method, url, { key: admin, body })
  const known = async (...ids: string[]) => {
    for (const id of ids) expect((await ask('PUT', `/v1/accounts/${id}`, account())).body.applied).toBe(true)
  }
  const PAYMENT = {
    id: 'E-1',
    type: 'payment',
    occurredAt: '2026-11-23T03:00:00Z',
    amount: { amount: '20.00', currency: 'USD' },
  }
  /** A-1 with a payment and a hold: something on its timeline. */
  const disputed = async () => {
    await known('A-1')
    served.clock.set('2026-11-23T05:00:00Z')
    expect((await ask('POST', '/v1/accounts/A-1/events', PAYMENT)).status).toBe(201)
    await ask('POST', '/v1/holds', { accountId: 'A-1', creditor: 'northwind', kind: 'dispute', reason: 'case 7' })
  }
  const REMINDER = {
    accountId: 'A-2',
    creditor: 'northwind',
    template: 'us-first-party-loan',
    tone: 'gentle',
    channels: ['sms', 'email'],
  }
  const remind = (key: string, over = {}) =>
    served.call('POST', '/v1/reminders', {
      key: admin,
      body: { ...REMINDER, ...over },
      headers: { 'idempotency-key': key },
    })

  it('are registered, merged, and not overwritten by older facts', async () => {
    const first = await ask('PUT', '/v1/accounts/A-1', account())
    expect(first.body).toMatchObject({ applied: true, id: 'A-1', creditor: 'northwind', changed: true, state: 'open' })
    expect(
      (
        await ask(
          'PUT',
          '/v1/accounts/A-1',
          account({ asOf: '2026-11-20T00:00:00Z', overdue: { amount: '9.00', currency: 'USD' } }),
        )
      ).body,
    ).toEqual({ applied: false, reason: 'older_than_known', id: 'A-1', creditor: 'northwind' })
    const { body } = await ask('GET', '/v1/accounts/A-1')
    expect(body).toMatchObject({
      id: 'A-1',
      recipientId: 'P-1',
      state: 'open',
      stage: 'M1',
      daysPastDue: 21,
      overdue: { amount: '120.00', currency: 'USD' },
      dueDate: '2026-11-01',
      reference: { masked: '4821' },
      live: true,
      holds: [],
    })
  })

  it('count days past due in the zone of the creditor’s books', async () => {
    await known('A-1')
    served.clock.set('2026-11-23T04:59:00Z')
    expect((await ask('GET', '/v1/accounts/A-1')).body.daysPastDue, 'still the 22nd in New York').toBe(21)
    served.clock.set('2026-11-23T05:00:00Z')
    expect((await ask('GET', '/v1/accounts/A-1')).body.daysPastDue).toBe(22)
  })

  it('are listed page by page, each once', async () => {
    await known('A-1', 'A-2', 'A-3', 'A-4', 'A-5', 'A-6', 'A-7')
    const seen: string[] = []
    let next: string | null = ''
    while (next !== null) {
      const { body } = await ask('GET', `/v1/accounts?limit=3${next === '' ? '' : `&cursor=${next}`}`)
      expect(body.items.length).toBeLessThanOrEqual(3)
      seen.push(...body.items.map((item: { id: string }) => item.id))
      next = body.next
    }
    expect(seen).toEqual(['A-1', 'A-2', 'A-3', 'A-4', 'A-5', 'A-6', 'A-7'])
  })

  it('take an event once: the same id again does nothing, and with another body is refused', async () => {
    await known('A-1')
    served.clock.set('2026-11-23T05:00:00Z')
    expect((await ask('POST', '/v1/accounts/A-1/events', PAYMENT)).status).toBe(201)
    const again = await ask('POST', '/v1/accounts/A-1/events', PAYMENT)
    expect([again.status, again.body.repeated]).toEqual([200, true])
    expect((await ask('GET', '/v1/accounts/A-1')).body.overdue.amount).toBe('100.00')
    const other = await ask('POST', '/v1/accounts/A-1/events', {
      ...PAYMENT,
      amount: { amount: '21.00', currency: 'USD' },
    })
    expect([other.status, other.body.code]).toEqual([409, 'DECORUM_CONFLICT'])
  })

  it('tell their history in order, without a name or an address', async () => {
    await disputed()
    const timeline = await ask('GET', '/v1/accounts/A-1/timeline?limit=200')
    const types = timeline.body.items.map((entry: { type: string }) => entry.type)
    expect(types).toEqual(expect.arrayContaining(['spell', 'event', 'hold']))
    const at = timeline.body.items.map((entry: { at: string }) => entry.at)
    expect(at).toEqual([...at].sort())
    expect(timeline.text).not.toMatch(/Quackenbush|5550123|example\.org/)
    expect((await ask('GET', '/v1/accounts/A-1')).body.holds).toMatchObject([
      { kind: 'dispute', scope: 'account', endsAt: null },
    ])
  })

  it('read on a timeline where the page before ended', async () => {
    await disputed()
    const whole = (await ask('GET', '/v1/accounts/A-1/timeline?limit=200')).body.items
    const first = (await ask('GET', '/v1/accounts/A-1/timeline?limit=2')).body
    const rest = (await ask('GET', `/v1/accounts/A-1/timeline?limit=200&cursor=${first.next}`)).body
    expect([...first.items, ...rest.items]).toEqual(whole)
  })

  it('end a hold once, saying why', async () => {
    await disputed()
    const {
      items: [hold],
    } = (await ask('GET', '/v1/holds?accountId=A-1&open=true')).body
    expect((await ask('POST', `/v1/holds/${hold.id}:end`, {})).body.faults[0].path).toBe('reason')
    expect((await ask('POST', `/v1/holds/${hold.id}:end`, { reason: 'answered' })).body.changed).toBe(true)
    expect((await ask('POST', `/v1/holds/${hold.id}:end`, { reason: 'answered' })).body.changed).toBe(false)
    expect((await ask('GET', '/v1/holds?accountId=A-1&open=true')).body.items).toEqual([])
    expect((await ask('GET', '/v1/holds?accountId=A-1&open=false')).body.items).toMatchObject([
      { id: hold.id, endReason: 'answered' },
    ])
  })

  it('ask for a reminder once for each Idempotency-Key', async () => {
    await known('A-2')
    const first = await remind('k-1')
    expect([first.status, first.body.status, first.headers['location']]).toEqual([
      202,
      'scheduled',
      `/v1/reminders/${first.body.id}`,
    ])
    expect((await remind('k-1')).body.id).toBe(first.body.id)
    expect((await remind('k-1', { tone: 'neutral' })).body.code).toBe('DECORUM_CONFLICT')
    const { body: shown } = await ask('GET', `/v1/reminders/${first.body.id}`)
    expect(shown).toMatchObject({
      status: 'scheduled',
      channel: 'sms',
      fallbackChannels: ['email'],
      accountIds: ['A-2'],
      origin: 'direct',
      decisions: [],
      attempts: [],
    })
    expect((await ask('GET', `/v1/reminders/${first.body.id}/explanation`)).body.lines.at(-1)).toContain(
      'it waits to be decided',
    )
    expect(
      (await ask('GET', '/v1/reminders?accountId=A-2&status=scheduled&channel=sms')).body.items.map(
        (item: { id: string }) => item.id,
      ),
    ).toContain(first.body.id)
    expect((await ask('DELETE', `/v1/reminders/${first.body.id}`)).body).toMatchObject({
      status: 'cancelled',
      cancelled: true,
    })
    expect((await ask('DELETE', `/v1/reminders/${first.body.id}`)).body).toMatchObject({
      status: 'cancelled',
      cancelled: false,
    })
  })

  it('are found by the borrower’s number or mailbox, and every look is logged', async () => {
    await known('A-1')
    for (const address of ['%2B12125550123', '+12125550123', '%2B1%20(212)%20555-0123']) {
      const { body } = await ask('GET', `/v1/recipients?address=${address}`)
      expect(
        body.items.map((recipient: { id: string }) => recipient.id),
        address,
      ).toEqual(['P-1'])
    }
    const recipient = (await ask('GET', '/v1/recipients?address=w.quackenbush@EXAMPLE.org')).body.items[0]
    expect(recipient).toMatchObject({ id: 'P-1', name: 'Wilhelmina Quackenbush', erased: false })
    expect((await ask('GET', '/v1/recipients?address=%2B12125550199')).body.items).toEqual([])
    // Capitals count no more than they do for a stop.
    expect((await ask('GET', '/v1/recipients?address=W.Quackenbush@example.org')).body.items).toHaveLength(1)
    expect((await ask('GET', '/v1/recipients?address=twelve')).status).toBe(400)
    const { rows } = await served.app.runtime.ledger.pool.query('SELECT actor, action, subject FROM decorum.access_log')
    expect(rows.map((row) => row.action)).toEqual(expect.arrayContaining(['address-search', 'recipient-read']))
    expect(JSON.stringify(rows)).not.toMatch(/5550123|quackenbush/i)
  })

  it('count contacts made elsewhere, for the accounts they were about', async () => {
    await known('A-1', 'A-2')
    const contact = {
      id: 'C-1',
      creditor: 'northwind',
      recipientId: 'P-1',
      accountIds: ['A-1'],
      at: '2026-11-22T16:00:00Z',
      channel: 'phone',
      outcome: 'no-answer',
      by: 'agency-2',
    }
    expect((await ask('POST', '/v1/contacts', contact)).status).toBe(201)
    expect((await ask('POST', '/v1/contacts', contact)).status).toBe(200)
    expect((await ask('GET', '/v1/contacts?accountId=A-1')).body.items).toMatchObject([
      { accountIds: ['A-1'], by: 'agency-2', outcome: 'no-answer' },
    ])
    expect((await ask('GET', '/v1/contacts?accountId=A-2')).body.items).toEqual([])
    expect((await ask('GET', '/v1/contacts')).body.faults[0].path).toBe('query.recipientId')
  })

  it('stop an address once, show the stop with the person, and lift it with a reason', async () => {
    await known('A-1')
    const stop = { creditor: 'northwind', scope: 'address', value: '+12125550123', reason: 'opt-out' }
    const made = await ask('POST', '/v1/suppressions', stop)
    expect(made.status).toBe(201)
    expect((await ask('POST', '/v1/suppressions', stop)).status).toBe(200)
    expect((await ask('GET', '/v1/suppressions?recipientId=P-1&open=true')).body.items).toMatchObject([
      { id: made.body.id, reason: 'opt-out', liftedAt: null },
    ])
    expect((await ask('DELETE', `/v1/suppressions/${made.body.id}`)).body.faults[0].path).toBe('query.reason')
    expect((await ask('DELETE', `/v1/suppressions/${made.body.id}?reason=asked%20again`)).body.changed).toBe(true)
    expect((await ask('GET', '/v1/suppressions?accountId=A-1&open=true')).body.items).toEqual([])
  })

  it('are counted by day', async () => {
    await known('A-2')
    await ask('DELETE', `/v1/reminders/${(await remind('k-1')).body.id}`)
    const { body } = await ask(
      'GET',
      '/v1/totals?from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z&zone=America/New_York&creditor=northwind',
    )
    expect(body.zone).toBe('America/New_York')
    expect(body.reminders).toContainEqual({ status: 'cancelled', channel: 'sms', tone: 'gentle', count: 1 })
  })

  it('answer the decide contract as the command line does', async () => {
    const { body } = await ask('POST', '/v1/decide', {
      now: '2026-11-23T15:00:00Z',
      packs: ['us-reg-f'],
      reminder: { channel: 'phone', tone: 'firm' },
      address: { value: '+12125550123' },
      recipient: {
        id: 'r-1',
        jurisdiction: 'US-NY',
        locationEvidence: [{ kind: 'postal-address', jurisdiction: 'US-CA', at: '2026-10-01T00:00:00Z' }],
      },
      account: { id: 'a-1', role: 'collector', product: 'consumer-loan', dueDate: '2026-10-01' },
      events: [{ type: 'notice', kind: 'validation', at: '2026-10-10T00:00:00Z' }],
    })
    expect(body).toMatchObject({ verdict: 'defer', until: '2026-11-23T16:00:00Z' })
    expect(body.candidateZones).toEqual(expect.arrayContaining(['America/New_York', 'America/Los_Angeles']))
  })

  it('explain a decision when they are asked to, as a document and in words of either language', async () => {
    const one = {
      now: '2026-11-23T15:00:00Z',
      packs: ['us-reg-f'],
      reminder: { channel: 'phone', tone: 'firm' },
      recipient: { id: 'r-1', jurisdiction: 'US-NY' },
      account: { id: 'a-1', role: 'collector', product: 'consumer-loan' },
      contacts: [{ at: '2026-11-22T15:00:00Z', channel: 'phone', outcome: 'no-answer' }],
    }
    const { body } = await ask('POST', '/v1/decide?explain=true&lang=zh-CN', one)
    expect(body.explanation).toMatchObject({
      verdict: 'send',
      eventsStated: false,
      zones: [{ zone: 'America/New_York', evidence: [{ sign: 'jurisdiction', place: 'US-NY' }] }],
    })
    expect(
      body.explanation.rules.find((rule: { rule: string }) => rule.rule === 'us-reg-f/seven-calls-in-seven-days'),
    ).toMatchObject({
      verdict: 'allows',
      verified: 'secondary',
      detail: {
        kind: 'count',
        limit: 7,
        subjects: [
          {
            account: 'a-1',
            count: 1,
            counted: [{ at: '2026-11-22T15:00:00Z', channel: 'phone', outcome: 'no-answer' }],
          },
        ],
      },
    })
    expect(body.words[0]).toMatch(/^现在可以发送，截至 2026-11-23（周一）21:00 America\/New_York/)
    expect(await ask('POST', '/v1/decide', one)).toMatchObject({ status: 200, body: { verdict: 'send' } })
    expect((await ask('POST', '/v1/decide', one)).body.explanation).toBeUndefined()
    expect((await ask('POST', '/v1/decide?explain=true&lang=fr', one)).status).toBe(400)
  })

  it('show the shipped configuration, without a secret', async () => {
    for (const [url, id] of [
      ['templates', 'us-first-party-loan'],
      ['ladders', 'cn-consumer-loan'],
      ['policies', 'us-reg-f'],
      ['routes', 'sms-main'],
    ] as const) {
      const { body, text } = await ask('GET', `/v1/${url}`)
      expect(
        body.items.map((item: { id: string }) => item.id),
        url,
      ).toContain(id)
      expect(text).not.toContain('twilio-auth-token')
    }
  })
})
