import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js'
import type { FastifyInstance } from 'fastify'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { buildServer } from '../../src/http/server.ts'
import { unsubscribeToken } from '../../src/services/callbacks/unsubscribe.ts'
import { emptyLedger } from '../support/empty-ledger.ts'
import { endsWithin } from '../support/ends-within.ts'
import { eventually } from '../support/eventually.ts'
import { eachLedger, type FreshLedger, openServerFresh } from '../support/ledger.ts'
import { whenThere } from '../support/servers.ts'
import { sentAttempt } from './sent-attempt.ts'
import { account, type Answer, AUTH_TOKEN, PUBLIC_URL, serve, type Served } from './served.ts'

const FEW = 3
const A = '203.0.113.7'
const B = '203.0.113.8'
const PROXY = '10.1.2.3'

eachLedger('limits', (_name, openFresh) => {
  let served: Served
  let admin: string
  let server: FastifyInstance
  let lookUps: number
  beforeAll(async () => {
    served = await serve((await openFresh()).ledger)
  })
  beforeEach(async () => {
    await emptyLedger(served.app.runtime.ledger)
    admin = await served.key(['admin'])
    lookUps = 0
    server = limited()
  })
  afterAll(() => served.close())

  function limited(over: Partial<Served['app']['config']> = {}): FastifyInstance {
    const { app } = served
    return buildServer({
      ...app,
      config: { ...app.config, limits: { ...app.config.limits, failuresPerMinute: FEW }, ...over },
      services: {
        ...app.services,
        authenticate: (bearer) => {
          lookUps++
          return app.services.authenticate(bearer)
        },
      },
    })
  }
  const ask = async (from: string, url: string, authorization?: string, headers: Record<string, string> = {}) =>
    server.inject({
      method: 'GET',
      url,
      remoteAddress: from,
      headers: { ...(authorization === undefined ? {} : { authorization }), ...headers },
    })
  const guess = (from: string, headers: Record<string, string> = {}) =>
    ask(from, '/v1/accounts', `Bearer dk_live_${'x'.repeat(20)}${Math.random()}`, headers)
  const statuses = async (times: number, one: () => Promise<{ statusCode: number }>): Promise<number[]> => {
    const found: number[] = []
    for (let i = 0; i < times; i++) found.push((await one()).statusCode)
    return found
  }

  describe('by address, for what fails before a key is known', () => {
    it('refuse an address that guesses keys before it asks the ledger, and no other', async () => {
      expect(await statuses(FEW, () => guess(A))).toEqual(Array.from({ length: FEW }, () => 401))
      expect(lookUps).toBe(FEW)
      const refused = await guess(A)
      expect([refused.statusCode, refused.json().code]).toEqual([429, 'DECORUM_RATE_LIMITED'])
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
      expect(lookUps, 'the ledger was not asked').toBe(FEW)
      expect((await guess(B)).statusCode).toBe(401)
    })

    it.each([
      ['addresses that there are not', '/v1/nothing-here'],
      ['ids that are too long', `/v1/accounts/${'a'.repeat(2_000)}`],
      ['no key at all', '/v1/accounts'],
    ])('count %s', async (_what, url) => {
      const codes = await statuses(FEW + 1, () => ask(A, url))
      expect(codes.slice(0, FEW)).not.toContain(429)
      expect(codes.slice(FEW)).toEqual([429])
      expect(lookUps).toBe(0)
    })

    it('count a network of IPv6 as one', async () => {
      const codes: number[] = []
      for (let i = 0; i < FEW + 1; i++) codes.push((await guess(`2001:db8:1:2::${i + 1}`)).statusCode)
      expect(codes.at(-1)).toBe(429)
    })

    it('let a key through that was good before, whoever else is at that address, and never refuse health', async () => {
      expect((await ask(A, '/v1/routes', `Bearer ${admin}`)).statusCode).toBe(200)
      await statuses(FEW + 1, () => guess(A))
      expect((await guess(A)).statusCode).toBe(429)
      expect((await ask(A, '/v1/routes', `Bearer ${admin}`)).statusCode).toBe(200)
      expect((await ask(A, '/healthz')).statusCode).toBe(200)
    })

    it('believe X-Forwarded-For of trusted proxies alone', async () => {
      const behind = (client: string) => guess(PROXY, { 'x-forwarded-for': client })
      await statuses(FEW + 1, () => behind(A))
      expect((await behind(B)).statusCode, 'nobody is trusted').toBe(429)
      server = limited({ trustedProxies: ['10.0.0.0/8'] })
      await statuses(FEW + 1, () => behind(A))
      expect((await behind(A)).statusCode).toBe(429)
      expect((await behind(B)).statusCode).toBe(401)
      const pretending = (client: string) => guess(B, { 'x-forwarded-for': client })
      await statuses(FEW + 1, () => pretending('198.51.100.1'))
      expect((await pretending('198.51.100.2')).statusCode, 'it comes from no proxy').toBe(429)
    })
  })

  it('tell a stranger of readiness no more than whether, and of metrics nothing', async () => {
    expect((await ask(B, '/readyz')).json()).toEqual({ ready: true })
    expect((await ask(B, '/readyz', `Bearer ${admin}`)).json().parts.length).toBeGreaterThan(2)
    const bound = await served.key(['admin'], { creditor: 'lakeside' })
    expect((await ask(B, '/readyz', `Bearer ${bound}`)).json()).toEqual({ ready: true })
    expect((await ask(B, '/metrics')).statusCode).toBe(401)
    expect((await ask(B, '/metrics', `Bearer ${bound}`)).statusCode).toBe(403)
    expect((await ask(B, '/metrics', `Bearer ${await served.key(['metrics:read'])}`)).statusCode).toBe(200)
    expect(await statuses(FEW + 1, () => ask(A, '/readyz', 'Bearer dk_live_guessed-at-random'))).toContain(429)
  })

  it('by key count its id, however the header is written and wherever it comes from', async () => {
    server = limited({ limits: { ...served.app.config.limits, requestsPerMinute: 3 } })
    const written = [`Bearer ${admin}`, `Bearer  ${admin}`, `bEARER ${admin}`, `BEARER    ${admin}`]
    const codes: number[] = []
    for (const [i, authorization] of written.entries())
      codes.push((await ask(`203.0.113.${i + 1}`, '/v1/routes', authorization)).statusCode)
    expect(codes).toEqual([200, 200, 200, 429])
  })

  describe('of callbacks', () => {
    const form = { MessageSid: 'SM1', MessageStatus: 'delivered' }
    const path = (id: string) => `/hooks/twilio/message/${id}/1`
    const callBack = (url: string, signature: string, from = A) =>
      server.inject({
        method: 'POST',
        url,
        remoteAddress: from,
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature },
        payload: new URLSearchParams(form).toString(),
      })
    const signed = (url: string) => getExpectedTwilioSignature(AUTH_TOKEN, PUBLIC_URL + url, form)

    it('refuse what nobody signed without asking the ledger, and never what is signed', async () => {
      await served.call('PUT', '/v1/accounts/A-1', { key: admin, body: account() })
      const sent = await sentAttempt(served.app, 'A-1', 'sms', { providerRef: 'SM1' })
      const url = path(sent.reminderId)
      const connected = vi.spyOn(served.app.runtime.ledger.pool, 'connect')
      const forged = [url, '/hooks/twilio/inbound', url.replace('message', 'call'), url.replace('message', 'voice')]
      for (const [i, one] of forged.entries())
        expect((await callBack(one, 'x'.repeat(28), `198.51.100.${i}`)).statusCode, one).toBe(403)
      expect(await statuses(FEW + 1, () => callBack(url, 'x'.repeat(28)))).toContain(429)
      expect(connected).not.toHaveBeenCalled()
      connected.mockRestore()
      expect((await callBack(url, signed(url))).statusCode, 'from the same address').toBe(204)
    })
  })

  describe('of opt-out links', () => {
    it('refuse who tries many, and never a link of ours', async () => {
      await served.call('PUT', '/v1/accounts/A-1', { key: admin, body: account() })
      const { id } = await served.app.runtime.ledger.db
        .selectFrom('decorum.recipient_address')
        .select('id')
        .where('channel', '=', 'email')
        .executeTakeFirstOrThrow()
      const link = `/u/${unsubscribeToken(served.app.runtime.vault, id)}`
      const connected = vi.spyOn(served.app.runtime.ledger.pool, 'connect')
      expect(await statuses(FEW + 1, () => ask(A, `/u/${'A'.repeat(43)}`))).toContain(429)
      expect(connected).not.toHaveBeenCalled()
      connected.mockRestore()
      await statuses(FEW + 1, () => guess(A))
      const codes = await statuses(300, () => ask(A, link))
      expect(new Set(codes)).toEqual(new Set([200]))
      const stop = await server.inject({ method: 'POST', url: link, remoteAddress: A })
      expect(stop.statusCode).toBe(200)
    })

    it('ask the ledger a few times for a link that is called a thousand times at once', async () => {
      await served.call('PUT', '/v1/accounts/A-1', { key: admin, body: account() })
      const { id } = await served.app.runtime.ledger.db
        .selectFrom('decorum.recipient_address')
        .select('id')
        .where('channel', '=', 'email')
        .executeTakeFirstOrThrow()
      const link = `/u/${unsubscribeToken(served.app.runtime.vault, id)}`
      const connected = vi.spyOn(served.app.runtime.ledger.pool, 'connect')
      const answers = await Promise.all(Array.from({ length: 100 }, () => ask(A, link)))
      expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]))
      expect(connected.mock.calls.length).toBeLessThan(50)
      connected.mockRestore()
    })
  })
})

