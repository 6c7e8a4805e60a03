import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a fake provider's process answers the harness: its books from `after` on, and how stormy it shall be. */
export interface Control {
  books(after: number): unknown
  storm(rate: number): void
}

/** Opens the harness's own door to a fake: `GET /books?after=N` and `POST /storm` with the share of sends that go wrong. */
export async function openControl(control: Control): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        const url = new URL(request.url ?? '/', 'http://control')
        if (url.pathname === '/storm') control.storm(Number(Buffer.concat(chunks).toString()))
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify(control.books(Number(url.searchParams.get('after') ?? 0))))
      })
  })
  // Longer than any pause of the harness: a kept connection that closes as it is used again looks like a failure.
  server.keepAliveTimeout = 600_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
