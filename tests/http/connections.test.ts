import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { PEER_LIMITS, type PeerLimits } from '../../src/http/connection-bounds.ts'
import { importStream } from '../../src/http/routes/imports.ts'
import { buildServer } from '../../src/http/server.ts'
import { eventually } from '../support/eventually.ts'
import { type FreshLedger, openEmbeddedFresh, openServerFresh } from '../support/ledger.ts'
import { postgresUrl } from '../support/servers.ts'
import { serve, type Served } from './served.ts'

const SOON = 150
const LATE = 300_000
const PATIENT: PeerLimits = { headersMs: LATE, checkEveryMs: 20, bodyMs: LATE, idleMs: LATE, unreadMs: LATE }

let fresh: FreshLedger
let served: Served
let admin: string
beforeAll(async () => {
  fresh = postgresUrl === null ? await openEmbeddedFresh() : await openServerFresh()
  served = await serve(fresh.ledger)
  admin = await served.key(['admin'])
})
afterAll(async () => {
  await served.close()
  await fresh.dispose()
})

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** A server on loopback whose peers may take as long as these say. */
async function listening(over: Partial<PeerLimits> = {}): Promise<number> {
  const server = buildServer(served.app, { ...PATIENT, ...over })
  await server.listen({ port: 0, host: '127.0.0.1' })
  closing.push(async () => {
    server.server.closeAllConnections()
    await server.close()
  })
  return (server.server.address() as AddressInfo).port
}

/** A connection, and what has come on it. */
async function open(port: number): Promise<{ socket: Socket; came: () => string; ended: Promise<unknown> }> {
  const socket = connect({ port, host: '127.0.0.1' })
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  socket.on('error', () => undefined)
  const ended = once(socket, 'close')
  closing.push(() => socket.destroy())
  await once(socket, 'connect')
  return { socket, came: () => text, ended }
}

const problem = (text: string): { status: number; type: string | undefined; body: Record<string, unknown> } => {
  const [head = '', body = ''] = text.split(/\r\n\r\n/)
  return {
    status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]),
    type: /^content-type: ([^\r;]+)/im.exec(head)?.[1],
    body: JSON.parse(/\{.*\}/s.exec(body)?.[0] ?? 'null') as Record<string, unknown>,
  }
}
const POST = (path: string, type: string, length: string) =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${admin}\r\ncontent-type: ${type}\r\n${length}\r\n\r\n`
const IMPORT = (path = '/v1/accounts:import') => POST(path, 'application/x-ndjson', 'content-length: 100000')

describe('a peer that takes its time', () => {
  it('has fifteen seconds for headers, thirty for a body and between two pieces of an import, sixty to read', () => {
    expect(PEER_LIMITS).toMatchObject({ headersMs: 15_000, bodyMs: 30_000, idleMs: 30_000, unreadMs: 60_000 })
  })

  it('with its headers is answered 408 and cut off', async () => {
    const { socket, came, ended } = await open(await listening({ headersMs: SOON }))
    socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n')
    await ended
    expect(problem(came())).toMatchObject({
      status: 408,
      type: 'application/problem+json',
      body: { code: 'DECORUM_REQUEST_TIMEOUT' },
    })
  })

  it.each(['/v1/decide', '/v1/events'])('with a body for %s is answered 408 and cut off', async (path) => {
    const { socket, came, ended } = await open(await listening({ bodyMs: SOON }))
    socket.write(`${POST(path, 'application/json', 'content-length: 1000')}{"a`)
    await ended
    expect(problem(came())).toMatchObject({
      status: 408,
      type: 'application/problem+json',
      body: { code: 'DECORUM_REQUEST_TIMEOUT' },
    })
  })

  it('with a body that comes byte by byte is answered so too, since all of it counts', async () => {
    const { socket, came, ended } = await open(await listening({ bodyMs: SOON }))
    socket.write(POST('/v1/events', 'application/json', 'content-length: 1000'))
    const bytes = setInterval(() => socket.write(' '), 20)
    closing.push(() => clearInterval(bytes))
    await ended
    expect(problem(came()).status).toBe(408)
  })

  it('is heard when it is done in time, and may send the next request', async () => {
    const { socket, came } = await open(await listening({ headersMs: LATE, bodyMs: LATE }))
    const request = `${POST('/v1/events', 'application/json', 'content-length: 2')}{}`
    socket.write(request)
    await eventually(() => expect(came().match(/HTTP\/1\.1 \d{3}/g) ?? []).toHaveLength(1))
    socket.write(request)
    await eventually(() => expect(came().match(/HTTP\/1\.1 \d{3}/g) ?? []).toHaveLength(2))
  })

  it.each(['/v1/accounts:import', '/v1/events:import'])(
    'with an import to %s is not bounded by the time for a body, but ends when nothing more comes',
    async (path) => {
      const { socket, came, ended } = await open(await listening({ bodyMs: 1, idleMs: SOON }))
      socket.write(IMPORT(path))
      await ended
      expect(problem(came())).toMatchObject({ status: 408, body: { code: 'DECORUM_REQUEST_TIMEOUT' } })
    },
  )

  it('to read the results of an import ends that', async () => {
    const line = { line: 1, id: 'x'.repeat(1_000_000), status: 'applied' as const }
    let failed: unknown = null
    const { lines, begun, ended } = importStream(
      async (take) => {
        try {
          for (;;) await take(line)
        } catch (error) {
          failed = error
          throw error
        }
      },
      () => ({}) as never,
      SOON,
    )
    await begun
    await ended
    expect(failed).toBeInstanceOf(Error)
    expect(lines.destroyed).toBe(true)
  })
})

