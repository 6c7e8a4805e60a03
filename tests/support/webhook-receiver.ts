import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook as Verifier } from 'standardwebhooks'
import type { Webhook } from '../../src/model/webhook.ts'

/** What it does with a request: answers with this status (and when to come again), never answers, or dies with the request in hand. */
export type Manner = number | { status: number; retryAfter: string } | 'hang' | 'die'

export interface Heard {
  id: string
  headers: IncomingHttpHeaders
  raw: string
  /** As the receiver's own library takes it, its signature verified. */
  body: { type: string; timestamp: string; data: Record<string, unknown> }
}

/** An upstream system that takes notices, as configured under `webhooks:`. */
export interface Receiver {
  webhook: Webhook
  /** Every request, whatever it was answered. */
  heard: Heard[]
  /** What it does with requests from now on; 204 at first. */
  manner: Manner | ((heard: Heard) => Manner)
  close(): Promise<void>
}

export async function openReceiver(id: string, over: Partial<Webhook> = {}): Promise<Receiver> {
  const secret = `whsec_${Buffer.alloc(32, id).toString('base64')}`
  const verifier = new Verifier(secret)
  const server = createServer((request, response) => {
    let raw = ''
    request
      .setEncoding('utf8')
      .on('data', (chunk: string) => {
        raw += chunk
      })
      .on('end', () => {
        const headers = request.headers
        const heard = {
          id: String(headers['webhook-id']),
          headers,
          raw,
          body: verifier.verify(raw, headers as Record<string, string>) as Heard['body'],
        }
        receiver.heard.push(heard)
        const manner = typeof receiver.manner === 'function' ? receiver.manner(heard) : receiver.manner
        if (manner === 'die') request.socket.destroy()
        else if (typeof manner === 'object')
          response.writeHead(manner.status, { 'retry-after': manner.retryAfter }).end()
        else if (manner !== 'hang') response.writeHead(manner, manner === 302 ? { location: '/elsewhere' } : {}).end()
      })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const receiver: Receiver = {
    webhook: { id, url: `http://127.0.0.1:${port}/hooks/a-secret-path`, secret, ...over },
    heard: [],
    manner: 204,
    async close() {
      server.closeAllConnections()
      if (server.listening) await new Promise((resolve) => server.close(resolve))
    },
  }
  return receiver
}
