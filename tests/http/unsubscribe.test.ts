import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { unsubscribeToken } from '../../src/services/callbacks/unsubscribe.ts'
import { emptyLedger } from '../support/empty-ledger.ts'
import { eachLedger, type FreshLedger } from '../support/ledger.ts'
import { account, serve, type Served } from './served.ts'

eachLedger('one-click unsubscribe (RFC 8058)', (_name, openFresh) => {
  let fresh: FreshLedger
  let served: Served
  let links: Record<string, string>
  beforeAll(async () => {
    fresh = await openFresh()
  })
  beforeEach(async () => {
    await emptyLedger(fresh.ledger)
    served = await serve(fresh.ledger)
    const admin = await served.key(['admin'])
    await served.call('PUT', '/v1/accounts/A-1', { key: admin, body: account() })
    await served.call('PUT', '/v1/accounts/A-2', {
      key: admin,
      body: account(
        { creditor: 'shili-xiaojin', overdue: { amount: '10.00', currency: 'CNY' } },
        { id: 'P-2', locale: 'zh-CN' },
      ),
    })
    const addresses = await served.app.runtime.ledger.db
      .selectFrom('decorum.recipient_address')
      .select(['id', 'creditor'])
      .where('channel', '=', 'email')
      .execute()
    links = Object.fromEntries(
      addresses.map((address) => [address.creditor, `/u/${unsubscribeToken(served.app.runtime.vault, address.id)}`]),
    )
  })
  afterEach(() => served.close())

  const stops = () =>
    served.app.runtime.ledger.db
      .selectFrom('decorum.suppression')
      .select(['creditor', 'scope', 'reason', 'source'])
      .execute()
  const oneClick = (url: string, type = 'application/x-www-form-urlencoded', body = 'List-Unsubscribe=One-Click') =>
    served.call('POST', url, { body, headers: { 'content-type': type } })

  it('asks, and stops nothing, when the link is only opened', async () => {
    for (let i = 0; i < 3; i++) {
      const page = await served.call('GET', links['northwind'] as string)
      expect(page.status).toBe(200)
      expect(page.text).toContain('<form method="post">')
      expect(page.text).toContain('Northwind Credit')
    }
    expect(await stops()).toEqual([])
  })

  it('speaks the recipient’s language, and names neither the person nor the address', async () => {
    const page = await served.call('GET', links['shili-xiaojin'] as string)
    expect(page.text).toContain('lang="zh-CN"')
    expect(page.text).toContain('停止')
    expect(page.text).not.toMatch(/Quackenbush|example\.org/i)
    expect(page.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
  })

  it.each([
    ['zh-TW', '郵件設定'],
    ['yue-HK', '郵件設定'],
    ['zh-Hant', '郵件設定'],
    ['zh-SG', '邮件设置'],
    ['de', 'Email from us'],
  ])('gives a reader of %s no other script than theirs: %s', async (locale, title) => {
    await served.app.runtime.ledger.db
      .updateTable('decorum.recipient')
      .set({ locale })
      .where('external_id', '=', 'P-2')
      .execute()
    expect((await served.call('GET', links['shili-xiaojin'] as string)).text).toContain(`<title>${title}</title>`)
  })

  it('stops mail to that address at once when a mail program posts, without a login', async () => {
    expect((await oneClick(links['northwind'] as string)).status).toBe(200)
    expect(await stops()).toEqual([
      { creditor: 'northwind', scope: 'address', reason: 'opt-out', source: 'unsubscribe-link' },
    ])
  })

  it.each([
    [
      'multipart/form-data; boundary=x',
      '--x\r\ncontent-disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--',
    ],
    ['text/plain', 'x'],
    ['application/x-www-form-urlencoded', ''],
  ])('takes the post in whatever form it comes, and once: %s', async (type, body) => {
    for (let i = 0; i < 2; i++) {
      expect((await oneClick(links['northwind'] as string, type, body)).status).toBe(200)
    }
    expect(await stops()).toHaveLength(1)
    expect((await served.call('GET', links['northwind'] as string)).text).not.toContain('<form')
  })

  it.each(['x', 'A'.repeat(43), '0190b3a2-7c1e-7000-8000-000000000001'])(
    'knows nobody by a token that is not ours: %s',
    async (token) => {
      for (const method of ['GET', 'POST']) {
        const page = await served.call(method, `/u/${token}`)
        expect(page.status).toBe(404)
        expect(page.headers['content-type']).toMatch(/^text\/html/)
      }
      expect(await stops()).toEqual([])
    },
  )
})
