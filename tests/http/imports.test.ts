import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { boundedBody } from '../../src/http/bodies.ts'
import { problemOf, toDecorumError } from '../../src/http/problems.ts'
import { importStream } from '../../src/http/routes/imports.ts'
import { emptyLedger } from '../support/empty-ledger.ts'
import { type FreshLedger, openEmbeddedFresh, openServerFresh } from '../support/ledger.ts'
import { postgresUrl } from '../support/servers.ts'
import { serve, type Served } from './served.ts'

const line = (i: number) =>
  JSON.stringify({
    id: `A-${i}`,
    asOf: '2026-11-23T01:00:00Z',
    creditor: 'northwind',
    overdue: { amount: '120.00', currency: 'USD' },
    dueDate: '2026-11-01',
    recipient: { id: `P-${i}`, name: `Borrower ${i}` },
  })

interface Result {
  line: number
  id: string | null
  status: string
  faults?: { path: string }[]
  code?: string
}
const results = (text: string): Result[] =>
  text
    .trimEnd()
    .split('\n')
    .map((one) => JSON.parse(one) as Result)

describe('an import over HTTP', () => {
  let fresh: FreshLedger
  let served: Served
  let key: string
  let port: number
  beforeAll(async () => {
    // 20,000 lines: on a server where there is one, where they take a quarter of the time.
    fresh = postgresUrl === null ? await openEmbeddedFresh() : await openServerFresh()
    served = await serve(fresh.ledger)
    await served.server.listen({ port: 0, host: '127.0.0.1' })
    port = (served.server.server.address() as AddressInfo).port
  })
  beforeEach(async () => {
    await emptyLedger(fresh.ledger)
    key = await served.key(['accounts:write', 'events:write'])
  })
  afterAll(async () => {
    await served.close()
    await fresh.dispose()
  })

  async function send(path: string, lines: Iterable<string>): Promise<{ status: number; text: string }> {
    const outgoing = request({
      port,
      path,
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson' },
    })
    const answered = once(outgoing, 'response')
    Readable.from(lines).pipe(outgoing)
    const [incoming] = (await answered) as [IncomingMessage]
    let text = ''
    for await (const chunk of incoming) text += String(chunk)
    return { status: incoming.statusCode ?? 0, text }
  }

  it('of 20,000 lines with bad ones in the middle answers each line in order, and keeps all the good ones', async () => {
    const bad = new Map([
      [10_000, '{"id": "A-10000", "asOf": '],
      [10_001, JSON.stringify({ ...JSON.parse(line(10_001)), dueDate: '2026-02-30' })],
      [10_002, JSON.stringify({ ...JSON.parse(line(10_002)), surprise: 1 })],
    ])
    function* lines() {
      for (let i = 1; i <= 20_000; i++) yield `${bad.get(i) ?? line(i)}\n`
    }
    const answer = await send('/v1/accounts:import', lines())
    expect(answer.status).toBe(200)
    const all = results(answer.text)
    expect(all.map((one) => one.line)).toEqual(Array.from({ length: 20_000 }, (_, i) => i + 1))
    expect(all.filter((one) => one.status !== 'applied').map((one) => one.line)).toEqual([...bad.keys()])
    expect(all[10_000]?.faults?.[0]?.path).toBe('dueDate')
    expect(all[10_001]?.faults?.[0]?.path).toBe('surprise')
    const { rows } = await fresh.ledger.pool.query('SELECT count(*) AS count FROM decorum.account')
    expect(rows[0].count).toBe(19_997)
  })

  it('of the same lines again changes nothing', async () => {
    const lines = [`${line(1)}\n`, `${line(2)}\n`]
    const first = results((await send('/v1/accounts:import', lines)).text)
    expect(first.map((one) => one.status)).toEqual(['applied', 'applied'])
    const again = results((await send('/v1/accounts:import', lines)).text)
    expect(again.map((one) => one.status)).toEqual(['unchanged', 'unchanged'])
  })

  it('of events answers each line too', async () => {
    await send('/v1/accounts:import', [`${line(1)}\n`])
    const event = (id: string, accountId: string) =>
      `${JSON.stringify({ id, accountId, creditor: 'northwind', type: 'payment', occurredAt: '2026-11-23T01:30:00Z', amount: '20.00' })}\n`
    const answered = results(
      (await send('/v1/events:import', [event('E-1', 'A-1'), event('E-2', 'no-such-account'), event('E-1', 'A-1')]))
        .text,
    )
    expect(answered.map((one) => one.status)).toEqual(['applied', 'rejected', 'unchanged'])
  })

  it('longer than the deployment takes, or broken off, keeps what was answered and says why it ended', async () => {
    async function* pieces() {
      yield Buffer.from('1234567890')
      yield Buffer.from('1234567890')
    }
    async function* torn() {
      yield Buffer.from('1')
      throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' })
    }
    const taken: number[] = []
    const drain = async (body: AsyncIterable<Uint8Array>) => {
      for await (const piece of body) taken.push(piece.length)
    }
    await expect(drain(boundedBody(pieces(), 15, 60_000))).rejects.toMatchObject({ code: 'DECORUM_BODY_TOO_LARGE' })
    await expect(drain(boundedBody(torn(), 15, 60_000))).rejects.toMatchObject({ code: 'DECORUM_BAD_INPUT' })
    expect(taken).toEqual([10, 1])
  })

  it('without the scope, or in another media type, is a problem document and not a stream', async () => {
    const other = await served.key(['accounts:read'])
    const denied = await served.call('POST', '/v1/accounts:import', {
      key: other,
      body: line(1),
      headers: { 'content-type': 'application/x-ndjson' },
    })
    expect([denied.status, denied.body.code]).toEqual([403, 'DECORUM_FORBIDDEN'])
    const csv = await served.call('POST', '/v1/accounts:import', {
      key,
      body: 'id,asOf',
      headers: { 'content-type': 'text/csv' },
    })
    expect([csv.status, csv.body.code]).toEqual([415, 'DECORUM_UNSUPPORTED_MEDIA_TYPE'])
  })
})

