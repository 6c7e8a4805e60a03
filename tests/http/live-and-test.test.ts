import { createHash } from 'node:crypto'
import { beforeAll, expect, it, afterAll } from 'vitest'
import { eachLedger } from '../support/ledger.ts'
import { sentAttempt } from './sent-attempt.ts'
import { account, serve, type Served } from './served.ts'

/** Monday, ten in the morning in New York; the ladder asks a person to call on the 17th day past due. */
const NOW = '2026-11-23T15:00:00Z'
const OVERDUE = { dueDate: '2026-11-06', asOf: '2026-11-23T14:00:00Z', product: 'loan' }
const NUMBER = '+12125550123'

interface Operation {
  method: string
  path: string
  id: string
  /** It changes something. */
  writes: boolean
}

/** Reads by POST: they change nothing. */
const READS_BY_POST: ReadonlySet<string> = new Set(['decide', 'searchRecipients'])
/** What does not concern people: configuration, and the process itself. */
const OF_NOBODY: ReadonlySet<string> = new Set([
  'decide',
  'listTemplates',
  'listLadders',
  'listPolicies',
  'listRoutes',
  'getHealth',
  'getReadiness',
])

/** Everything that live keys registered, by what it is. */
interface Live {
  account: string
  recipient: string
  reminder: string
  doubt: string
  sent: string
  hold: string
  suppression: string
  ofNobody: string
  task: string
  permit: string
  switch: string
  key: string
}

/** A request of each writing operation against what is live, with what is answered: 403, or for an import 403 of each line. */
const attacks = (live: Live): Record<string, { url: string; body?: unknown; lines?: true }> => {
  const mine = { creditor: 'northwind' }
  const event = { id: 'E-9', type: 'payment', amount: { amount: '120.00', currency: 'USD' }, occurredAt: NOW }
  return {
    putAccount: {
      url: `/v1/accounts/${live.account}`,
      body: account({ ...OVERDUE, asOf: NOW, overdue: { amount: '0.01', currency: 'USD' } }),
    },
    putRecipient: {
      url: `/v1/recipients/${live.recipient}`,
      body: { ...mine, asOf: NOW, addresses: [{ channel: 'email', value: 'thief@example.com' }] },
    },
    addEvent: { url: `/v1/accounts/${live.account}/events`, body: { ...mine, ...event } },
    createReminder: {
      url: '/v1/reminders',
      body: { ...mine, accountId: live.account, template: 'us-first-party-loan', tone: 'gentle', channels: ['sms'] },
    },
    cancelReminder: { url: `/v1/reminders/${live.reminder}` },
    addContact: {
      url: '/v1/contacts',
      body: {
        ...mine,
        id: 'C-9',
        recipientId: live.recipient,
        accountIds: [live.account],
        at: '2026-11-23T14:30:00Z',
        channel: 'phone',
        direction: 'outbound',
        mode: 'agent',
        outcome: 'conversation',
        by: 'agency-7',
      },
    },
    addSuppression: { url: '/v1/suppressions', body: { ...mine, scope: 'address', value: NUMBER, reason: 'opt-out' } },
    liftSuppression: { url: `/v1/suppressions/${live.suppression}:lift`, body: { reason: 'x' } },
    deleteSuppression: { url: `/v1/suppressions/${live.ofNobody}?reason=x` },
    addHold: { url: '/v1/holds', body: { ...mine, accountId: live.account, kind: 'dispute' } },
    endHold: { url: `/v1/holds/${live.hold}:end`, body: { reason: 'x' } },
    deleteHold: { url: `/v1/holds/${live.hold}?reason=x` },
    completeTask: {
      url: `/v1/tasks/${live.task}:complete`,
      body: { outcome: 'contacted', at: '2026-11-23T14:30:00Z', channel: 'phone' },
    },
    askPermit: {
      url: '/v1/permits',
      body: {
        ...mine,
        recipientId: live.recipient,
        accountIds: [live.account],
        address: NUMBER,
        mode: 'agent',
        by: 'a',
      },
    },
    settlePermit: { url: `/v1/permits/${live.permit}:settle`, body: { outcome: 'not-placed' } },
    setSwitch: { url: '/v1/switches', body: { scope: { creditor: 'northwind' }, state: 'stopped', reason: 'x' } },
    liftSwitch: { url: `/v1/switches/${live.switch}:lift`, body: { reason: 'x' } },
    resolveDoubt: { url: `/v1/doubts/${live.doubt}/1:resolve`, body: { as: 'reject', reason: 'x' } },
    eraseRecipient: { url: `/v1/recipients/${live.recipient}/erasure` },
    createKey: { url: '/v1/keys', body: { label: 'x', scopes: ['admin'], kind: 'live' } },
    revokeKey: { url: `/v1/keys/${live.key}` },
    importAccounts: {
      url: '/v1/accounts:import',
      body: `${JSON.stringify({ id: live.account, ...account({ ...OVERDUE, asOf: NOW }) })}\n${JSON.stringify({ id: 'NEW-1', ...account(OVERDUE, { id: live.recipient }) })}\n`,
      lines: true,
    },
    importEvents: {
      url: '/v1/events:import',
      body: `${JSON.stringify({ accountId: live.account, ...mine, ...event })}\n`,
      lines: true,
    },
  }
}