whenThere('PostgreSQL', 'a flood', () =>
  describe('a flood', () => {
    let fresh: FreshLedger
    let served: Served
    let admin: string
    beforeAll(async () => {
      fresh = await openServerFresh()
      served = await serve(fresh.ledger)
      admin = await served.key(['admin'])
      await served.call('PUT', '/v1/accounts/A-1', { key: admin, body: account() })
    })
    afterAll(async () => {
      await served.close()
      await fresh.dispose()
    })

    /** The answer to `work`, sent while nobody can read this table and a hundred requests wait for it; null: it waited with them. */
    async function duringFlood(
      table: string,
      flood: () => Promise<unknown>,
      work: () => Promise<Answer>,
    ): Promise<Answer | null> {
      const { pool } = fresh.ledger
      const holder = new pg.Client({ connectionString: (fresh.source as { databaseUrl: string }).databaseUrl })
      await holder.connect()
      await holder.query('BEGIN')
      await holder.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`)
      const flooding = Promise.all(Array.from({ length: 100 }, flood))
      try {
        await eventually(() => expect(pool.totalCount - pool.idleCount).toBeGreaterThanOrEqual(5))
        const answer = work()
        return (await endsWithin(20_000, answer)) ? await answer : null
      } finally {
        await holder.query('ROLLBACK')
        await holder.end()
        await flooding
      }
    }
    const callback = async (reminderId: string, status: string) => {
      const path = `/hooks/twilio/message/${reminderId}/1`
      const form = { MessageSid: 'SM1', MessageStatus: status }
      return served.call('POST', path, {
        body: new URLSearchParams(form).toString(),
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'x-twilio-signature': getExpectedTwilioSignature(AUTH_TOKEN, PUBLIC_URL + path, form),
        },
      })
    }

    it('of callbacks leaves keys their connections', async () => {
      const sent = await sentAttempt(served.app, 'A-1', 'sms', { providerRef: 'SM1' })
      const answer = await duringFlood(
        'decorum.receipt',
        () => callback(sent.reminderId, 'delivered'),
        () => served.call('GET', '/v1/accounts/A-1', { key: admin }),
      )
      expect(answer?.status).toBe(200)
    })

    it('of one key leaves callbacks theirs', async () => {
      const sent = await sentAttempt(served.app, 'A-1', 'sms', { providerRef: 'SM1' })
      const answer = await duringFlood(
        'decorum.captured_message',
        () => served.call('GET', '/v1/captured', { key: admin }),
        () => callback(sent.reminderId, 'delivered'),
      )
      expect(answer?.status).toBe(204)
    })
  }),
)