describe('the stream of an import’s results', () => {
  const totals = { lines: 1, applied: 1, unchanged: 0, rejected: 0 }
  const applied = (n: number) => ({ line: n, id: `A-${n}`, status: 'applied' as const })
  const told = (error: unknown) => problemOf(toDecorumError(error), 'r-1')

  it('refuses with an error of its own what fails before the first result', async () => {
    const { begun } = importStream(() => Promise.reject(new Error('no ledger')), told)
    await expect(begun).rejects.toThrow('no ledger')
  })

  it('ends with one problem what fails half-way, and keeps what came before', async () => {
    const { lines, begun } = importStream(async (take) => {
      await take(applied(1))
      throw Object.assign(new Error('at +12125550123'), { code: 'ECONNRESET' })
    }, told)
    await begun
    const [first, last] = (await lines.toArray())
      .join('')
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text))
    expect(first).toEqual(applied(1))
    expect(last.problem).toMatchObject({ code: 'DECORUM_LEDGER_UNAVAILABLE' })
    expect(JSON.stringify(last)).not.toContain('5550123')
  })

  it('makes the import wait for a reader that does not read, and tells it when the reader has gone', async () => {
    let taken = 0
    let end: (error: unknown) => void = () => undefined
    const ended = new Promise<unknown>((resolve) => {
      end = resolve
    })
    const { lines, begun } = importStream(async (take) => {
      try {
        for (;;) {
          await take({ ...applied(++taken), id: 'x'.repeat(1_000_000) })
        }
      } catch (error) {
        end(error)
        return totals
      }
    }, told)
    await begun
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    const waiting = taken
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    expect(taken, 'stands still').toBe(waiting)
    expect(waiting).toBeLessThan(30)
    lines.destroy()
    expect(await ended).toBeInstanceOf(Error)
  })
})
