import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { checkPromises } from '../../src/demo/account.ts'
import { account, serve, type Served } from '../http/served.ts'
import { emptyLedger } from '../support/empty-ledger.ts'
import { openEmbeddedFresh, type FreshLedger } from '../support/ledger.ts'

/** The demonstration counts its promises again from the ledger; each exceedance here is forced, and must show. */
describe('the promises of the demonstration count what people did', () => {
  let fresh: FreshLedger
  let served: Served
  let key: string
  let made = 0

  beforeAll(async () => {
    fresh = await openEmbeddedFresh()
  })
  beforeEach(async () => {
    await emptyLedger(fresh.ledger)
    served = await serve(fresh.ledger)
    key = await served.key(['admin'])
  })
  afterEach(() => served.close())
  afterAll(() => fresh.dispose())

  const ok = async (method: string, url: string, body: unknown) => {
    const answer = await served.call(method, url, { key, body })
    expect(answer.status, answer.text).toBeLessThan(300)
  }
  const borrower = async (id: string, number: string) => {
    served.clock.set('2026-11-23T15:00:00Z')
    await ok(
      'PUT',
      `/v1/accounts/A-${id}`,
      account({}, { id: `P-${id}`, addresses: [{ channel: 'phone', value: number, kind: 'mobile' }] }),
    )
  }
  /** A call by an agent, in the afternoon of New York unless said otherwise. */
  const called = async (id: string, at = '2026-11-24T20:00:00Z') => {
    served.clock.set('2026-11-25T20:00:00Z')
    await ok('POST', '/v1/contacts', {
      id: `c-${++made}`,
      creditor: 'northwind',
      recipientId: `P-${id}`,
      accountIds: [`A-${id}`],
      at,
      channel: 'phone',
      mode: 'agent',
      by: 'desk',
      direction: 'outbound',
      outcome: 'conversation',
    })
  }
  const broken = async () =>
    (await checkPromises(fresh.ledger, [], 0)).filter((one) => !one.kept).map((one) => one.promise)

  it('a call that was allowed breaks none', async () => {
    await borrower('1', '+12125550121')
    await called('1')
    const promises = await checkPromises(fresh.ledger, [], 0)
    expect(promises.filter((one) => !one.kept)).toEqual([])
    expect(promises.find((one) => one.promise === 'Nobody was contacted after a stop')).toMatchObject({ checked: 1 })
  })

  it('a call at night shows', async () => {
    await borrower('2', '+12125550122')
    await called('2', '2026-11-24T04:00:00Z')
    expect(await broken()).toEqual(['Nobody was contacted outside decent hours, in any zone the borrower may be in'])
  })

  it('four calls in a day show', async () => {
    await borrower('3', '+12125550123')
    for (const hour of ['15', '16', '17', '18']) await called('3', `2026-11-24T${hour}:00:00Z`)
    expect(await broken()).toEqual(['No cap on calls was exceeded'])
  })

  it.each([
    ['of the person', { scope: 'all', recipientId: 'P-4', reason: 'identity-fraud' }, '4'],
    ['of calls', { scope: 'channel', channel: 'phone', recipientId: 'P-5', reason: 'opt-out' }, '5'],
    ['of their only number', { scope: 'address', value: '+12125550126', reason: 'opt-out' }, '6'],
  ])('a call after a stop %s shows', async (_what, stop, id) => {
    const shown = async () =>
      (await checkPromises(fresh.ledger, [], 0)).find((one) => one.promise === 'Nobody was contacted after a stop')
        ?.found
    await borrower(id, `+1212555012${id}`)
    await ok('POST', '/v1/suppressions', { creditor: 'northwind', source: 'agent', ...stop })
    expect(await shown()).toBe('none found')
    await called(id)
    expect(await shown()).toBe('1 in spite of a stop')
  })

  it('a call while on hold shows', async () => {
    await borrower('7', '+12125550127')
    await ok('POST', '/v1/holds', { creditor: 'northwind', recipientId: 'P-7', kind: 'manual' })
    await called('7')
    expect(await broken()).toEqual(['Nobody was contacted while on hold'])
  })
})
