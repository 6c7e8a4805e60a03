import { once } from 'node:events'
import { createServer } from 'node:http'
import { DecorumError } from '../model/errors.ts'
import type { PartHealth } from './app.ts'

/** `/healthz` (the process is up) and `/readyz` (its parts work) for daemons without the HTTP interface. */
export interface HealthServer {
  /** The port in use, also when 0 was asked for. */
  port: number
  close(): Promise<void>
}

/**
 * Starts listening on every interface, as container probes need.
 *
 * @param health  called for each `/readyz`; 200 when every part is ok, 503 otherwise. Must hold no secrets.
 * @throws        DECORUM_CONFIG when the port is taken
 */
export async function startHealthServer(port: number, health: () => Promise<PartHealth[]>): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    if (request.url === '/healthz') answer(200, { status: 'ok' })
    else if (request.url === '/readyz') {
      health().then(
        (parts) => answer(parts.every((p) => p.ok) ? 200 : 503, { ready: parts.every((p) => p.ok), parts }),
        () => answer(503, { ready: false, parts: [] }),
      )
    } else answer(404, { code: 'DECORUM_NOT_FOUND' })
  })
  server.listen(port)
  await once(server, 'listening').catch((cause: unknown) => {
    throw new DecorumError('DECORUM_CONFIG', `port ${port} cannot be listened on`, {
      cause,
      hint: 'Is another process using it? Give --health-port a free one, or 0.',
    })
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
