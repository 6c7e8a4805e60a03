import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { SCOPES, type KeyScope } from '../../src/services/keys.ts'
import { emptyLedger } from '../support/empty-ledger.ts'
import { eachLedger } from '../support/ledger.ts'
import { account, serve, type Served } from './served.ts'

const ID = '0190b3a2-7c1e-7000-8000-000000000001'

/** One request for each scope that only a key with that scope may make. */
const GUARDED: [KeyScope, string, string][] = [
  ['accounts:write', 'PUT', '/v1/accounts/A-1'],
  ['accounts:write', 'PUT', '/v1/recipients/P-1'],
  ['accounts:write', 'POST', '/v1/accounts:import'],
  ['accounts:read', 'GET', '/v1/accounts'],
  ['accounts:read', 'GET', '/v1/accounts/A-1'],
  ['accounts:read', 'GET', '/v1/accounts/A-1/timeline'],
  ['people:read', 'GET', '/v1/recipients/P-1'],
  ['people:read', 'GET', '/v1/recipients?address=%2B12125550123'],
  ['people:read', 'POST', '/v1/recipients:search'],
  ['people:export', 'GET', '/v1/recipients/P-1/export'],
  ['people:erase', 'POST', '/v1/recipients/P-1/erasure'],
  ['access-log:read', 'GET', '/v1/access-log'],
  ['accounts:read', 'GET', '/v1/contacts?recipientId=P-1'],
  ['accounts:read', 'GET', '/v1/suppressions'],
  ['accounts:read', 'GET', '/v1/holds'],
  ['people:read', 'GET', '/v1/captured'],
  ['people:read', 'GET', '/v1/replies'],
  ['events:write', 'POST', '/v1/accounts/A-1/events'],
  ['events:write', 'POST', '/v1/events:import'],
  ['reminders:write', 'POST', '/v1/reminders'],
  ['reminders:write', 'DELETE', `/v1/reminders/${ID}`],
  ['reminders:read', 'GET', '/v1/reminders'],
  ['reminders:read', 'GET', `/v1/reminders/${ID}`],
  ['reminders:read', 'GET', '/v1/totals?from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00Z'],
  ['contacts:write', 'POST', '/v1/contacts'],
  ['suppressions:write', 'POST', '/v1/suppressions'],
  ['suppressions:write', 'POST', `/v1/suppressions/${ID}:lift`],
  ['holds:write', 'POST', '/v1/holds'],
  ['holds:write', 'POST', `/v1/holds/${ID}:end`],
  ['tasks:read', 'GET', '/v1/tasks'],
  ['tasks:write', 'POST', `/v1/tasks/${ID}:complete`],
  ['decide', 'POST', '/v1/decide'],
  ['admin', 'GET', '/v1/keys'],
  ['admin', 'POST', '/v1/keys'],
]

