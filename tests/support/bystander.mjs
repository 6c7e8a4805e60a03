// A worker thread: sends requests to a server that runs in another thread, one after the other, and asks /healthz all the while. So the
// server's own thread does the server's work alone, and how long /healthz waits is what any other caller would wait.
import { Agent, request } from 'node:http'
import { parentPort, workerData } from 'node:worker_threads'

const { port } = workerData
const agent = new Agent({ keepAlive: true, maxSockets: 4 })

const send = ({ method, path, headers = {}, body = '' }) =>
  new Promise((resolve) => {
    const outgoing = request({
      port,
      method,
      path,
      agent,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    })
    outgoing.on('response', (incoming) => {
      let text = ''
      incoming.setEncoding('utf8')
      incoming.on('data', (chunk) => (text += chunk))
      incoming.on('end', () => resolve({ status: incoming.statusCode, text }))
    })
    outgoing.on('error', (error) => resolve({ status: 0, text: String(error.code) }))
    outgoing.end(body)
  })

async function longestWaitDuring(work) {
  let ended = false
  const done = work.finally(() => (ended = true))
  let longest = 0
  do {
    const since = performance.now()
    await send({ method: 'GET', path: '/healthz' })
    longest = Math.max(longest, performance.now() - since)
    await new Promise((resolve) => setTimeout(resolve, 2))
  } while (!ended)
  return { ...(await done), longest }
}

parentPort.on('message', async (message) => parentPort.postMessage(await longestWaitDuring(send(message))))
