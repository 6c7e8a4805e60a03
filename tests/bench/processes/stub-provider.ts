import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { keepsTime, lookedLast } from '../../support/keeps-time.ts'
import { answer } from '../ask.ts'
import { callOf, ProviderBooks } from '../provider-books.ts'

/** What this provider remembers of a request. */
export interface Taken {
  /** When it had been read, in wall milliseconds with fractions. */
  at: number
  /** It came no earlier: see `lookedLast`. */
  since: number
  /** As it was sent: a URL-encoded form. */
  body: string
}

/**
 * A provider that accepts every message at once: just enough HTTP/1.1 to answer a POST to Messages.json.
 *
 * Not Node's own server, which would take as much of the machine as what is measured. Answers how
 * many requests came, when, with which bodies, and whether anything came twice.
 */
const HEAD_END = Buffer.from('\r\n\r\n')
const arrivals: number[] = []
const kept: { since: number; body: Buffer }[] = []
/** Written up when asked for, so that reading a form is no part of what is measured. */
let books = new ProviderBooks()
let awaited: { count: number; resolve: () => void } | null = null

function serve(socket: Socket): void {
  let rest: Buffer = Buffer.alloc(0)
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (;;) {
      const end = rest.indexOf(HEAD_END)
      if (end < 0) return
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(rest.toString('latin1', 0, end + 2))?.[1] ?? 0)
      const whole = end + HEAD_END.length + length
      if (rest.length < whole) return
      kept.push({ since: lookedLast(), body: rest.subarray(whole - length, whole) })
      rest = rest.subarray(whole)
      arrivals.push(performance.timeOrigin + performance.now())
      if (awaited !== null && arrivals.length >= awaited.count) awaited.resolve()
      const body = `{"sid":"SM${arrivals.length.toString(16).padStart(32, '0')}","status":"queued","num_segments":"1","direction":"outbound-api"}`
      socket.write(
        `HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      )
    }
  })
}

keepsTime()
const server = createServer(serve).listen(0, '127.0.0.1')
await once(server, 'listening')
answer({
  url: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  count: () => arrivals.length,
  /** Resolves when so many requests have come in all. */
  reached: (count: number) =>
    new Promise<void>((resolve) => {
      if (arrivals.length >= count) resolve()
      else awaited = { count, resolve }
    }),
  /** Forgets everything: what comes next is from another sender, on another ledger. */
  forget: () => {
    arrivals.length = 0
    kept.length = 0
    books = new ProviderBooks()
    awaited = null
  },
  /** What the books say of all requests that have come. */
  books: () => {
    for (const { body } of kept.slice(books.read.calls)) books.add(callOf(body.toString('latin1')))
    return books.read
  },
  /** The requests from the given one on, with their bodies. */
  takenFrom: (from: number) =>
    kept
      .slice(from)
      .map(({ since, body }, i): Taken => ({ at: arrivals[from + i] as number, since, body: body.toString('latin1') })),
})
