import { beforeAll, beforeEach, expect, it, afterEach } from 'vitest'
import { emptyLedger } from '../support/empty-ledger.ts'
import { eachLedger, type FreshLedger } from '../support/ledger.ts'
import { account, serve, type Answer, type Served } from './served.ts'

/** Monday, ten in the morning in New York; the ladder asks a person to call on the 17th day past due. */
const NOW = '2026-11-23T15:00:00Z'

eachLedger('tasks over HTTP', (_name, openFresh) => {
  let fresh: FreshLedger
  let served: Served
  let key: string

  beforeAll(async () => {
    fresh = await openFresh()
  })
  beforeEach(async () => {
    await emptyLedger(fresh.ledger)
    served = await serve(fresh.ledger)
    served.clock.set(NOW)
    key = await served.key(['admin'])
  })
  afterEach(() => served.close())

  const call = (method: string, url: string, body?: unknown): Promise<Answer> =>
    served.call(method, url, { key, ...(body === undefined ? {} : { body }) })
  const ok = async (method: string, url: string, body?: unknown) => {
    const answer = await call(method, url, body)
    expect(answer.status, answer.text).toBeLessThan(300)
    return answer.body
  }
  const overdue = (over: Record<string, unknown> = {}) =>
    account({ dueDate: '2026-11-06', asOf: '2026-11-23T14:00:00Z', product: 'loan', ...over })
  const plan = () => served.app.pass('planner')
  const tasks = async (status?: string) =>
    (await ok('GET', `/v1/tasks?accountId=A-1${status === undefined ? '' : `&status=${status}`}`)).items
  const words = async () =>
    (await ok('GET', '/v1/accounts/A-1/timeline?limit=200')).items
      .map((entry: { words: string }) => entry.words)
      .join('\n')
  /** One open task to call, as planning gave it out. */
  const given = async () => {
    await ok('PUT', '/v1/accounts/A-1', overdue())
    await plan()
    const [task, ...others] = await tasks('open')
    expect(others).toEqual([])
    return task
  }

  it('a task says that the call may be made now, and until when', async () => {
    expect(await given()).toMatchObject({
      rung: 'day17',
      channels: ['phone'],
      decision: { channel: 'phone', verdict: 'send', until: expect.stringMatching(/^2026-11-2/), reasons: [] },
    })
  })

  it('at night it says from when, with the rule and what it cites', async () => {
    const { id } = await given()
    served.clock.set('2026-11-24T04:00:00Z')
    const { decision } = await ok('GET', `/v1/tasks/${id}`)
    expect(decision).toMatchObject({ verdict: 'defer', until: expect.any(String) })
    expect(decision.reasons[0]).toMatchObject({
      code: 'outside_contact_window',
      rule: expect.any(String),
      citation: expect.stringMatching(/./),
    })
  })

  for (const reason of ['identity-fraud', 'deceased', 'attorney', 'bankruptcy', 'cease']) {
    it(`a stop of the person (${reason}) withdraws the open task with the same answer, and no other is given out`, async () => {
      const { id } = await given()
      await ok('POST', '/v1/suppressions', {
        creditor: 'northwind',
        recipientId: 'P-1',
        scope: 'all',
        reason,
        source: 'agent',
      })
      expect(await ok('GET', `/v1/tasks/${id}`)).toMatchObject({
        status: 'withdrawn',
        endReason: reason,
        withdrawnAt: expect.any(String),
        decision: null,
      })
      for (let pass = 0; pass < 3; pass++) await plan()
      expect(await tasks('open')).toEqual([])
      expect(await words()).toContain(`Step for a person: day17 withdrawn: ${reason.replace('-', ' ')}.`)
      expect((await ok('GET', '/v1/accounts/A-1')).suppressions).toMatchObject([
        { scope: 'all', reason, channel: null },
      ])
    })
  }

  for (const type of ['identity-fraud', 'deceased', 'attorney', 'bankruptcy']) {
    it(`the event ${type} does the same, and what is stale by then says that it was stopped`, async () => {
      const { id } = await given()
      await ok('POST', '/v1/accounts/A-1/events', { id: `e-${type}`, type, occurredAt: NOW })
      expect(await ok('GET', `/v1/tasks/${id}`)).toMatchObject({ status: 'withdrawn', endReason: type })
      for (const day of ['25', '27', '30']) {
        served.clock.set(`2026-11-${day}T15:00:00Z`)
        await plan()
      }
      expect(await tasks('open')).toEqual([])
      expect(await words()).toMatch(
        new RegExp(`Step day17 passed over: contact is stopped \\(${type.replace('-', ' ')}\\)`),
      )
    })
  }

  it('a stop before the step is due: no task is ever given out', async () => {
    await ok('PUT', '/v1/accounts/A-1', overdue({ dueDate: '2026-11-08' }))
    await ok('POST', '/v1/suppressions', {
      creditor: 'northwind',
      recipientId: 'P-1',
      scope: 'all',
      reason: 'identity-fraud',
      source: 'agent',
    })
    for (const day of ['25', '26', '27']) {
      served.clock.set(`2026-11-${day}T15:00:00Z`)
      await plan()
    }
    expect(await tasks()).toEqual([])
  })

  it('a stop that is lifted in time brings the step back', async () => {
    await given()
    const { id } = await ok('POST', '/v1/suppressions', {
      creditor: 'northwind',
      recipientId: 'P-1',
      scope: 'all',
      reason: 'cease',
      source: 'agent',
    })
    await plan()
    await ok('POST', `/v1/suppressions/${id}:lift`, { reason: 'recorded for the wrong person' })
    await plan()
    expect(await tasks('open')).toMatchObject([{ rung: 'day17', decision: { verdict: 'send' } }])
  })

  it('a stop of calls withdraws a task to call', async () => {
    await given()
    await ok('POST', '/v1/suppressions', {
      creditor: 'northwind',
      recipientId: 'P-1',
      scope: 'channel',
      channel: 'phone',
      reason: 'opt-out',
      source: 'agent',
    })
    expect(await tasks()).toMatchObject([{ status: 'withdrawn', endReason: 'opt-out' }])
  })

  for (const scope of [
    { product: 'loan' },
    { creditor: 'northwind' },
    { jurisdiction: 'US' },
    { channel: 'phone' },
    { ladder: 'us-first-party-loan' },
    { ladder: 'us-first-party-loan', rung: 'day17' },
    {},
  ]) {
    it(`a switch that stops ${JSON.stringify(scope)} withdraws the task, gives out none while it stands, and the step comes back after it`, async () => {
      const { id } = await given()
      const thrown = await ok('POST', '/v1/switches', { scope, state: 'stopped', reason: 'complaints' })
      expect(await ok('GET', `/v1/tasks/${id}`)).toMatchObject({ status: 'withdrawn', endReason: 'switched_off' })
      for (let pass = 0; pass < 2; pass++) await plan()
      expect(await tasks('open')).toEqual([])
      await ok('POST', `/v1/switches/${thrown.id}:lift`, { reason: 'looked into' })
      await plan()
      expect(await tasks('open')).toMatchObject([{ rung: 'day17' }])
    })
  }

  it('a switch of something else leaves the task alone', async () => {
    await given()
    for (const scope of [{ product: 'card' }, { channel: 'sms' }, { jurisdiction: 'GB' }, { route: 'sms-main' }])
      await ok('POST', '/v1/switches', { scope, state: 'stopped', reason: 'test' })
    expect(await tasks()).toMatchObject([{ status: 'open', decision: { verdict: 'send' } }])
  })

  it('a switch that pauses leaves the task open and says not now; none is given out while it stands', async () => {
    const { id } = await given()
    const thrown = await ok('POST', '/v1/switches', {
      scope: { product: 'loan' },
      state: 'paused',
      reason: 'complaints',
    })
    expect(await ok('GET', `/v1/tasks/${id}`)).toMatchObject({
      status: 'open',
      decision: { verdict: 'refuse', reasons: [{ code: 'switched_off', rule: 'decorum/switch' }] },
    })
    await ok('PUT', '/v1/accounts/A-2', { ...overdue(), recipient: { ...overdue().recipient, id: 'P-2' } })
    await plan()
    expect((await ok('GET', '/v1/tasks?accountId=A-2')).items).toEqual([])
    await ok('POST', `/v1/switches/${thrown.id}:lift`, { reason: 'looked into' })
    expect(await ok('GET', `/v1/tasks/${id}`)).toMatchObject({ status: 'open', decision: { verdict: 'send' } })
    served.clock.set('2026-11-23T15:16:00Z')
    await plan()
    expect((await ok('GET', '/v1/tasks?accountId=A-2')).items).toMatchObject([{ status: 'open' }])
  })

  it('a pause of the person leaves the task open and says until when', async () => {
    const { id } = await given()
    await ok('POST', '/v1/holds', {
      creditor: 'northwind',
      recipientId: 'P-1',
      kind: 'manual',
      until: '2026-11-25T15:00:00Z',
    })
    expect(await ok('GET', `/v1/tasks/${id}`)).toMatchObject({
      status: 'open',
      decision: { verdict: 'defer', until: '2026-11-25T15:00:00Z', reasons: [{ code: 'on_hold' }] },
    })
  })

  it('a call made in spite of it is recorded as an exceedance, and the answer says so', async () => {
    const { id } = await given()
    await ok('POST', '/v1/switches', { scope: { product: 'loan' }, state: 'paused', reason: 'complaints' })
    await ok('POST', '/v1/holds', { creditor: 'northwind', recipientId: 'P-1', kind: 'manual' })
    served.clock.set('2026-11-24T04:00:00Z')
    const done = await ok('POST', `/v1/tasks/${id}:complete`, { outcome: 'contacted' })
    const rules = done.exceeded.map((one: { rule: string }) => one.rule)
    expect(rules).toEqual(expect.arrayContaining(['decorum/hold', 'decorum/switch']))
    expect(rules.some((rule: string) => /window|hours/.test(rule))).toBe(true)
    for (const { citation } of done.exceeded) expect(citation).toMatch(/./)
    const [contact] = (await ok('GET', '/v1/contacts?accountId=A-1')).items
    expect([...contact.excess].sort()).toEqual([...rules].sort())
    expect(await words()).toContain('would not have been allowed by')
  })

  it('a call made for a task that a stop withdrew meanwhile is recorded, and says what it exceeded', async () => {
    const { id } = await given()
    await ok('POST', '/v1/suppressions', {
      creditor: 'northwind',
      recipientId: 'P-1',
      scope: 'all',
      reason: 'deceased',
      source: 'agent',
    })
    expect((await call('POST', `/v1/tasks/${id}:complete`, { outcome: 'not-done' })).body).toMatchObject({
      code: 'DECORUM_STATE_CONFLICT',
    })
    served.clock.set('2026-11-23T15:05:00Z')
    expect((await ok('POST', `/v1/tasks/${id}:complete`, { outcome: 'contacted' })).exceeded).toContainEqual(
      expect.objectContaining({ rule: 'decorum/suppression' }),
    )
    expect((await ok('GET', '/v1/contacts?accountId=A-1')).items).toMatchObject([
      { by: 'agent', excess: expect.arrayContaining(['decorum/suppression']) },
    ])
  })

  it('a call made in its time exceeds nothing', async () => {
    const { id } = await given()
    expect(await ok('POST', `/v1/tasks/${id}:complete`, { outcome: 'no-answer' })).toMatchObject({
      status: 'done',
      exceeded: [],
    })
    expect((await ok('GET', '/v1/contacts?accountId=A-1')).items).toMatchObject([{ excess: [] }])
  })

  it('of an agency’s call after a stop the answer says the same, and of one before it that it was known later', async () => {
    await given()
    await ok('POST', '/v1/accounts/A-1/events', { id: 'e-1', type: 'deceased', occurredAt: '2026-11-23T13:00:00Z' })
    served.clock.set('2026-11-23T17:00:00Z')
    const contact = (id: string, at: string) =>
      ok('POST', '/v1/contacts', {
        id,
        creditor: 'northwind',
        recipientId: 'P-1',
        accountIds: ['A-1'],
        at,
        channel: 'phone',
        mode: 'agent',
        by: 'agency',
        direction: 'outbound',
        outcome: 'conversation',
      })
    expect((await contact('c-1', '2026-11-23T16:00:00Z')).exceeded).toEqual(
      expect.arrayContaining([expect.objectContaining({ rule: 'decorum/suppression' })]),
    )
    expect((await contact('c-2', '2026-11-23T14:30:00Z')).exceeded).toEqual([
      expect.objectContaining({ rule: 'retroactive/deceased' }),
    ])
  })

  it('a page of tasks is decided with a bounded number of reads', async () => {
    for (let i = 0; i < 8; i++)
      await ok('PUT', `/v1/accounts/B-${i}`, { ...overdue(), recipient: { ...overdue().recipient, id: `Q-${i}` } })
    await plan()
    const { items } = await ok('GET', '/v1/tasks?status=open&limit=50')
    expect(items).toHaveLength(8)
    for (const task of items) expect(task.decision).toMatchObject({ channel: 'phone' })
  })
})