eachLedger('live and test', (_name, openFresh) => {
  let served: Served
  let live: Live
  let liveKey: string
  let testKey: string
  let operations: Operation[]

  const call = (key: string, method: string, url: string, body?: unknown) =>
    served.call(method, url, { key, ...(body === undefined ? {} : { body }) })
  const ok = async (key: string, method: string, url: string, body?: unknown) => {
    const answer = await call(key, method, url, body)
    expect(answer.status, `${method} ${url}: ${answer.text}`).toBeLessThan(300)
    return answer.body
  }

  beforeAll(async () => {
    served = await serve((await openFresh()).ledger)
    served.clock.set(NOW)
    liveKey = await served.key(['admin'])
    testKey = await served.key(['admin'], { kind: 'test' })
    operations = operationsOf(served)

    await ok(liveKey, 'PUT', '/v1/accounts/LIVE-1', account(OVERDUE, { id: 'LIVEP-1' }))
    await served.app.pass('planner')
    const task = (await ok(liveKey, 'GET', '/v1/tasks?status=open')).items[0].id
    const permit = (
      await ok(liveKey, 'POST', '/v1/permits', {
        recipientId: 'LIVEP-1',
        accountIds: ['LIVE-1'],
        address: NUMBER,
        mode: 'agent',
        by: 'agency',
      })
    ).permitId
    const reminder = (
      await ok(liveKey, 'POST', '/v1/reminders', {
        creditor: 'northwind',
        accountId: 'LIVE-1',
        template: 'us-first-party-loan',
        tone: 'gentle',
        channels: ['sms'],
      })
    ).id
    const doubt = (await sentAttempt(served.app, 'LIVE-1', 'email', { status: 'in_doubt' })).reminderId
    const sent = (await sentAttempt(served.app, 'LIVE-1', 'email')).reminderId
    const hold = (
      await ok(liveKey, 'POST', '/v1/holds', { creditor: 'northwind', accountId: 'LIVE-1', kind: 'dispute' })
    ).id
    const stop = (body: object) =>
      ok(liveKey, 'POST', '/v1/suppressions', { creditor: 'northwind', reason: 'opt-out', ...body })
    const suppression = (await stop({ scope: 'channel', channel: 'email', recipientId: 'LIVEP-1' })).id
    const ofNobody = (await stop({ scope: 'address', value: '+12125550199' })).id
    const thrown = (
      await ok(liveKey, 'POST', '/v1/switches', { scope: { channel: 'phone' }, state: 'paused', reason: 'a rehearsal' })
    ).id
    const key = (await ok(liveKey, 'GET', '/v1/keys')).items.find((one: { kind: string }) => one.kind === 'live').id
    await ok(liveKey, 'POST', '/v1/contacts', {
      creditor: 'northwind',
      id: 'C-1',
      recipientId: 'LIVEP-1',
      accountIds: ['LIVE-1'],
      at: '2026-11-20T14:30:00Z',
      channel: 'phone',
      direction: 'outbound',
      mode: 'agent',
      outcome: 'no-answer',
      by: 'agency-7',
    })
    live = {
      account: 'LIVE-1',
      recipient: 'LIVEP-1',
      reminder,
      doubt,
      sent,
      hold,
      suppression,
      ofNobody,
      task,
      permit,
      switch: thrown,
      key,
    }
  })
  afterAll(() => served.close())

  /** A digest of every row of every table but the access log, the processes, the last use of keys, and the chain, which says that these were written. */
  const digests = async (): Promise<Record<string, string>> => {
    const { rows: tables } = await served.app.runtime.ledger.pool.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = 'decorum' AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname NOT IN ('access_log', 'process', 'clock_mark') AND c.relname NOT LIKE 'chain%' ORDER BY 1`,
    )
    const found: Record<string, string> = {}
    for (const { name } of tables) {
      const { rows } = await served.app.runtime.ledger.pool.query<{ row: string }>(
        `SELECT (to_jsonb(t) - 'last_used_at')::text AS row FROM decorum.${name} t ORDER BY 1`,
      )
      found[name] = createHash('sha256')
        .update(rows.map(({ row }) => row).join('\n'))
        .digest('hex')
    }
    return found
  }

  it('every writing operation of a test key against what is live is refused, and changes no row', async () => {
    const writing = operations.filter(({ writes }) => writes)
    const planned = attacks(live)
    expect(Object.keys(planned).sort(), 'an operation has no case here').toEqual(writing.map(({ id }) => id).sort())
    const before = await digests()
    for (const { id, method } of writing) {
      const { url, body, lines } = planned[id] as { url: string; body?: unknown; lines?: true }
      const answer = await served.call(method, url, {
        key: testKey,
        ...(body === undefined ? {} : { body }),
        ...(lines ? { headers: { 'content-type': 'application/x-ndjson' } } : {}),
      })
      if (lines) {
        const results = answer.text.trim().split('\n')
        expect(results.length, id).toBeGreaterThan(0)
        for (const result of results) expect(result, id).toContain('DECORUM_FORBIDDEN')
      } else expect([id, answer.status, answer.body.code]).toEqual([id, 403, 'DECORUM_FORBIDDEN'])
      expect(await digests(), id).toEqual(before)
    }
  })

  it('no reading of a test key shows what is live', async () => {
    const secrets = [...Object.values(live), 'Quackenbush', '2125550123', 'w.quackenbush']
    const reading = operations.filter(({ id, writes }) => !writes && !OF_NOBODY.has(id))
    expect(reading.length).toBeGreaterThan(15)
    for (const { id, method, path } of reading) {
      for (const url of urlsOf(id, path, live)) {
        const body = id === 'searchRecipients' ? { address: NUMBER } : undefined
        const seen = await call(liveKey, method, url, body)
        expect(seen.status, `${id} answers a live key: ${seen.text}`).toBe(200)
        const answer = await call(testKey, method, url, body)
        expect(answer.status, `${id} ${answer.text}`).toBeOneOf([200, 404])
        for (const secret of secrets) expect(answer.text, `${id} ${url}`).not.toContain(secret)
        // The log of a test key holds its own readings.
        if (answer.status === 200 && id !== 'listAccess') expect(countsIn(answer.body), id).toBe(0)
      }
    }
  })

  it('a test key registers, changes and reads what is its own', async () => {
    await ok(testKey, 'PUT', '/v1/accounts/T-1', account(OVERDUE, { id: 'TP-1' }))
    expect(await ok(testKey, 'GET', '/v1/accounts/T-1')).toMatchObject({ live: false, recipientId: 'TP-1' })
    expect((await ok(testKey, 'GET', '/v1/recipients/TP-1')).name).toBe('Wilhelmina Quackenbush')
    const found = await ok(testKey, 'GET', `/v1/recipients?address=${encodeURIComponent(NUMBER)}`)
    expect(found.items.map(({ id }: { id: string }) => id)).toEqual(['TP-1'])
    await ok(testKey, 'POST', '/v1/holds', { creditor: 'northwind', accountId: 'T-1', kind: 'dispute' })
  })

  it('a stop of a number that a test person has binds no live person who has the same', async () => {
    await ok(testKey, 'PUT', '/v1/accounts/T-2', account(OVERDUE, { id: 'TP-2' }))
    const before = (await ok(liveKey, 'GET', '/v1/accounts/LIVE-1')).suppressions
    const stop = { creditor: 'northwind', scope: 'address', value: NUMBER, reason: 'opt-out' }
    await ok(testKey, 'POST', '/v1/suppressions', stop)
    expect((await ok(testKey, 'GET', '/v1/accounts/T-2')).suppressions).toHaveLength(1)
    expect((await ok(liveKey, 'GET', '/v1/accounts/LIVE-1')).suppressions).toEqual(before)
  })

  it('keys of idempotency and ids of events are apart', async () => {
    await ok(testKey, 'PUT', '/v1/accounts/T-3', account(OVERDUE, { id: 'TP-3' }))
    const remind = (key: string, accountId: string) =>
      served.call('POST', '/v1/reminders', {
        key,
        headers: { 'idempotency-key': 'same' },
        body: { creditor: 'northwind', accountId, template: 'us-first-party-loan', tone: 'gentle', channels: ['sms'] },
      })
    const first = await remind(testKey, 'T-3')
    expect([first.status, (await remind(testKey, 'T-3')).body.id]).toEqual([202, first.body.id])
    expect((await remind(liveKey, 'LIVE-1')).status).toBe(202)
    const pay = (key: string, accountId: string) =>
      call(key, 'POST', `/v1/accounts/${accountId}/events`, {
        creditor: 'northwind',
        id: 'E-1',
        type: 'payment',
        amount: { amount: '1.00', currency: 'USD' },
        occurredAt: NOW,
      })
    expect((await pay(testKey, 'T-3')).body).toMatchObject({ repeated: false })
    expect((await pay(liveKey, 'LIVE-1')).body).toMatchObject({ repeated: false })
  })

  it('a suppression that a test key recorded for an unknown person does not wait for a live one', async () => {
    const stop = { creditor: 'northwind', scope: 'all', recipientId: 'LIVEP-7', reason: 'cease' }
    await ok(testKey, 'POST', '/v1/suppressions', stop)
    await ok(liveKey, 'PUT', '/v1/accounts/LIVE-7', account(OVERDUE, { id: 'LIVEP-7' }))
    expect((await ok(liveKey, 'GET', '/v1/accounts/LIVE-7')).suppressions).toEqual([])
  })

  it('an id that a test key took first is refused to a live key, with what to do, instead of never being sent', async () => {
    await ok(testKey, 'PUT', '/v1/accounts/T-4', account(OVERDUE, { id: 'TP-4' }))
    for (const [url, body] of [
      ['/v1/accounts/T-4', account(OVERDUE, { id: 'LIVEP-4' })],
      ['/v1/accounts/LIVE-4', account(OVERDUE, { id: 'TP-4' })],
      ['/v1/recipients/TP-4', { creditor: 'northwind', asOf: NOW, name: 'Ana Lopez' }],
    ] as const) {
      const refused = await call(liveKey, 'PUT', url, body)
      expect([refused.status, refused.body.hint]).toEqual([409, expect.stringContaining('under another id')])
    }
  })
})

/** Every operation of the interface, from its own description. */
function operationsOf(served: Served): Operation[] {
  const document = (
    served.server as unknown as { swagger(): { paths: Record<string, Record<string, { operationId: string }>> } }
  ).swagger()
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId: id }]) => ({
      path,
      id,
      method: method.toUpperCase(),
      writes: method !== 'get' && !READS_BY_POST.has(id),
    })),
  )
}

/** The addresses at which a reading operation would show what is live. */
function urlsOf(id: string, path: string, live: Live): string[] {
  const span = '?from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z&zone=UTC'
  const filled = (value: string) => path.replace('{no}', '1').replaceAll(/\{[a-zA-Z]+\}/g, value)
  if (path.startsWith('/v1/recipients/{')) return [filled(live.recipient)]
  if (path.startsWith('/v1/accounts/{')) return [filled(live.account)]
  if (path.startsWith('/v1/reminders/{')) return [filled(live.sent)]
  if (path.startsWith('/v1/tasks/{')) return [filled(live.task)]
  if (path.startsWith('/v1/permits/{')) return [filled(live.permit)]
  if (id === 'findRecipients') return [`${path}?address=${encodeURIComponent(NUMBER)}`]
  if (id === 'getTotals') return [`${path}${span}`]
  if (id === 'listContacts') return [`${path}?recipientId=${live.recipient}`, `${path}?accountId=${live.account}`]
  return [path]
}

/** What a list or a report counts: items, and numbers of reminders, tasks and attempts. Keys of test keys are their own. */
function countsIn(body: unknown): number {
  const { items, sent, objected, skipped, tasks, reminders, routes } = body as Record<string, unknown[] | undefined>
  const own = (items ?? []).filter((item) => (item as { kind?: string }).kind !== 'test')
  const waiting = (routes ?? []).map((route) => (route as { waiting?: number }).waiting ?? 0)
  return (
    own.length +
    [sent, objected, skipped, tasks, reminders].reduce((sum, list) => sum + (list?.length ?? 0), 0) +
    waiting.reduce((sum, count) => sum + count, 0)
  )
}
