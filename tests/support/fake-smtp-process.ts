import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { startFakeSmtp, type SmtpFault } from './fake-smtp/server.ts'

// The fake in a process of its own: `tsx tests/support/fake-smtp-process.ts --port 1025`.
// Prints one line of JSON, {url, control}; control answers GET /_ledger and takes POST /_faults.
const { values } = parseArgs({ options: { port: { type: 'string' }, control: { type: 'string' } } })
const fake = await startFakeSmtp({ port: Number(values.port ?? 0) })
const control = createServer((request, response) => {
  const chunks: Buffer[] = []
  request
    .on('data', (chunk) => chunks.push(chunk as Buffer))
    .on('end', () => {
      if (request.url === '/_faults') fake.faults.push(...(JSON.parse(Buffer.concat(chunks).toString()) as SmtpFault[]))
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ dots: fake.dots, received: fake.received, faults: fake.faults }))
    })
})
await new Promise<void>((resolve) => control.listen(Number(values.control ?? 0), '127.0.0.1', resolve))
console.log(JSON.stringify({ url: fake.url, control: `http://127.0.0.1:${(control.address() as AddressInfo).port}` }))
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    control.close()
    control.closeAllConnections()
    void fake.close()
  })
}
