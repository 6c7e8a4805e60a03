import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { cliUser } from '../../src/cli/with-app.ts'
import { watchBulkReading } from '../../src/pipeline/access-log.ts'
import { eraseAgain, eraseRecipient } from '../../src/pipeline/erase.ts'
import { recipientsByExternalId } from '../../src/record/recipients.ts'
import { emptyLedger } from '../support/empty-ledger.ts'
import { eventually } from '../support/eventually.ts'
import { eachLedger, type FreshLedger } from '../support/ledger.ts'
import { sentAttempt } from './sent-attempt.ts'
import { account, serve, type Served } from './served.ts'

const NUMBER = '+12125550123'
const PERSONAL = /Quackenbush|Wilhelmina|2125550123|w\.quackenbush|secret-note/i
/** When no rule asks for evidence any more. */
const LATER = '2040-01-01T00:00:00Z'

eachLedger('people', (_name, openFresh) => {
  let fresh: FreshLedger
  let served: Served
  let admin: string
  let folder: string
  beforeAll(async () => {
    fresh = await openFresh()
  })
  beforeEach(async () => {
    await emptyLedger(fresh.ledger)
    folder = mkdtempSync(join(tmpdir(), 'erasures-'))
    served = await serve(fresh.ledger, { DECORUM_ERASURE_JOURNAL: join(folder, 'erasures.ndjson') })
    admin = await served.key(['admin'])
  })
  afterEach(async () => {
    await served.close()
    rmSync(folder, { recursive: true })
  })

  const ask = (method: string, url: string, body?: unknown) =>
    served.call(method, url, { key: admin, ...(body === undefined ? {} : { body }) })
  const ok = async (method: string, url: string, body?: unknown) => {
    const answer = await ask(method, url, body)
    expect(answer.status, `${method} ${url}: ${answer.text}`).toBeLessThan(300)
    return answer.body
  }
  const rows = async (query: string): Promise<Record<string, unknown>[]> =>
    (await served.app.runtime.ledger.pool.query<Record<string, unknown>>(query)).rows
  const event = (over: Record<string, unknown>) =>
    ok('POST', '/v1/accounts/A-1/events', { creditor: 'northwind', occurredAt: '2026-11-23T01:30:00Z', ...over })
  /** A person who was written to, whose number is stopped, and whose debt is settled. */
  const settled = async () => {
    await ok('PUT', '/v1/accounts/A-1', account({ variables: { note: 'secret-note' } }))
    const sent = await sentAttempt(served.app, 'A-1', 'email')
    await ok('POST', '/v1/suppressions', { creditor: 'northwind', scope: 'address', value: NUMBER, reason: 'opt-out' })
    await event({ id: 'E-1', type: 'withdrawn', note: 'secret-note' })
    return sent
  }
  const erase = (query = '') => ask('POST', `/v1/recipients/P-1/erasure${query}`)

  describe('an erasure', () => {
    it('is refused while evidence is owed, under a hold for legal action, and while the debt is collected; every ground is told', async () => {
      await ok('PUT', '/v1/accounts/A-1', account())
      await sentAttempt(served.app, 'A-1', 'email')
      const hold = (await ok('POST', '/v1/holds', { creditor: 'northwind', accountId: 'A-1', kind: 'legal-action' })).id
      const refused = await erase()
      expect([refused.status, refused.body.code]).toEqual([409, 'DECORUM_STATE_CONFLICT'])
      expect(refused.body.faults.map(({ path }: { path: string }) => path)).toEqual([
        'legal-action',
        'debt',
        'evidence',
      ])
      expect(refused.text).toContain('6 RCNY 2-193')
      expect(refused.text, 'a rule of a place where the person is not').not.toContain('cl/log')
      await ok('POST', `/v1/holds/${hold}:end`, { reason: 'over' })
      await event({ id: 'E-1', type: 'withdrawn' })
      expect((await erase()).body.faults.map(({ path }: { path: string }) => path)).toEqual(['evidence'])
      served.clock.set(LATER)
      expect((await erase()).status).toBe(200)
    })

    it('is refused under the house’s legal hold, and while an attempt is in doubt', async () => {
      await settled()
      await sentAttempt(served.app, 'A-1', 'email', { status: 'in_doubt' })
      served.clock.set(LATER)
      expect((await erase()).body.faults.map(({ path }: { path: string }) => path)).toEqual(['under-way'])
      expect((await ok('GET', '/v1/recipients/P-1')).name).toBe('Wilhelmina Quackenbush')
      const { runtime } = served.app
      const held = {
        ...runtime,
        config: { ...runtime.config, retention: { ...runtime.config.retention, legalHold: true } },
      }
      const [person] = await recipientsByExternalId(runtime.ledger.db, { creditor: null, live: true }, 'P-1')
      await expect(
        eraseRecipient(held, { name: 'tests', creditor: null, live: true }, [], person as NonNullable<typeof person>),
      ).rejects.toMatchObject({ faults: [{ path: 'legal-hold' }, { path: 'under-way' }] })
    })

    it('tells what was removed, what stays and on which ground, and every place', async () => {
      await settled()
      served.clock.set(LATER)
      const report = (await erase()).body
      expect(report).toMatchObject({
        id: 'P-1',
        creditor: 'northwind',
        already: false,
        by: expect.stringMatching(/^key:/),
      })
      expect(report.removed.length).toBeGreaterThan(3)
      for (const { ground } of report.stays) expect(ground).not.toBe('')
      const places = report.places
        .map(({ place, fate }: { place: string; fate: string }) => `${place} ${fate}`)
        .join('\n')
      for (const place of ['ledger', 'logs', 'twilio', 'backups', 'journal', 'imported', 'queue'])
        expect(places).toContain(place)
      const again = await erase('?lang=zh-CN')
      expect(again.body).toMatchObject({ already: true, erasedAt: report.erasedAt })
      expect(again.text).toContain('密钥')
    })

    it('leaves nothing that tells of the person; decisions keep code, rule and time, and replays say so', async () => {
      const sent = await settled()
      await ok('PUT', '/v1/accounts/A-2', account({}, { id: 'P-2', name: 'Ana Lopez', addresses: [] }))
      served.clock.set(LATER)
      await erase()
      const [person] = await rows(`SELECT * FROM decorum.recipient WHERE external_id = 'P-1'`)
      expect(person).toMatchObject({ data_key: null, name: null, time_zone: null, jurisdiction: null })
      expect(
        await rows(
          `SELECT value FROM decorum.recipient_address a JOIN decorum.recipient r ON r.id = a.recipient_id WHERE r.external_id = 'P-1' AND value IS NOT NULL`,
        ),
      ).toEqual([])
      expect(await rows('SELECT note FROM decorum.event WHERE note IS NOT NULL')).toEqual([])
      const view = await ok('GET', `/v1/reminders/${sent.reminderId}`)
      expect(view.decisions[0]).toMatchObject({ verdict: 'send', at: '2026-11-23T02:00:00Z' })
      expect(view.attempts[0].messageHash).toBe('')
      expect(await ok('GET', `/v1/reminders/${sent.reminderId}/attempts/1/words`)).toEqual({ state: 'erased' })
      expect((await ok('GET', `/v1/reminders/${sent.reminderId}/explanation`)).lines.join('\n')).toContain('erased')
      expect(await served.app.services.auditDecisions(10)).toMatchObject({ erased: 1, differences: [] })
      expect((await ok('GET', '/v1/recipients/P-2')).name).toBe('Ana Lopez')
    })

    it('is answered with 410 everywhere from then on, and stops still bind', async () => {
      await settled()
      served.clock.set(LATER)
      await erase()
      const other = await serve(fresh.ledger)
      other.clock.set(LATER)
      const key = await other.key(['admin'])
      const late = { asOf: '2039-12-31T00:00:00Z', creditor: 'northwind' }
      for (const [method, url, body] of [
        ['GET', '/v1/recipients/P-1', undefined],
        ['GET', '/v1/recipients/P-1/export', undefined],
        ['PUT', '/v1/recipients/P-1', { ...late, name: 'Wilhelmina Quackenbush' }],
        ['PUT', '/v1/accounts/A-1', account(late)],
        ['PUT', '/v1/accounts/A-1', account()],
        ['PUT', '/v1/accounts/A-9', account(late)],
        [
          'POST',
          '/v1/accounts/A-1/events',
          { creditor: 'northwind', id: 'E-2', type: 'withdrawn', occurredAt: '2039-12-30T00:00:00Z' },
        ],
        ['POST', '/v1/holds', { creditor: 'northwind', accountId: 'A-1', kind: 'dispute' }],
        ['POST', '/v1/permits', { recipientId: 'P-1', accountIds: ['A-1'], address: NUMBER, mode: 'agent', by: 'a' }],
      ] as const) {
        const answer = await other.call(method, url, { key, ...(body === undefined ? {} : { body }) })
        expect([url, answer.status]).toEqual([url, 410])
      }
      expect(
        (await other.call('POST', '/v1/recipients:search', { key, body: { address: NUMBER } })).body.items,
      ).toEqual([])
      await other.call('PUT', '/v1/accounts/A-3', { key, body: account(late, { id: 'P-3' }) })
      const { suppressions } = (await other.call('GET', '/v1/accounts/A-3', { key })).body
      expect(suppressions).toMatchObject([{ scope: 'address', reason: 'opt-out' }])
      await other.close()
    })

    it('stands in a journal outside the ledger, and is done again after a restore', async () => {
      await settled()
      const [before] = await rows(`SELECT data_key, data_key_id, name FROM decorum.recipient WHERE external_id = 'P-1'`)
      served.clock.set(LATER)
      await erase()
      const journal = readFileSync(join(folder, 'erasures.ndjson'), 'utf8')
      expect(journal.trim().split('\n')).toHaveLength(1)
      expect(journal).not.toMatch(PERSONAL)
      expect(journal).not.toContain('P-1')
      // A restore brings the row back, and takes the ledger's own memory of the erasure with it.
      await served.app.runtime.ledger.pool.query(
        `UPDATE decorum.recipient SET data_key = $1, data_key_id = $2, name = $3, erased_at = NULL WHERE external_id = 'P-1'`,
        [before?.['data_key'], before?.['data_key_id'], before?.['name']],
      )
      await served.app.runtime.ledger.pool.query('DELETE FROM decorum.erasure')
      expect((await ask('GET', '/v1/recipients/P-1')).status).toBe(200)
      expect(await eraseAgain(served.app.runtime)).toBe(1)
      expect((await ask('GET', '/v1/recipients/P-1')).status).toBe(410)
      expect(await eraseAgain(served.app.runtime)).toBe(0)
      expect(served.log.join('')).toContain('erasures.repeated')
    })

    it('calls off what waits, and is not done when it cannot be journalled', async () => {
      await ok('PUT', '/v1/accounts/A-1', account())
      const { id } = await ok('POST', '/v1/reminders', {
        creditor: 'northwind',
        accountId: 'A-1',
        template: 'us-first-party-loan',
        tone: 'gentle',
        channels: ['sms'],
      })
      await event({ id: 'E-1', type: 'withdrawn' })
      rmSync(folder, { recursive: true })
      const { mkdirSync, writeFileSync } = await import('node:fs')
      writeFileSync(folder, 'no folder')
      expect((await erase()).status).toBe(409)
      expect((await ask('GET', '/v1/recipients/P-1')).status).toBe(200)
      rmSync(folder)
      mkdirSync(folder)
      expect((await erase()).status).toBe(200)
      expect((await ok('GET', `/v1/reminders/${id}`)).status).toBe('cancelled')
    })
  })

  describe('an export', () => {
    it('holds everything that is kept, as data and as a document in the person’s language', async () => {
      await settled()
      const file = await ok('GET', '/v1/recipients/P-1/export')
      expect(file.person).toMatchObject({ name: 'Wilhelmina Quackenbush' })
      expect(file.accounts[0]).toMatchObject({ account: { id: 'A-1' }, variables: { note: 'secret-note' } })
      expect(file.events[0]).toMatchObject({ id: 'E-1', note: 'secret-note' })
      expect(file.messages).toHaveLength(1)
      for (const text of ['Wilhelmina Quackenbush', NUMBER, 'A-1', 'secret-note', 'Messages to you', '120.00 USD'])
        expect(file.document.text).toContain(text)
      const zh = (await ok('GET', '/v1/recipients/P-1/export?lang=zh-CN')).document
      expect(zh.language).toBe('zh-CN')
      for (const text of ['您的账户', 'Wilhelmina Quackenbush', '停止联系']) expect(zh.text).toContain(text)
      expect(zh.text).not.toMatch(/overdue|Your accounts|undefined|null/)
    })
  })

  describe('the access log', () => {
    const entries = async (query: string) => {
      await served.app.services.settled()
      return (await ok('GET', `/v1/access-log?${query}`)).items
    }

    it('tells by person and by actor who read and who changed what', async () => {
      await ok('PUT', '/v1/accounts/A-1', account())
      await ok('PUT', '/v1/accounts/A-2', account({}, { id: 'P-2', addresses: [] }))
      const reader = await served.key(['people:read'])
      await served.call('GET', '/v1/recipients/P-1', { key: reader })
      await served.call('GET', '/v1/recipients/P-2', { key: reader })
      const hold = (await ok('POST', '/v1/holds', { creditor: 'northwind', accountId: 'A-1', kind: 'dispute' })).id
      await ok('POST', `/v1/holds/${hold}:end`, { reason: 'over' })
      const ofPerson = await entries('recipientId=P-1')
      expect(ofPerson.map(({ action }: { action: string }) => action).toSorted()).toEqual([
        'addHold',
        'endHold',
        'putAccount',
        'recipient-read',
      ])
      const { actor } = ofPerson.find(({ action }: { action: string }) => action === 'recipient-read')
      const byReader = await entries(`actor=${encodeURIComponent(actor)}`)
      expect(byReader.map(({ recipientId }: { recipientId: string }) => recipientId).toSorted()).toEqual(['P-1', 'P-2'])
      expect(JSON.stringify(await entries('limit=500'))).not.toMatch(PERSONAL)
    })

    it('holds one entry of an import, whatever its lines, and the keys that were made and revoked', async () => {
      const lines = Array.from({ length: 300 }, (_, i) =>
        JSON.stringify({ id: `I-${i}`, ...account({}, { id: `Q-${i}`, addresses: [] }) }),
      )
      await served.call('POST', '/v1/accounts:import', {
        key: admin,
        body: `${lines.join('\n')}\n`,
        headers: { 'content-type': 'application/x-ndjson' },
      })
      const made = await ok('POST', '/v1/keys', { label: 'x', scopes: ['decide'] })
      await ok('DELETE', `/v1/keys/${made.id}`)
      const all = await entries('limit=500')
      expect(
        all.map(({ action, subject }: { action: string; subject: string }) => `${action} ${subject}`).toSorted(),
      ).toEqual(
        expect.arrayContaining([`createKey key:${made.id}`, 'importAccounts lines:300', `revokeKey key:${made.id}`]),
      )
      expect(all.filter(({ action }: { action: string }) => action === 'importAccounts')).toHaveLength(1)
      expect(all.length).toBeLessThan(10)
    })

    it('raises an alarm once when somebody reads of unusually many people', async () => {
      await served.close()
      served = await serve(fresh.ledger)
      admin = await served.key(['admin'])
      const most = served.app.config.limits.peoplePerHour
      const [{ id: actorKey }] = (await ok('GET', '/v1/keys')).items.slice(-1)
      await served.app.runtime.ledger.pool.query(
        `INSERT INTO decorum.access_log (id, at, actor, action, subject, recipient_id)
         SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || lpad(to_hex(n), 20, '0'))::uuid, now(), 'key:' || $1, 'recipient-read', '', gen_random_uuid()
         FROM generate_series(1, $2) AS n`,
        [actorKey, most + 1],
      )
      await served.app.pass('sweeper')
      await watchBulkReading(served.app.runtime)
      const alarms = served.log.filter((line) => line.includes('access.bulk_read'))
      expect(alarms).toHaveLength(1)
      expect(alarms[0]).toContain(`key:${actorKey}`)
      expect((await entries(`actor=key:${actorKey}`))[0]).toMatchObject({
        action: 'bulk-reading',
        subject: `people:${most + 1}`,
      })
    })
  })

  describe('keys', () => {
    it('end when they expire, and tell who made them, who revoked them and when they were last used', async () => {
      const made = await ok('POST', '/v1/keys', { label: 'x', scopes: ['admin'], expiresAt: '2026-11-23T03:00:00Z' })
      expect((await served.call('GET', '/v1/keys', { key: made.secret })).status).toBe(200)
      const own = async () => (await ok('GET', '/v1/keys')).items.find(({ id }: { id: string }) => id === made.id)
      await eventually(async () => expect((await own()).lastUsedAt).not.toBeNull())
      expect(await own()).toMatchObject({
        createdBy: expect.stringMatching(/^key:/),
        expiresAt: '2026-11-23T03:00:00Z',
        revokedBy: null,
      })
      served.clock.set('2026-11-23T03:00:00Z')
      const refused = await served.call('GET', '/v1/keys', { key: made.secret })
      expect([refused.status, refused.body.detail]).toEqual([401, expect.stringContaining('expired')])
      expect((await ok('DELETE', `/v1/keys/${made.id}`)).revokedBy).toMatch(/^key:/)
      expect(
        (await ask('POST', '/v1/keys', { label: 'x', scopes: ['admin'], expiresAt: '2026-11-23T03:00:00Z' })).status,
      ).toBe(400)
    })

    it('that read accounts do not read people', async () => {
      await ok('PUT', '/v1/accounts/A-1', account())
      const key = await served.key(['accounts:read'])
      expect((await served.call('GET', '/v1/accounts/A-1', { key })).text).not.toMatch(PERSONAL)
      for (const url of [
        '/v1/recipients/P-1',
        '/v1/replies',
        '/v1/captured',
        `/v1/recipients?address=${encodeURIComponent(NUMBER)}`,
      ])
        expect((await served.call('GET', url, { key })).status, url).toBe(403)
    })
  })

  describe('numbers and mailboxes', () => {
    it('are searched by POST; the address with a number in it answers as before, and points there', async () => {
      await ok('PUT', '/v1/accounts/A-1', account())
      const byPost = await ask('POST', '/v1/recipients:search', { address: NUMBER })
      const byGet = await ask('GET', `/v1/recipients?address=${encodeURIComponent(NUMBER)}`)
      expect(byPost.body).toEqual(byGet.body)
      expect(byPost.body.items).toHaveLength(1)
      expect(byGet.headers['link']).toContain('/v1/recipients:search')
    })

    it('are kept by no cache', async () => {
      await ok('PUT', '/v1/accounts/A-1', account())
      for (const [method, url, body] of [
        ['GET', '/v1/recipients/P-1', undefined],
        ['GET', '/v1/recipients/P-1/export', undefined],
        ['POST', '/v1/recipients:search', { address: NUMBER }],
        ['GET', '/v1/replies', undefined],
        ['GET', '/v1/recipients/nobody', undefined],
      ] as const)
        expect((await ask(method, url, body)).headers['cache-control'], url).toBe('no-store')
    })
  })
})

describe('the command line', () => {
  it('is recorded as the person whom DECORUM_ACTOR names, or the system’s user', () => {
    expect(cliUser({ DECORUM_ACTOR: 'j.doe' })).toBe('user:j.doe')
    expect(cliUser({})).toMatch(/^user:[\p{L}\p{N}._@-]+$/u)
    expect(() => cliUser({ DECORUM_ACTOR: 'two words' })).toThrow('DECORUM_ACTOR')
    expect(() => cliUser({ DECORUM_ACTOR: 'x'.repeat(65) })).toThrow('DECORUM_ACTOR')
  })
})
