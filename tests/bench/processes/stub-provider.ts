import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { answer } from '../ask.ts'

/**
 * A provider that accepts every message at once: just enough HTTP/1.1 to answer a POST to Messages.json.
 *
 * Not Node's own server, which would take as much of the machine as what is measured. Answers how
 * many requests came and when, in wall milliseconds with fractions.
 */
const HEAD_END = Buffer.from('\r\n\r\n')
const arrivals: number[] = []

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
      rest = rest.subarray(whole)
      arrivals.push(performance.timeOrigin + performance.now())
      const body = `{"sid":"SM${arrivals.length.toString(16).padStart(32, '0')}","status":"queued","num_segments":"1","direction":"outbound-api"}`
      socket.write(`HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    }
  })
}

const server = createServer(serve).listen(0, '127.0.0.1')
await once(server, 'listening')
answer({
  url: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  count: () => arrivals.length,
  /** When the requests from the given one on arrived. */
  arrivalsFrom: (from: number) => arrivals.slice(from),
})
