import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildServer } from '../../src/http/server.ts'
import { eachLedger } from '../support/ledger.ts'
import { account, serve, type Served } from './served.ts'

eachLedger('what the interface refuses', (_name, openFresh) => {
  let served: Served
  let admin: string
  beforeAll(async () => {
    served = await serve((await openFresh()).ledger)
    admin = await served.key(['admin'])
  })
  afterAll(() => served.close())

  const put = (body: unknown, headers: Record<string, string> = {}) =>
    served.call('PUT', '/v1/accounts/A-1', { key: admin, body, headers })

  it('is told as a problem document with a stable code, a hint and the id of the request', async () => {
    const answer = await served.call('GET', '/v1/accounts/nobody', { key: admin })
    expect(answer.status).toBe(404)
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(answer.body).toMatchObject({
      type: '/docs#DECORUM_NOT_FOUND',
      title: 'Not found',
      status: 404,
      code: 'DECORUM_NOT_FOUND',
      faults: [],
    })
    expect(answer.body.requestId).toBe(answer.headers['x-request-id'])
  })

  it.each([
    ['a missing field', { ...account(), asOf: undefined }, 'asOf'],
    ['an unknown key', { ...account(), dueDatte: '2026-11-01' }, 'dueDatte'],
    ['money with too many digits', account({ overdue: { amount: '1.234', currency: 'USD' } }), 'overdue.amount'],
    ['money as a number', account({ overdue: { amount: 12, currency: 'USD' } }), 'overdue.amount'],
    ['a day that does not exist', account({ dueDate: '2026-02-30' }), 'dueDate'],
    ['a currency that does not exist', account({ overdue: { amount: '1.00', currency: 'ZZZ' } }), 'overdue.currency'],
    [
      'a number that is no text',
      account({}, { addresses: [{ channel: 'sms', value: 12125550123 }] }),
      'recipient.addresses[0].value',
    ],
    ['a NUL', account({}, { name: 'a\u0000b' }), 'recipient.name'],
    ['half a character', account({}, { name: 'a\ud800b' }), 'recipient.name'],
  ])('names the field: %s', async (_what, body, path) => {
    const answer = await put(body)
    expect(answer.status).toBe(400)
    expect(answer.body.code).toBe('DECORUM_BAD_INPUT')
    expect(answer.body.faults.map((fault: { path: string }) => fault.path)).toContain(path)
  })

  it('takes an account without the address that no country has, and a person likewise, and says what it left out', async () => {
    const addresses = [
      { channel: 'sms', value: '+1' },
      { channel: 'email', value: 'ana@example.com?x' },
      { channel: 'sms', value: '+12125550123' },
    ]
    const answer = await served.call('PUT', '/v1/accounts/A-w', {
      key: admin,
      body: account({}, { id: 'P-w', name: 'evil.com/pay', addresses }),
    })
    expect(answer).toMatchObject({
      status: 200,
      body: {
        applied: true,
        warnings: [
          { path: 'recipient.name' },
          { path: 'recipient.addresses[0].value', cure: expect.any(String) },
          { path: 'recipient.addresses[1].value' },
        ],
      },
    })
    expect(answer.text).not.toMatch(/evil|ana@/)
    const recipient = (await served.call('GET', '/v1/recipients/P-w?creditor=northwind', { key: admin })).body
    expect(recipient.addresses.map((address: { value: string }) => address.value)).toEqual(['+12125550123'])
    const put = await served.call('PUT', '/v1/recipients/P-w', {
      key: admin,
      body: { creditor: 'northwind', addresses: [{ channel: 'sms', value: '+18005550199' }] },
    })
    expect(put).toMatchObject({
      status: 200,
      body: {
        applied: true,
        changed: true,
        warnings: [{ path: 'addresses[0].value', problem: expect.stringContaining('toll-free') }],
      },
    })
    // What the bad number was to replace is gone with it: nobody is reached, and not whoever was reached before.
    expect(
      (await served.call('GET', '/v1/recipients/P-w?creditor=northwind', { key: admin })).body.addresses,
    ).toMatchObject([{ value: '+12125550123', removedAt: expect.any(String) }])
  })

  it('takes a stop for whatever number is named, and finds it', async () => {
    for (const value of [
      '+18005550199',
      '+10000000000',
      '＋１８００５５５０１９９',
      '\u202d+5215512345678\u202c',
      '+864001234567',
    ]) {
      const stop = await served.call('POST', '/v1/suppressions', {
        key: admin,
        body: { creditor: 'northwind', scope: 'address', value, reason: 'opt-out' },
      })
      expect(stop.status, value).toBeLessThan(300)
    }
    expect(
      await served.call('POST', '/v1/suppressions', {
        key: admin,
        body: { creditor: 'northwind', scope: 'address', value: '+525512345678', reason: 'opt-out' },
      }),
    ).toMatchObject({ body: { standing: true } })
  })

  it('suggests the key that was meant', async () => {
    const answer = await put({ ...account(), dueDatte: '2026-11-01' })
    expect(answer.body.faults[0].cure).toBe('Did you mean "dueDate"?')
  })

  it.each([
    ['not JSON', '{"asOf":', /line 1/],
    ['a key that stands twice', '{"asOf":"x","asOf":"y"}', /asOf/],
    ['two documents', '{} {}', /line 1, column 4/],
  ])('tells where the body is not one JSON document: %s', async (_what, body, where) => {
    const answer = await put(body)
    expect([answer.status, answer.body.code]).toEqual([400, 'DECORUM_MALFORMED_JSON'])
    expect(`${answer.body.faults[0].path} ${answer.body.faults[0].problem}`).toMatch(where)
  })

  it('is turned away at once while more wait for the ledger than it can answer in time, and health is still told', async () => {
    const { pool } = served.app.runtime.ledger
    const crowd = (waiting: number) =>
      Object.defineProperty(pool, 'waitingCount', { configurable: true, get: () => waiting })
    const most = (pool.options.max ?? 10) * 4
    try {
      crowd(most)
      expect((await put(account())).status).toBe(200)
      crowd(most + 1)
      const answer = await put(account())
      expect([answer.status, answer.body.code, answer.headers['retry-after']]).toEqual([503, 'DECORUM_OVERLOADED', '1'])
      expect((await served.call('GET', '/healthz')).status).toBe(200)
      expect(
        (await served.call('POST', '/hooks/twilio/inbound', {})).body.code,
        'a provider is let in longer',
      ).not.toBe('DECORUM_OVERLOADED')
    } finally {
      Reflect.deleteProperty(pool, 'waitingCount')
    }
  })

  it('says that a body is missing', async () => {
    const answer = await served.call('PUT', '/v1/accounts/A-1', { key: admin })
    expect(answer.body).toMatchObject({ status: 400, faults: [{ path: 'body' }] })
  })

  it('says that a body is too large, and where large things go', async () => {
    const answer = await put({ ...account(), variables: { x: 'y'.repeat(2_000_000) } })
    expect([answer.status, answer.body.code]).toEqual([413, 'DECORUM_BODY_TOO_LARGE'])
    expect(answer.body.hint).toContain('/v1/accounts:import')
  })

  it('says which media types there are', async () => {
    const answer = await put('<account/>', { 'content-type': 'application/xml' })
    expect([answer.status, answer.body.code]).toEqual([415, 'DECORUM_UNSUPPORTED_MEDIA_TYPE'])
  })

  it.each([
    ['/v1/acounts', '/v1/accounts'],
    ['/v1/acounts/A-1/timeline', '/v1/accounts/{id}/timeline'],
    ['/v1/task/7:complete', '/v1/tasks/{id}:complete'],
  ])('suggests the address that was meant: %s', async (asked, meant) => {
    const answer = await served.call('GET', asked, { key: admin })
    expect([answer.status, answer.body.code]).toEqual([404, 'DECORUM_NOT_FOUND'])
    expect(answer.body.hint).toContain(`Did you mean ${meant}?`)
  })

  it('names the methods that an address takes', async () => {
    const answer = await served.call('PATCH', '/v1/accounts/A-1', { key: admin })
    expect([answer.status, answer.body.code]).toEqual([405, 'DECORUM_METHOD_NOT_ALLOWED'])
    expect(answer.headers['allow']).toBe('GET, HEAD, PUT')
  })

  it.each([
    '/v1/accounts?limit=0',
    '/v1/accounts?limit=x',
    '/v1/accounts?limt=5',
    '/v1/accounts?cursor=nonsense',
    '/v1/accounts?limit=1&limit=2',
    '/v1/reminders/not-an-id',
  ])('checks queries and paths like bodies: %s', async (url) => {
    const answer = await served.call('GET', url, { key: admin })
    expect(answer.body).toMatchObject({ status: 400, code: 'DECORUM_BAD_INPUT' })
    expect(answer.body.faults[0].path).toMatch(/^(query|path)\./)
  })

  it('answers an address that is not even percent-encoding', async () => {
    expect((await served.call('GET', '/%zz')).body).toMatchObject({ status: 400, code: 'DECORUM_BAD_INPUT' })
  })

  it('never shows what failed inside', async () => {
    const broken = buildServer({
      ...served.app,
      services: {
        ...served.app.services,
        listAccounts: () => {
          throw new Error('at +12125550123 in table x')
        },
      },
    })
    const answer = await broken.inject({
      method: 'GET',
      url: '/v1/accounts',
      headers: { authorization: `Bearer ${admin}` },
    })
    await broken.close()
    expect(answer.statusCode).toBe(500)
    expect(answer.json()).toMatchObject({ code: 'DECORUM_INTERNAL', faults: [] })
    expect(answer.body).not.toMatch(/5550123|table/)
    expect(served.log.join('')).not.toMatch(/5550123|table x/)
  })

  it('says that the ledger is away, and that nothing accepted is lost', async () => {
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
    const broken = buildServer({
      ...served.app,
      services: { ...served.app.services, authenticate: () => Promise.reject(refused) },
    })
    const answer = await broken.inject({
      method: 'GET',
      url: '/v1/accounts',
      headers: { authorization: `Bearer ${admin}` },
    })
    await broken.close()
    expect([answer.statusCode, answer.json().code]).toEqual([503, 'DECORUM_LEDGER_UNAVAILABLE'])
  })

  it('asks a key that is too quick to wait, and says how long', async () => {
    const { limits } = served.app.config
    const slow = buildServer({
      ...served.app,
      config: { ...served.app.config, limits: { ...limits, requestsPerMinute: 2 } },
    })
    const ask = (key: string) =>
      slow.inject({ method: 'GET', url: '/v1/routes', headers: { authorization: `Bearer ${key}` } })
    expect([(await ask(admin)).statusCode, (await ask(admin)).statusCode]).toEqual([200, 200])
    const third = await ask(admin)
    expect([third.statusCode, third.json().code]).toEqual([429, 'DECORUM_RATE_LIMITED'])
    expect(Number(third.headers['retry-after'])).toBeGreaterThan(0)
    expect((await ask(await served.key(['admin']))).statusCode, 'another key has its own allowance').toBe(200)
    await slow.close()
  })
})
