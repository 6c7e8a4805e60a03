import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { unsubscribeToken } from '../../src/services/callbacks/unsubscribe.ts'
import { emptyLedger } from '../support/empty-ledger.ts'
import { eachLedger, type FreshLedger } from '../support/ledger.ts'
import { sentAttempt } from './sent-attempt.ts'
import { account, serve, type Served } from './served.ts'

/** Whatever of the borrower's must not be seen outside the vault, in the forms it may take on the way. */
const PERSONAL = /Quackenbush|Wilhelmina|2125550123|555-0123|w\.quackenbush|example\.org|Hauptstra|secret-note/i

eachLedger('privacy of the interface', (_name, openFresh) => {
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

  const ask = (method: string, url: string, body?: unknown, headers: Record<string, string> = {}) =>
    served.call(method, url, { key: admin, body, headers })
  /** The borrower's account, and an email about it that was sent. */
  const sentEmail = async () => {
    expect((await ask('PUT', '/v1/accounts/A-1', account())).status).toBeLessThan(300)
    return sentAttempt(served.app, 'A-1', 'email')
  }

  it('keeps names, addresses, texts, queries and keys out of log, metrics and problems, in success and in failure', async () => {
    const problems: string[] = []
    await ask('PUT', '/v1/accounts/A-1', account({ variables: { note: 'secret-note' } }))
    await ask('GET', '/v1/recipients/P-1')
    await ask('GET', '/v1/recipients?address=%2B12125550123')
    await ask('GET', '/v1/recipients?address=w.quackenbush@example.org')
    await ask('POST', '/v1/suppressions', {
      creditor: 'northwind',
      scope: 'address',
      value: '+12125550123',
      reason: 'opt-out',
    })
    const sent = await sentAttempt(served.app, 'A-1', 'email')
    await ask('GET', `/v1/reminders/${sent.reminderId}/attempts/1/words`)
    await served.call('POST', `/u/${unsubscribeToken(served.app.runtime.vault, sent.addressId)}`, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
    })
    for (const [method, url, body] of [
      ['GET', '/v1/recipients?address=w.quackenbush@example.org&oops=1', undefined],
      ['GET', '/v1/recipients?address=555-0123', undefined],
      ['GET', '/v1/recipient/Quackenbush?name=Wilhelmina', undefined],
      ['PUT', '/v1/accounts/A-1', account({}, { name: 'Wilhelmina Quackenbush\u0000' })],
      [
        'PUT',
        '/v1/accounts/A-1',
        account({}, { addresses: [{ channel: 'sms', value: '+1212555012345678 Quackenbush'.repeat(12) }] }),
      ],
      ['PUT', '/v1/accounts/A-1', '{"recipient": {"name": "Wilhelmina Quackenbush" "x"}}'],
      ['POST', '/v1/reminders', { accountId: 'A-1', template: 'Quackenbush', tone: 'gentle', channels: ['sms'] }],
      ['POST', '/v1/decide', { now: '2026-11-23T15:00:00Z', address: { value: 'w.quackenbush@example.org' } }],
    ] as const) {
      const answer = await ask(method, url, body)
      expect(answer.status, url).toBeGreaterThanOrEqual(400)
      if (!url.includes('name=') && !answer.text.includes('"Quackenbush"')) problems.push(answer.text)
    }

    const leftOut = await ask(
      'PUT',
      '/v1/accounts/A-2',
      account(
        {},
        {
          id: 'P-2',
          name: 'quackenbush.com',
          addresses: [
            { channel: 'sms', value: '+1212555012345678 Quackenbush' },
            { channel: 'email', value: 'w.quackenbush@example.org/x' },
          ],
        },
      ),
    )
    expect(leftOut.body.warnings).toHaveLength(3)
    problems.push(leftOut.text)

    const log = served.log.join('')
    expect(log.split('\n').length).toBeGreaterThan(10)
    expect(log).not.toMatch(PERSONAL)
    expect(log, 'no query, no key').not.toMatch(/address=|dk_live_/)
    expect(problems.join('\n')).not.toMatch(PERSONAL)
    expect((await served.call('GET', '/metrics', { key: admin })).text).not.toMatch(PERSONAL)
  })

  it('measures requests by the route’s pattern, never by what was asked for', async () => {
    const sent = await sentEmail()
    await ask('GET', '/v1/recipients/P-1')
    await ask('GET', `/v1/reminders/${sent.reminderId}/attempts/1/words`)
    const { text } = await served.call('GET', '/metrics', { key: admin })
    expect(text).toContain('route="/v1/accounts/{id}"')
    expect(text).toContain('decorum_in_doubt 0')
    expect(text).toContain('decorum_queued{route="sms-main"} 0')
    expect(text).not.toMatch(/A-1|P-1|[0-9a-f]{8}-[0-9a-f]{4}/)
  })

  it('gives the words of an attempt as they were, and writes down who read them', async () => {
    const sent = await sentEmail()
    const { body } = await ask('GET', `/v1/reminders/${sent.reminderId}/attempts/1/words`)
    expect(body).toMatchObject({ state: 'kept', source: 'rendered-again', content: { channel: 'email', form: 'text' } })
    const { rows } = await served.app.runtime.ledger.pool.query(
      "SELECT subject FROM decorum.access_log WHERE action = 'words-read'",
    )
    expect(rows).toContainEqual({ subject: `attempt:${sent.reminderId}.1` })
  })

  it('says that the words are not to be had when another version of the template is installed', async () => {
    const sent = await sentEmail()
    await served.app.runtime.ledger.db
      .updateTable('decorum.reservation')
      .set({ message_hash: Buffer.alloc(32) })
      .where('reminder_id', '=', sent.reminderId)
      .execute()
    const { body } = await ask('GET', `/v1/reminders/${sent.reminderId}/attempts/1/words`)
    expect(body).toMatchObject({ state: 'unavailable', problem: expect.stringContaining('the hash remains') })
  })

  it('answers `erased` once the person’s key is gone, and keeps the reasons', async () => {
    const sent = await sentEmail()
    await served.app.runtime.ledger.db
      .updateTable('decorum.recipient')
      .set({ data_key: null, data_key_id: null, name: null, erased_at: new Date(served.clock.now()) })
      .execute()
    expect((await ask('GET', `/v1/reminders/${sent.reminderId}/attempts/1/words`)).body).toEqual({ state: 'erased' })
    const gone = await ask('GET', '/v1/recipients/P-1')
    expect([gone.status, gone.body.code]).toEqual([410, 'DECORUM_ERASED'])
    expect((await ask('GET', `/v1/reminders/${sent.reminderId}`)).status).toBe(200)
  })
})
