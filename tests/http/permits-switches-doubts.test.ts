import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEmbeddedFresh, type FreshLedger } from '../support/ledger.ts'
import { account, serve, type Served } from './served.ts'

describe('over HTTP', () => {
  let fresh: FreshLedger
  let served: Served
  let key: string
  beforeAll(async () => {
    fresh = await openEmbeddedFresh()
    served = await serve(fresh.ledger)
    key = await served.key(['accounts:write', 'permits:write', 'switches:write', 'doubts:write', 'reminders:read'], {
      creditor: 'northwind',
    })
    await served.call('PUT', '/v1/accounts/A-1', { key, body: account() })
    served.clock.set('2026-11-23T17:00:00Z')
  })
  afterAll(async () => {
    await served.close()
    await fresh.dispose()
  })

  const body = { recipientId: 'P-1', accountIds: ['A-1'], address: '+12125550123', mode: 'agent', by: 'north-agency' }

  it('a dialler asks, calls, and says what came of it', async () => {
    const given = await served.call('POST', '/v1/permits', { key, body, headers: { 'idempotency-key': 'k-1' } })
    expect([given.status, given.body]).toMatchObject([
      201,
      { verdict: 'send', reasons: [], expiresAt: '2026-11-23T17:15:00Z' },
    ])
    expect(
      (await served.call('POST', '/v1/permits', { key, body, headers: { 'idempotency-key': 'k-1' } })).body,
    ).toEqual(given.body)
    const denied = await served.call('POST', '/v1/permits', { key, body })
    expect([denied.status, denied.body]).toMatchObject([200, { verdict: 'defer', permitId: null }])
    const { permitId } = given.body
    expect((await served.call('GET', `/v1/permits/${permitId}`, { key })).body).toMatchObject({
      status: 'open',
      by: 'north-agency',
      recipientId: 'P-1',
      accountIds: ['A-1'],
    })
    expect(
      (await served.call('POST', `/v1/permits/${permitId}:settle`, { key, body: { outcome: 'no-answer' } })).body,
    ).toEqual({ id: permitId, outcome: 'no-answer', repeated: false })
    expect(
      (await served.call('POST', `/v1/permits/${permitId}:settle`, { key, body: { outcome: 'voicemail' } })).body,
    ).toMatchObject({ code: 'DECORUM_STATE_CONFLICT' })
    expect(served.log.join('')).not.toContain('2125550123')
  })

  it.each([
    ['a mode that is none', { ...body, mode: 'robot' }, 'mode'],
    ['no account', { ...body, accountIds: [] }, 'accountIds'],
    ["our own name as the caller's", { ...body, by: 'decorum' }, 'by'],
    ['a field that is none', { ...body, recipientID: 'x' }, 'recipientID'],
  ])('a permit with %s is answered with the field', async (_what, wrong, path) => {
    const { status, body: problem } = await served.call('POST', '/v1/permits', { key, body: wrong })
    expect(status).toBe(400)
    expect(problem.faults.map((fault: { path: string }) => fault.path).join(' ')).toContain(path)
  })

  it('a switch is thrown, seen and lifted', async () => {
    const thrown = await served.call('POST', '/v1/switches', {
      key,
      body: { scope: { channel: 'phone' }, state: 'paused', reason: 'a rehearsal' },
    })
    expect([thrown.status, thrown.body]).toMatchObject([
      201,
      { scope: { creditor: 'northwind', channel: 'phone' }, state: 'paused', liftedAt: null },
    ])
    expect((await served.call('GET', '/v1/switches?active=true', { key })).body.items).toHaveLength(1)
    expect((await served.call('POST', '/v1/permits', { key, body })).body.reasons).toContainEqual(
      expect.objectContaining({ code: 'switched_off' }),
    )
    expect(
      (await served.call('POST', `/v1/switches/${thrown.body.id}:lift`, { key, body: { reason: 'over' } })).body,
    ).toEqual({ id: thrown.body.id, changed: true })
    expect((await served.call('GET', '/v1/switches?active=true', { key })).body.items).toEqual([])
  })

  it('doubts are listed, and one that is not there is not resolved', async () => {
    expect((await served.call('GET', '/v1/doubts', { key })).body).toEqual({ items: [], next: null })
    const nowhere = await served.call('POST', '/v1/doubts/019300a0-0000-7000-8000-000000000000/1:resolve', {
      key,
      body: { as: 'leave', reason: 'x' },
    })
    expect(nowhere.body).toMatchObject({ code: 'DECORUM_NOT_FOUND' })
    expect(
      (
        await served.call('POST', '/v1/doubts/019300a0-0000-7000-8000-000000000000/1:resolve', {
          key,
          body: { as: 'maybe', reason: 'x' },
        })
      ).status,
    ).toBe(400)
  })

  it('none of it without the scope', async () => {
    const reader = await served.key(['accounts:read'])
    for (const url of ['/v1/permits', '/v1/switches', '/v1/doubts/019300a0-0000-7000-8000-000000000000/1:resolve']) {
      expect((await served.call('POST', url, { key: reader, body: {} })).status, url).toBe(403)
    }
  })
})