eachLedger('keys', (name, openFresh) => {
  let served: Served
  let admin: string
  beforeAll(async () => {
    served = await serve((await openFresh()).ledger)
  })
  beforeEach(async () => {
    await emptyLedger(served.app.runtime.ledger)
    admin = await served.key(['admin'])
  })
  afterAll(() => served.close())

  const status = async (method: string, url: string, key?: string) =>
    (
      await served.call(method, url, {
        ...(key === undefined ? {} : { key }),
        ...(method === 'GET' || method === 'DELETE' ? {} : { body: {} }),
      })
    ).status

  describe('each address', () => {
    const byScope = new Map<KeyScope, string>()
    beforeEach(async () => {
      for (const scope of SCOPES) byScope.set(scope, await served.key([scope]))
    })

    it.each(GUARDED)('needs %s: %s %s', async (scope, method, url) => {
      expect(await status(method, url), 'without a key').toBe(401)
      expect(await status(method, url, 'dk_live_not-a-key-of-ours'), 'with an unknown key').toBe(401)
      expect([401, 403], 'with the scope').not.toContain(await status(method, url, byScope.get(scope)))
      for (const other of SCOPES) {
        if (other !== scope && other !== 'admin')
          expect(await status(method, url, byScope.get(other)), `with ${other} only`).toBe(403)
      }
    })
  })

  it('are stored as hashes only', async () => {
    const { rows } = await served.app.runtime.ledger.pool.query(
      'SELECT row_to_json(k)::text AS row FROM decorum.api_key k',
    )
    expect(rows.map((row) => row.row).join('\n')).not.toContain(admin)
  })

  it('are shown once, listed without their secrets, and refused once revoked', async () => {
    const made = await served.call('POST', '/v1/keys', {
      key: admin,
      body: { label: 'billing', scopes: ['accounts:read'], creditor: 'northwind' },
    })
    expect(made.status).toBe(201)
    expect(made.body.secret).toMatch(/^dk_live_[\w-]{43}$/)
    expect((await served.call('GET', '/v1/keys', { key: admin })).text).not.toContain(made.body.secret)
    expect(await status('GET', '/v1/accounts', made.body.secret)).toBe(200)
    const revoked = await served.call('DELETE', `/v1/keys/${made.body.id}`, { key: admin })
    expect(revoked.body.revokedAt).not.toBeNull()
    expect(await status('GET', '/v1/accounts', made.body.secret)).toBe(401)
  })

  it('of one creditor see and change that creditor alone', async () => {
    await served.call('PUT', '/v1/accounts/SHARED', { key: admin, body: account() })
    const lakeside = await served.key(['accounts:read', 'accounts:write', 'people:read'], { creditor: 'lakeside' })
    const denied = await served.call('PUT', '/v1/accounts/SHARED', { key: lakeside, body: account() })
    expect([denied.status, denied.body.code]).toEqual([403, 'DECORUM_FORBIDDEN'])
    expect(denied.text, 'names the creditor').toContain('northwind')
    expect((await served.call('GET', '/v1/accounts/SHARED', { key: lakeside })).status).toBe(404)
    expect((await served.call('GET', '/v1/accounts/SHARED?creditor=northwind', { key: lakeside })).status).toBe(404)
    expect((await served.call('GET', '/v1/accounts', { key: lakeside })).body.items).toEqual([])
    expect((await served.call('GET', '/v1/recipients?address=%2B12125550123', { key: lakeside })).body.items).toEqual(
      [],
    )
  })

  it('of every creditor must say which', async () => {
    const { creditor: _creditor, ...unstated } = account()
    const answer = await served.call('PUT', '/v1/accounts/B-1', { key: admin, body: unstated })
    expect([answer.status, answer.body.code]).toEqual([400, 'DECORUM_BAD_INPUT'])
    expect(answer.body.faults[0].path).toBe('creditor')
  })

  it('that a creditor has make keys of that creditor only, and test keys make no live ones', async () => {
    const bound = await served.key(['admin'], { creditor: 'lakeside' })
    expect(
      (
        await served.call('POST', '/v1/keys', {
          key: bound,
          body: { label: 'x', scopes: ['admin'], creditor: 'northwind' },
        })
      ).status,
    ).toBe(403)
    expect(
      (await served.call('POST', '/v1/keys', { key: bound, body: { label: 'x', scopes: ['admin'] } })).body.creditor,
    ).toBe('lakeside')
    const test = await served.key(['admin'], { kind: 'test' })
    expect(
      (await served.call('POST', '/v1/keys', { key: test, body: { label: 'x', scopes: ['admin'], kind: 'live' } }))
        .status,
    ).toBe(403)
  })

  it('for tests mark what they register as never to be sent', async () => {
    const test = await served.key(['accounts:write', 'accounts:read'], { kind: 'test' })
    await served.call('PUT', '/v1/accounts/T-1', { key: test, body: account({}, { id: 'P-T', addresses: [] }) })
    expect((await served.call('GET', '/v1/accounts/T-1', { key: test })).body.live).toBe(false)
  })

  it('of the first start come from DECORUM_BOOTSTRAP_KEY, and a revoked one stays revoked', async () => {
    const configured = 'dk_live_bootstrap-of-tests-0123456789'
    expect(await served.app.services.ensureBootstrapKey(configured)).toBeNull()
    expect(await status('GET', '/v1/keys', configured)).toBe(200)
    const { items } = (await served.call('GET', '/v1/keys', { key: admin })).body
    const { id } = items.find((key: { label: string }) => key.label === 'bootstrap')
    await served.call('DELETE', `/v1/keys/${id}`, { key: admin })
    await served.app.services.ensureBootstrapKey(configured)
    expect(await status('GET', '/v1/keys', configured)).toBe(401)
  })

  it('of the first start revoke the one before when DECORUM_BOOTSTRAP_KEY is another, and no key that was made otherwise', async () => {
    const [first, second] = ['dk_live_bootstrap-one-0123456789', 'dk_live_bootstrap-two-0123456789']
    const { secret: made } = await served.app.services.createKey(
      { name: 'test', creditor: null, live: true },
      {
        label: 'bootstrap',
        creditor: null,
        kind: 'live',
        scopes: ['admin'],
      },
    )
    await served.app.services.ensureBootstrapKey(first)
    await served.app.services.ensureBootstrapKey(second)
    expect(await Promise.all([first, second, made].map((key) => status('GET', '/v1/keys', key)))).toEqual([
      401, 200, 200,
    ])
    // A process that still has the old one in its environment brings it back no more than it revokes the new one.
    await served.app.services.ensureBootstrapKey(first)
    expect(await Promise.all([first, second].map((key) => status('GET', '/v1/keys', key)))).toEqual([401, 200])
  })

  it('are printed at the first embedded start, and at no other', async () => {
    await served.app.runtime.ledger.db
      .updateTable('decorum.api_key')
      .set({ revoked_at: new Date() })
      .where('creditor', 'is', null)
      .execute()
    const printed = await served.app.services.ensureBootstrapKey(null)
    if (name !== 'embedded') return expect(printed).toBeNull()
    expect(await status('GET', '/v1/keys', printed as string)).toBe(200)
    expect(await served.app.services.ensureBootstrapKey(null)).toBeNull()
  })
})