describe('imports at once', () => {
  it('are as many as the configuration says, and one more is told to wait', async () => {
    const port = await listening()
    const most = served.app.config.limits.importsAtOnce
    const running = await Promise.all(Array.from({ length: most }, () => open(port)))
    for (const { socket } of running) socket.write(IMPORT())
    const asked = async () => {
      const { socket, came } = await open(port)
      socket.write(`${POST('/v1/accounts:import', 'application/x-ndjson', 'content-length: 1')}\n`)
      await eventually(() => expect(came()).toMatch(/^HTTP\/1\.1 \d{3}/), 5)
      socket.destroy()
      return came()
    }
    const refused = await eventually(async () => {
      const answer = await asked()
      expect(answer).toMatch(/^HTTP\/1\.1 503/)
      return answer
    })
    expect(refused).toMatch(/^retry-after: 10\r$/im)
    expect(problem(refused).body).toMatchObject({ code: 'DECORUM_OVERLOADED' })
    running[0]?.socket.destroy()
    await eventually(async () => expect(await asked()).toMatch(/^HTTP\/1\.1 200/))
  })
})

describe('what never becomes a request is answered with a problem document', () => {
  it.each([
    [
      'headers that are too long',
      `GET / HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`,
      431,
      'DECORUM_HEADERS_TOO_LARGE',
    ],
    [
      'an address that is too long',
      `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
      431,
      'DECORUM_HEADERS_TOO_LARGE',
    ],
    ['no HTTP', 'EHLO relay.example\r\n\r\n', 400, 'DECORUM_BAD_INPUT'],
    ['a version that there is not', 'GET / HTTP/9.9\r\nhost: x\r\n\r\n', 400, 'DECORUM_BAD_INPUT'],
    ['a method that there is not', 'FETCH / HTTP/1.1\r\nhost: x\r\n\r\n', 400, 'DECORUM_BAD_INPUT'],
    ['a header without a name', 'GET / HTTP/1.1\r\nhost: x\r\n: y\r\n\r\n', 400, 'DECORUM_BAD_INPUT'],
    [
      'two lengths',
      'POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
      400,
      'DECORUM_BAD_INPUT',
    ],
    [
      'a length that is no number',
      'POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-length: x\r\n\r\n',
      400,
      'DECORUM_BAD_INPUT',
    ],
    ['no Host', 'GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n', 400, 'DECORUM_BAD_INPUT'],
    ['an expectation', 'GET /healthz HTTP/1.1\r\nhost: x\r\nexpect: a-miracle\r\n\r\n', 400, 'DECORUM_BAD_INPUT'],
    [
      'a tunnel',
      'CONNECT db.internal:5432 HTTP/1.1\r\nhost: db.internal:5432\r\n\r\n',
      405,
      'DECORUM_METHOD_NOT_ALLOWED',
    ],
  ])('%s', async (_what, sent, status, code) => {
    const { socket, came, ended } = await open(await listening())
    socket.write(sent)
    await ended
    const told = problem(came())
    expect(told).toMatchObject({
      status,
      type: 'application/problem+json',
      body: { status, code, hint: expect.any(String) },
    })
    expect(told.body.requestId).toMatch(/^[0-9a-f-]{36}$/)
    expect(JSON.stringify(told.body)).not.toMatch(/relay\.example|db\.internal|aaaa|miracle/)
  })
})
